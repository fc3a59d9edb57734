//! What must change so that a memory is as desired: one UpdateMemory, or the reason why nothing can be done.

use agentcore_api::{
    agent_memory::{AgentMemorySpec, IndexedKey, NamespaceKey, Strategy, StrategyType, StreamDelivery},
    common::{DeletionPolicy, ExecutionRole},
    keys::annotation::ALLOW_DELETE_STRATEGIES,
    status::Reason,
};
use agentcore_engine::{
    differ,
    kind::{Blocked, Plan, Planning},
};

use super::{
    MemoryKind, SeenStrategy,
    left_over::{is_chosen, reflects, removed_from},
    status,
};

/// One UpdateMemory: all top-level members, and what changes among the strategies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UpdateMemory {
    /// The description. AWS has no way to clear it.
    pub description: Option<String>,
    /// Days after which events expire.
    pub event_expiry_days: i32,
    /// The execution role. AWS has no way to clear it.
    pub execution_role: Option<ExecutionRole>,
    /// The namespace keys, which replace those that are there; `None` leaves them alone.
    pub namespace_keys: Option<Vec<NamespaceKey>>,
    /// Where changes are delivered, at most one place; `None` leaves it alone.
    pub stream_delivery: Option<Vec<StreamDelivery>>,
    /// Indexed keys to add.
    pub add_indexed_keys: Vec<IndexedKey>,
    /// Strategies to add.
    pub add: Vec<Strategy>,
    /// Strategies to change.
    pub modify: Vec<Modification>,
    /// The ids of strategies to delete.
    pub delete: Vec<String>,
}

/// A strategy to change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Modification {
    /// Its id.
    pub id: String,
    /// As it is to be.
    pub strategy: Strategy,
    /// Whether AWS is told that its records expire no longer.
    pub remove_record_expiry: bool,
    /// Whether AWS is told to choose the reflection.
    pub reset_reflection: bool,
}

/// What must be done so that the memory is as desired.
pub(super) fn plan(planning: &Planning<'_, MemoryKind>) -> Plan<UpdateMemory> {
    let mut found = Found::default();
    if let Err(blocked) = found.top_level(planning).and_then(|()| found.strategies(planning)) {
        return Plan::Blocked(blocked);
    }
    // Only an accepted update takes a memory out of this state.
    let again = planning.changed && planning.view.facts.state == "FAILED";
    if found.fields.is_empty() && !again {
        let ours = planning.view.more.iter().filter(|seen| seen.is_ours(&planning.record.children));
        return status::failed(ours).map_or(Plan::InSync, Plan::Blocked);
    }
    let Found { fields, add_indexed_keys, add, modify, delete } = found;
    let AgentMemorySpec { description, event_expiry_days, execution_role, namespace_keys, stream_delivery, .. } =
        planning.desired;
    let shown = &planning.view.settings;
    let clear_keys = planning.changed && namespace_keys.is_empty() && !shown.namespace_keys.is_empty();
    let clear_stream = planning.changed && stream_delivery.is_none() && shown.stream_delivery.is_some();
    Plan::Update {
        children: add.iter().map(|strategy| strategy.name.clone()).collect(),
        fields,
        change: UpdateMemory {
            description: description.clone(),
            event_expiry_days: *event_expiry_days,
            execution_role: execution_role.clone(),
            namespace_keys: (clear_keys || !namespace_keys.is_empty()).then(|| namespace_keys.clone()),
            stream_delivery: (clear_stream || stream_delivery.is_some())
                .then(|| stream_delivery.iter().cloned().collect()),
            add_indexed_keys,
            add,
            modify,
            delete,
        },
    }
}

/// What was found to differ.
#[derive(Default)]
struct Found {
    fields: Vec<String>,
    add_indexed_keys: Vec<IndexedKey>,
    add: Vec<Strategy>,
    modify: Vec<Modification>,
    delete: Vec<String>,
}

