//! One statement of a policy.

use serde_json::{Map, Value};

use super::condition::Condition;
use super::document::{Malformed, Sort, texts};
use super::glob::{Template, matches_action, matches_arn};
use super::principal::Principals;
use super::{Context, Question};

/// What a member and its opposite select: `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Selection<T> {
    pub(super) of: T,
    pub(super) negated: bool,
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    pub(super) allows: bool,
    /// Whom it is about; only in policies that are not attached to those whom they are about.
    pub(super) principals: Option<Selection<Principals>>,
    actions: Selection<Vec<String>>,
    resources: Option<Selection<Vec<Template>>>,
    conditions: Vec<Condition>,
}

const MEMBERS: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

impl Statement {
    pub(super) fn parse(members: &Map<String, Value>, sort: Sort, variables: bool) -> Result<Self, Malformed> {
        if members.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(Malformed::syntax());
        }
        check_sid(members.get("Sid"), sort)?;
        let allows = match members.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(Malformed::syntax()),
        };
        let principals = one_of(members, "Principal", "NotPrincipal")?;
        let actions = one_of(members, "Action", "NotAction")?
            .ok_or_else(|| Malformed::new("Policy statement must contain actions."))?;
        let resources = one_of(members, "Resource", "NotResource")?;
        match sort {
            Sort::Identity if principals.is_some() => {
                return Err(Malformed::new("Policy document should not specify a principal."));
            }
            Sort::Identity if resources.is_none() => {
                return Err(Malformed::new("Policy statement must contain resources."));
            }
            Sort::Trust | Sort::Resource if principals.is_none() => {
                return Err(Malformed::new("Missing required field Principal"));
            }
            Sort::Trust if resources.is_some() => return Err(Malformed::new("Has prohibited field Resource")),
            Sort::Identity | Sort::Trust | Sort::Resource => {}
        }
        Ok(Self {
            allows,
            principals: principals
                .map(|found| Ok(Selection { of: Principals::parse(found.of)?, negated: found.negated }))
                .transpose()?,
            actions: Selection { of: actions_of(actions.of, sort)?, negated: actions.negated },
            resources: resources
                .map(|found| Ok(Selection { of: resources_of(found.of, variables)?, negated: found.negated }))
                .transpose()?,
            conditions: members.get("Condition").map_or(Ok(Vec::new()), |all| Condition::parse_all(all, variables))?,
        })
    }

    /// Whether the statement is about an action on a resource, in the circumstances of the request.
    pub(super) fn covers(&self, question: &Question<'_>) -> bool {
        let resource = self.resources.as_ref().is_none_or(|selection| {
            let found = selection.of.iter().any(|pattern| {
                pattern.fill(question.context).is_some_and(|tokens| matches_arn(&tokens, question.resource))
            });
            found != selection.negated
        });
        resource && self.covers_action(question.action) && self.conditions_hold(question.context)
    }

    fn covers_action(&self, action: &str) -> bool {
        let found = self.actions.of.iter().any(|pattern| matches_action(pattern, action));
        found != self.actions.negated
    }

    fn conditions_hold(&self, context: &Context) -> bool {
        self.conditions.iter().all(|condition| condition.holds(context))
    }
}

fn check_sid(sid: Option<&Value>, sort: Sort) -> Result<(), Malformed> {
    match sid {
        None => Ok(()),
        Some(Value::String(text)) if sort != Sort::Identity || text.bytes().all(|one| one.is_ascii_alphanumeric()) => {
            Ok(())
        }
        Some(Value::String(_)) => Err(Malformed::new(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
             [0-9A-Za-z]*",
        )),
        Some(_) => Err(Malformed::syntax()),
    }
}

/// A member, or its opposite; not both.
fn one_of<'a>(
    members: &'a Map<String, Value>,
    name: &str,
    opposite: &str,
) -> Result<Option<Selection<&'a Value>>, Malformed> {
    match (members.get(name), members.get(opposite)) {
        (Some(_), Some(_)) => Err(Malformed::syntax()),
        (Some(of), None) => Ok(Some(Selection { of, negated: false })),
        (None, Some(of)) => Ok(Some(Selection { of, negated: true })),
        (None, None) => Ok(None),
    }
}

fn actions_of(value: &Value, sort: Sort) -> Result<Vec<String>, Malformed> {
    let actions = texts(value)?;
    if actions.is_empty() {
        return Err(Malformed::new("Policy statement must contain actions."));
    }
    for action in &actions {
        let vendor = action.split_once(':').map(|(vendor, _)| vendor);
        match (vendor, sort) {
            (None | Some(""), _) if action != "*" => {
                let message = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
                return Err(Malformed::new(message));
            }
            (Some(vendor), Sort::Trust) if !vendor.eq_ignore_ascii_case("sts") => {
                return Err(Malformed::new("AssumeRole policy may only specify STS AssumeRole actions."));
            }
            (None, Sort::Trust) => {
                return Err(Malformed::new("AssumeRole policy may only specify STS AssumeRole actions."));
            }
            _ => {}
        }
    }
    Ok(actions)
}

fn resources_of(value: &Value, variables: bool) -> Result<Vec<Template>, Malformed> {
    let resources = texts(value)?;
    if resources.is_empty() {
        return Err(Malformed::new("Policy statement must contain resources."));
    }
    let read = |text: &String| {
        if text != "*" && !text.starts_with("arn:") {
            return Err(Malformed::new(format!("Resource {text} must be in ARN format or \"*\".")));
        }
        Template::parse(text, variables)
    };
    resources.iter().map(read).collect()
}
