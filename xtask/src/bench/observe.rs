//! The objects as the API server shows them to a watch, with the times at which it did.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::StreamExt;
use jiff::Timestamp;
use kube::{
    Api, ResourceExt,
    api::DynamicObject,
    runtime::watcher::{self, Event, watcher},
};
use serde_json::Value;
use tokio::{task::JoinHandle, time::sleep};

/// How often it is looked whether all objects are as wanted.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What was seen of the objects. The watch ends when this is dropped.
pub(crate) struct Watch {
    seen: Arc<Mutex<BTreeMap<String, Seen>>>,
    condition: Arc<str>,
    task: JoinHandle<()>,
}

/// What was seen of one object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Since when it has been ready, if it is.
    pub(crate) ready: Option<Timestamp>,
    /// When its status first became another than it had from the beginning, which is what the API server fills in.
    pub(crate) first_status: Option<Timestamp>,
    /// When it changed last.
    pub(crate) changed: Option<Timestamp>,
    /// When it went.
    pub(crate) gone: Option<Timestamp>,
    /// The object as it was last seen.
    pub(crate) object: Value,
}

impl Watch {
    /// Begins to watch; an object is ready by this condition.
    pub(crate) fn start(api: Api<DynamicObject>, condition: &str) -> Self {
        let seen = Arc::new(Mutex::new(BTreeMap::new()));
        let condition: Arc<str> = condition.into();
        let task = tokio::spawn(follow(api, Arc::clone(&seen), Arc::clone(&condition)));
        Self { seen, condition, task }
    }

    /// What was seen of all objects so far, by name.
    pub(crate) fn all(&self) -> BTreeMap<String, Seen> {
        self.lock().clone()
    }

    /// Waits until so many objects are as wanted. How many they are if time is up before.
    pub(crate) async fn until(
        &self,
        how_many: usize,
        timeout: Duration,
        wanted: impl Fn(&Seen) -> bool,
        mut check: impl FnMut() -> anyhow::Result<()>,
    ) -> anyhow::Result<usize> {
        let deadline = tokio::time::Instant::now() + timeout;
        loop {
            check()?;
            let found = self.lock().values().filter(|seen| wanted(seen)).count();
            if found >= how_many || tokio::time::Instant::now() > deadline {
                return Ok(found);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// The condition of one object that is not as wanted, to say why.
    pub(crate) fn example(&self, wanted: impl Fn(&Seen) -> bool) -> String {
        let seen = self.lock();
        let Some((name, one)) = seen.iter().find(|(_, seen)| !wanted(seen)) else { return String::new() };
        let found = condition(&one.object, &self.condition).map_or_else(|| "absent".to_owned(), Value::to_string);
        format!("{name}: condition {} is {found}", self.condition)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Seen {
    /// Takes over the object as it is now.
    fn take(&mut self, object: Value, condition: &str, now: Timestamp) {
        if object == self.object {
            return;
        }
        if !self.object.is_null() && object.get("status") != self.object.get("status") {
            self.first_status.get_or_insert(now);
        }
        // Only what stays counts: an object that is not ready any more has not been ready.
        self.ready = if is_ready(&object, condition) { self.ready.or(Some(now)) } else { None };
        self.changed = Some(now);
        self.gone = None;
        self.object = object;
    }

    /// All text in the object: among it is the id or the ARN of its resource.
    pub(crate) fn texts(&self) -> BTreeSet<&str> {
        let mut texts = BTreeSet::new();
        collect(&self.object, &mut texts);
        texts
    }
}

async fn follow(api: Api<DynamicObject>, seen: Arc<Mutex<BTreeMap<String, Seen>>>, condition: Arc<str>) {
    let mut events = watcher(api, watcher::Config::default()).boxed();
    // After an interruption everything is listed anew: what is not in the list has gone meanwhile.
    let mut listed = BTreeSet::new();
    while let Some(event) = events.next().await {
        let now = Timestamp::now();
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Ok(Event::Apply(object) | Event::InitApply(object)) => {
                let value = serde_json::to_value(&object).unwrap_or_default();
                listed.insert(object.name_any());
                seen.entry(object.name_any()).or_default().take(value, &condition, now);
            }
            Ok(Event::Delete(object)) => seen.entry(object.name_any()).or_default().gone = Some(now),
            Ok(Event::Init) => listed.clear(),
            Ok(Event::InitDone) => {
                let absent = seen.iter_mut().filter(|(name, _)| !listed.contains(*name));
                absent.for_each(|(_, seen)| _ = seen.gone.get_or_insert(now));
            }
            // It begins again by itself.
            Err(error) => eprintln!("bench: the watch of the objects was interrupted, and goes on: {error}"),
        }
    }
}

fn condition<'a>(object: &'a Value, condition: &str) -> Option<&'a Value> {
    let all = object.pointer("/status/conditions")?.as_array()?;
    all.iter().find(|one| one.get("type").and_then(Value::as_str) == Some(condition))
}

/// Whether the condition is True, and about the object's spec as it is, where it says which.
fn is_ready(object: &Value, name: &str) -> bool {
    let Some(condition) = condition(object, name) else { return false };
    let generation = object.pointer("/metadata/generation");
    let told = [condition.get("observedGeneration"), object.pointer("/status/observedGeneration")];
    condition.get("status").and_then(Value::as_str) == Some("True")
        && told.into_iter().flatten().all(|observed| Some(observed) == generation)
}

fn collect<'a>(value: &'a Value, texts: &mut BTreeSet<&'a str>) {
    match value {
        Value::String(text) => {
            texts.insert(text);
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::{Seen, is_ready};

    fn object(status: &str, observed: u32) -> Value {
        json!({
            "metadata": { "generation": 2 },
            "status": { "id": "x-1", "conditions": [{ "type": "Ready", "status": status, "observedGeneration": observed }] },
        })
    }

    #[test]
    fn ready_is_about_the_spec_as_it_is() {
        assert!(is_ready(&object("True", 2), "Ready"));
        assert!(!is_ready(&object("True", 1), "Ready"));
        assert!(!is_ready(&object("False", 2), "Ready"));
        assert!(!is_ready(&object("True", 2), "Synced"));
        let plain = json!({ "status": { "conditions": [{ "type": "Ready", "status": "True" }] } });
        assert!(is_ready(&plain, "Ready"));
    }

    #[test]
    fn an_object_is_ready_since_it_stays_so() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut seen = Seen::default();
        seen.take(object("True", 2), "Ready", at(1));
        assert_eq!(seen.ready, Some(at(1)));
        seen.take(object("False", 2), "Ready", at(2));
        assert_eq!(seen.ready, None);
        seen.take(object("True", 2), "Ready", at(3));
        let mut other = object("True", 2);
        other["status"]["note"] = json!("more");
        seen.take(other, "Ready", at(4));
        assert_eq!((seen.ready, seen.changed, seen.first_status), (Some(at(3)), Some(at(4)), Some(at(2))));
        assert!(seen.texts().contains("x-1"));
    }
}