impl Found {
    fn top_level(&mut self, planning: &Planning<'_, MemoryKind>) -> Result<(), Blocked> {
        let (desired, shown) = (planning.desired, &planning.view.settings);
        if desired.encryption_key_arn.is_some() && desired.encryption_key_arn != shown.encryption_key_arn {
            let has = shown.encryption_key_arn.as_deref().unwrap_or("a key of its own");
            return Err(immutable(&format!("encryptionKeyArn: AWS encrypts the memory with {has}")));
        }
        for key in &desired.indexed_keys {
            match shown.indexed_keys.iter().find(|shown| shown.key == key.key) {
                Some(shown) if shown.type_ != key.type_ => {
                    return Err(immutable(&format!("the type of the key {} in indexedKeys", key.key)));
                }
                Some(_) => {}
                None => self.add_indexed_keys.push(key.clone()),
            }
        }
        if !self.add_indexed_keys.is_empty() {
            self.fields.push("indexedKeys".to_owned());
        }
        let own = |settings: &AgentMemorySpec| AgentMemorySpec {
            strategies: Vec::new(),
            indexed_keys: Vec::new(),
            encryption_key_arn: None,
            ..settings.clone()
        };
        self.fields.extend(differ::fields(&own(desired), &own(shown)));
        if planning.changed {
            self.fields.extend(removed_from(desired, shown).into_iter().map(str::to_owned));
            let keys = "namespaceKeys".to_owned();
            let (own, theirs) = (&desired.namespace_keys, &shown.namespace_keys);
            if !self.fields.contains(&keys) && !differ::fields(theirs, own).is_empty() {
                self.fields.push(keys);
            }
        }
        Ok(())
    }

    fn strategies(&mut self, planning: &Planning<'_, MemoryKind>) -> Result<(), Blocked> {
        let children = &planning.record.children;
        let (ours, others): (Vec<_>, Vec<_>) = planning.view.more.iter().partition(|seen| seen.is_ours(children));
        let (leaving, live): (Vec<_>, Vec<_>) = ours.into_iter().partition(|seen| seen.deleting());
        let mut doomed: Vec<&SeenStrategy> = Vec::new();
        let mut held = Vec::new();
        for desired in &planning.desired.strategies {
            let place = format!("strategies[{}]", desired.name);
            match live.iter().find(|seen| seen.name == desired.name) {
                Some(seen) => match &seen.strategy {
                    // The type can't change: the new one comes once the old one is gone.
                    Some(shown) if shown.type_ != desired.type_ => doomed.push(seen),
                    Some(shown) => self.modify(planning.changed, &place, desired, &seen.id, shown),
                    None => {}
                },
                // The new one comes once the old one is gone.
                None if leaving.iter().any(|seen| seen.name == desired.name) => {}
                None if others.iter().any(|seen| seen.name == desired.name) => held.push(desired.name.as_str()),
                None => {
                    self.fields.push(format!("{place} (new)"));
                    self.add.push(desired.clone());
                }
            }
        }
        let desired = |name: &str| planning.desired.strategies.iter().any(|strategy| strategy.name == name);
        doomed.extend(live.iter().filter(|seen| !desired(&seen.name)));
        if !held.is_empty() {
            return Err(not_ours(&held));
        }
        let consented = |seen: &SeenStrategy| {
            planning.policy == DeletionPolicy::Delete || planning.consent.contains(&seen.name.as_str())
        };
        if !doomed.iter().all(|seen| consented(seen)) {
            return Err(no_consent(&doomed));
        }
        for seen in doomed {
            self.fields.push(format!("strategies[{}] (deleted)", seen.name));
            self.delete.push(seen.id.clone());
        }
        Ok(())
    }

