//! The strategies that AWS shows, and which of them are this object's.

use agentcore_api::{agent_memory::Strategy, status::Child};

/// A strategy as AWS shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SeenStrategy {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status in AWS's word.
    pub status: String,
    /// Its type as the spec says it, or AWS's word where this version does not know the type.
    pub type_: String,
    /// It in the spec's words; `None` if this version does not know its type.
    pub strategy: Option<Strategy>,
}

impl SeenStrategy {
    /// Whether AWS is creating or deleting it.
    pub(super) fn in_transition(&self) -> bool {
        self.creating() || self.deleting()
    }

    /// Whether AWS is creating it.
    pub(super) fn creating(&self) -> bool {
        self.status == "CREATING"
    }

    /// Whether AWS is deleting it.
    pub(super) fn deleting(&self) -> bool {
        self.status == "DELETING"
    }

    /// Whether it works.
    pub(super) fn active(&self) -> bool {
        self.status == "ACTIVE"
    }

    /// Whether AWS failed to make it.
    pub(super) fn failed(&self) -> bool {
        self.status == "FAILED"
    }

    /// Whether the record holds it.
    pub(super) fn is_ours(&self, children: &[Child]) -> bool {
        children.iter().any(|child| child.id.as_ref() == Some(&self.id))
    }
}

/// So many children a record holds before those are dropped that AWS does not show. Many more it may not hold.
const MANY: usize = 40;

/// Gives announced children the ids that AWS shows. One that is not shown stays: the read may be old, and without its id
/// it would be a stranger's when it is shown again.
pub(super) fn learn(seen: &[SeenStrategy], children: &mut Vec<Child>) {
    if children.len() > MANY {
        forget(seen, children);
    }
    for place in 0..children.len() {
        let name = children.get(place).filter(|child| child.id.is_none()).map(|child| &child.name);
        // One that is on its way out is an earlier one of the same name, and so is one whose id is known.
        let found = seen
            .iter()
            .find(|strategy| name == Some(&strategy.name) && !strategy.deleting() && !strategy.is_ours(children))
            .map(|strategy| strategy.id.clone());
        if let (Some(id), Some(child)) = (found, children.get_mut(place)) {
            child.id = Some(id);
        }
    }
}

/// Drops those whose id AWS shows no longer.
pub(super) fn forget(seen: &[SeenStrategy], children: &mut Vec<Child>) {
    children.retain(|child| child.id.as_ref().is_none_or(|id| seen.iter().any(|strategy| strategy.id == *id)));
}
