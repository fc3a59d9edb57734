//! What holds of every status and of every create: the rules of Flux's status checker, and our own. The tests and proofs
//! hold all that is written against it.

use std::collections::{BTreeMap, BTreeSet};

use agentcore_api::status::{CommonStatus, ConditionType, Fate};
use jiff::SignedDuration;

use crate::{kind::Kind, object::Object, record, step::Call};

/// How long after its announcement a create may leave.
const SEND_WINDOW: SignedDuration = SignedDuration::from_secs(30);

/// Which of the rules a status of an object of this generation breaks.
pub fn broken_rules(status: &CommonStatus, generation: i64) -> Vec<&'static str> {
    let value = |type_| status.condition(type_).map(|condition| condition.status.as_str());
    let ready = value(ConditionType::Ready);
    let (reconciling, stalled) = (value(ConditionType::Reconciling), value(ConditionType::Stalled));
    let root = status.observed_generation;
    let lags = status.conditions.iter().any(|condition| condition.observed_generation != root);
    let mut types: Vec<_> = status.conditions.iter().map(|condition| &condition.type_).collect();
    types.sort();
    types.dedup();
    [
        (ready == Some("True") && (reconciling.is_some() || stalled.is_some()), "FAIL0001"),
        (ready.is_none(), "FAIL0002"),
        (stalled.is_some() && ready != Some("False"), "FAIL0003"),
        (reconciling.is_some() && stalled.is_some(), "FAIL0005"),
        (root.is_none_or(|root| root > generation), "FAIL0006"),
        (
            status.conditions.iter().any(|condition| condition.observed_generation > Some(generation)),
            "no generation to come",
        ),
        (ready == Some("True") && (root != Some(generation) || lags), "FAIL0007-9"),
        (ready == Some("Unknown") && reconciling.is_none(), "FAIL0011"),
        (reconciling.or(stalled).is_some_and(|value| value != "True"), "WARN0003/4"),
        (status.conditions.iter().any(|condition| condition.observed_generation.is_none()), "WARN0005"),
        (status.conditions.iter().any(|condition| condition.message.is_empty()), "a message for each"),
        (status.conditions.iter().any(|condition| condition.reason.is_empty()), "a reason for each"),
        (types.len() != status.conditions.len(), "each type once"),
    ]
    .into_iter()
    .filter_map(|(broken, rule)| broken.then_some(rule))
    .collect()
}

/// The tokens of all creates so far, by object and creation: each creation has one of its own.
#[derive(Clone, Debug, Default)]
pub struct Tokens(BTreeMap<(String, i64), BTreeSet<String>>);

impl Tokens {
    /// What is wrong with a write for this object, as it was read.
    pub fn wrongs<K: Kind>(&mut self, object: &Object<K>, call: &Call<K>) -> Vec<String> {
        let Some(record) = record::main::<K>(&object.status) else {
            return vec![format!("{} without a record", call.verb())];
        };
        let Call::Create { token, deadline, .. } = call else { return Vec::new() };
        let mut wrongs = Vec::new();
        let leaves_by = record.sent_at.as_ref().map(|at| at.0 + SEND_WINDOW);
        if leaves_by != Some(*deadline) || record.fate != Fate::Unknown || record.closed || record.id.is_some() {
            wrongs.push(format!("a create with the record {record:?}, not after {deadline}"));
        }
        let tokens = self.0.entry((object.meta.uid.clone(), record.creation)).or_default();
        tokens.insert(token.clone());
        let is_only = tokens.len() == 1;
        if !is_only || self.0.values().filter(|tokens| tokens.contains(token)).count() != 1 {
            wrongs.push(format!("the token of creation {} is not its own", record.creation));
        }
        wrongs
    }
}
