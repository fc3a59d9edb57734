//! What policies together decide about one action.

use serde::{Deserialize, Serialize};

use super::{Context, Policy};

/// One action on one resource, and what is known about the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) context: &'a Context,
}

/// All policies that bear on what a role's session may do.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Rights {
    /// The role's own.
    pub(crate) identity: Vec<Policy>,
    /// What the role's own can at most allow.
    pub(crate) boundary: Option<Policy>,
    /// What the session was made for, if anything in particular.
    pub(crate) session: Option<Vec<Policy>>,
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    /// Something allows it, and nothing denies it.
    Allowed,
    /// Something denies it.
    ExplicitDeny,
    /// Nothing allows it.
    ImplicitDeny,
}

/// Which policies an answer is due to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Identity,
    Boundary,
    Session,
    Resource,
}

/// A decision, and which policies it is due to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) decision: Decision,
    pub(crate) source: Source,
}

/// Whether an action is allowed: by the role's own policies, within the boundary, within the session's policies, and
/// denied by none of them.
pub(crate) fn decide(rights: &Rights, question: &Question<'_>) -> Verdict {
    let boundary = rights.boundary.as_ref().map(std::slice::from_ref);
    let layers = [
        (Source::Identity, Some(rights.identity.as_slice())),
        (Source::Boundary, boundary),
        (Source::Session, rights.session.as_deref()),
    ];
    let mut verdict = Verdict { decision: Decision::Allowed, source: Source::Identity };
    for (source, policies) in layers {
        let Some(policies) = policies else { continue };
        match layer(policies, question) {
            Decision::ExplicitDeny => return Verdict { decision: Decision::ExplicitDeny, source },
            Decision::ImplicitDeny if verdict.decision == Decision::Allowed => {
                verdict = Verdict { decision: Decision::ImplicitDeny, source };
            }
            Decision::ImplicitDeny | Decision::Allowed => {}
        }
    }
    verdict
}

fn layer(policies: &[Policy], question: &Question<'_>) -> Decision {
    let mut decision = Decision::ImplicitDeny;
    for statement in policies.iter().flat_map(|policy| &policy.statements) {
        if statement.covers(question) {
            if !statement.allows {
                return Decision::ExplicitDeny;
            }
            decision = Decision::Allowed;
        }
    }
    decision
}