    fn modify(&mut self, changed: bool, place: &str, desired: &Strategy, id: &str, shown: &Strategy) {
        let mut fields = differ::fields(desired, shown);
        let mut reset_reflection = false;
        if changed {
            let removed = removed(desired, shown);
            // AWS can be told to reflect by itself where it does so without a prompt of the user's.
            reset_reflection = desired.type_ == StrategyType::Episodic
                && desired.reflection.is_none()
                && removed.contains(&"reflection");
            for field in removed {
                // A member that differs inside is told more closely.
                if !fields.iter().any(|path| path.starts_with(field)) {
                    fields.push(field.to_owned());
                }
            }
        }
        if fields.is_empty() {
            return;
        }
        self.fields.extend(fields.into_iter().map(|field| format!("{place}.{field}")));
        self.modify.push(Modification {
            id: id.to_owned(),
            strategy: desired.clone(),
            remove_record_expiry: changed && desired.record_expiry_days.is_none() && shown.record_expiry_days.is_some(),
            reset_reflection,
        });
    }
}

/// Members of a strategy that AWS shows and the desired state lacks. A change is sent for each, also where AWS is known
/// to keep what is left out: only then can the object tell what was left.
fn removed(desired: &Strategy, shown: &Strategy) -> Vec<&'static str> {
    let mut found = Vec::new();
    if desired.description.is_none() && shown.description.is_some() {
        found.push("description");
    }
    if desired.namespace_templates.is_empty() && shown.namespace_templates.iter().any(|one| is_chosen(one)) {
        found.push("namespaceTemplates");
    }
    if desired.record_expiry_days.is_none() && shown.record_expiry_days.is_some() {
        found.push("recordExpiryDays");
    }
    if desired.extraction.is_none() && shown.extraction.is_some() {
        found.push("extraction");
    }
    if desired.consolidation.is_none() && shown.consolidation.is_some() {
        found.push("consolidation");
    }
    let schema = match (&desired.record_schema, &shown.record_schema) {
        (None, shown) => shown.is_some(),
        (Some(desired), Some(shown)) => !differ::fields(shown, desired).is_empty(),
        (Some(_), None) => false,
    };
    if schema {
        found.push("recordSchema");
    }
    let reflection = match (&desired.reflection, &shown.reflection) {
        (Some(desired), Some(shown)) => {
            let mut shown = shown.clone();
            if desired.namespace_templates.is_empty() {
                shown.namespace_templates.retain(|template| is_chosen(template));
            }
            !differ::fields(&shown, desired).is_empty()
        }
        (None, Some(_)) => reflects(shown),
        (_, None) => false,
    };
    if reflection {
        found.push("reflection");
    }
    let triggers = |strategy: &Strategy| strategy.self_managed.as_ref().and_then(|own| own.triggers.clone());
    if let (Some(desired), Some(shown)) = (triggers(desired), triggers(shown))
        && !differ::fields(&shown, &desired).is_empty()
    {
        found.push("selfManaged.triggers");
    }
    found
}

fn immutable(what: &str) -> Blocked {
    Blocked {
        reason: Reason::InvalidSpec,
        message: format!("{what}, which can't change once AWS has created the memory: create another AgentMemory"),
    }
}

fn not_ours(names: &[&str]) -> Blocked {
    let (noun, are, them) = nouns(names.len());
    Blocked {
        reason: Reason::NotOwned,
        message: format!(
            "the memory has the {noun} {} already, and {are} not this object's. Nothing was changed. Give {them} \
             another name in the spec, or delete {them} in AWS",
            names.join(", ")
        ),
    }
}

fn no_consent(doomed: &[&SeenStrategy]) -> Blocked {
    let mut names: Vec<&str> = doomed.iter().map(|seen| seen.name.as_str()).collect();
    names.sort_unstable();
    let (noun, _, them) = nouns(names.len());
    Blocked {
        reason: Reason::DeletionNotAllowed,
        message: format!(
            "the {noun} {} would be deleted with all long-term records, and the deletion policy is Retain. Nothing was \
             changed. Put {them} back into the spec, or allow it with the annotation {ALLOW_DELETE_STRATEGIES}: \"{}\"",
            names.join(", "),
            names.join(",")
        ),
    }
}

fn nouns(number: usize) -> (&'static str, &'static str, &'static str) {
    if number == 1 { ("strategy", "it is", "it") } else { ("strategies", "they are", "them") }
}
