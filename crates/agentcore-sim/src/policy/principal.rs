//! Whom a statement is about, and who may become a role.

use serde_json::Value;

use super::document::{Malformed, Policy, texts};
use super::statement::Statement;
use super::{Context, Question, glob};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who<'a> {
    /// A service of AWS.
    Service(&'a str),
    /// A user, a role or a role's session, under all its ARNs, and its account.
    Aws { account: &'a str, arns: &'a [&'a str] },
    /// Somebody whom an identity provider vouches for.
    Federated(&'a str),
}

/// What a trust policy says about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// An explicit denial.
    Denied,
    /// Nothing.
    Unknown,
    /// The whole account is trusted: who of it may is for the policies in that account to say.
    Account,
    /// This one by name, or everybody.
    Named,
}

/// The principals of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Principals {
    anyone: bool,
    aws: Vec<String>,
    services: Vec<String>,
    federated: Vec<String>,
}

impl Principals {
    pub(super) fn parse(value: &Value) -> Result<Self, Malformed> {
        let mut all = Self::default();
        if value == "*" {
            all.anyone = true;
            return Ok(all);
        }
        let members = value.as_object().filter(|members| !members.is_empty()).ok_or_else(Malformed::syntax)?;
        for (sort, names) in members {
            let mut names = texts(names)?;
            if names.is_empty() {
                return Err(Malformed::syntax());
            }
            let good: fn(&str) -> bool = match sort.as_str() {
                "AWS" => is_aws,
                "Service" => |name| name.contains('.') && !name.contains([':', '*']),
                "Federated" => |name| name.contains('.') || name.starts_with("arn:"),
                "CanonicalUser" => |_| true,
                _ => return Err(Malformed::syntax()),
            };
            if let Some(wrong) = names.iter().find(|name| !good(name)) {
                return Err(Malformed::new(format!("Invalid principal in policy: \"{sort}\":\"{wrong}\"")));
            }
            match sort.as_str() {
                "AWS" => all.aws.append(&mut names),
                "Service" => all.services.append(&mut names),
                "Federated" => all.federated.append(&mut names),
                // A canonical user is another name of an account that only S3 has a use for: nobody here.
                _ => {}
            }
        }
        Ok(all)
    }

    fn find(&self, who: &Who<'_>) -> Trust {
        if self.anyone {
            return Trust::Named;
        }
        let named = match who {
            Who::Service(name) => self.services.iter().any(|one| one.eq_ignore_ascii_case(name)),
            Who::Federated(name) => self.federated.iter().any(|one| one == name),
            Who::Aws { arns, .. } => self.aws.iter().any(|one| one == "*" || arns.contains(&one.as_str())),
        };
        if named {
            return Trust::Named;
        }
        let whole = |one: &String| matches!(who, Who::Aws { account, .. } if account_of(one) == Some(*account));
        if self.aws.iter().any(whole) { Trust::Account } else { Trust::Unknown }
    }
}

fn is_aws(name: &str) -> bool {
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    let arn = matches!(parts.as_slice(), ["arn", partition, "iam" | "sts", "", account, rest]
        if partition.starts_with("aws") && is_account(account) && !rest.is_empty() && !rest.contains('*'));
    name == "*" || is_account(name) || arn
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|one| one.is_ascii_digit())
}

/// The account, if the principal is a whole account.
fn account_of(principal: &str) -> Option<&str> {
    if is_account(principal) {
        return Some(principal);
    }
    let (start, account) = principal.strip_suffix(":root")?.rsplit_once(':')?;
    glob::matches_action("arn:aws*:iam:", start).then_some(account)
}

impl Statement {
    /// What the statement has to say about somebody, whatever its effect is.
    fn speaks_of(&self, who: &Who<'_>) -> Trust {
        let Some(selection) = &self.principals else { return Trust::Unknown };
        match (selection.of.find(who), selection.negated) {
            (found, false) => found,
            (Trust::Unknown, true) => Trust::Named,
            (_, true) => Trust::Unknown,
        }
    }
}

/// What a trust policy says about somebody who wants to become the role.
pub(crate) fn trust(policy: &Policy, who: &Who<'_>, action: &str, context: &Context) -> Trust {
    // A trust policy names no resource: it is about the role that it is of.
    grant(policy, who, &Question { action, resource: "*", context })
}

/// What the policy of a resource says about somebody who wants to do something with it.
pub(crate) fn grant(policy: &Policy, who: &Who<'_>, question: &Question<'_>) -> Trust {
    let mut best = Trust::Unknown;
    for statement in &policy.statements {
        let found = statement.speaks_of(who);
        if found == Trust::Unknown || !statement.covers(question) {
            continue;
        }
        match (statement.allows, found) {
            (false, _) => return Trust::Denied,
            (true, Trust::Named) => best = Trust::Named,
            (true, found) if best == Trust::Unknown => best = found,
            (true, _) => {}
        }
    }
    best
}
