//! One object of a world with many, and what it alone asked of AWS.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::{
    api::Patch,
    world::{SOON, World, condition, is_observed, is_ready, is_write, object},
};

/// An object that others stand beside: what goes wrong is an error and no panic, so that the others go on.
pub struct Subject<'a> {
    pub world: &'a World,
    pub object: Value,
}

impl<'a> Subject<'a> {
    /// Creates an object.
    pub async fn create(world: &'a World, kind: &str, name: &str, spec: &Value) -> Result<Self, String> {
        let object = object(kind, name, spec);
        let object = world.objects.create(&object).await.map_err(|refusal| format!("{kind} {name}: {refusal:?}"))?;
        Ok(Self { world, object })
    }

    /// Changes the spec by a merge patch.
    pub async fn edit(&self, spec: &Value) -> Result<(), String> {
        let patch = json!({ "spec": spec });
        let answer = self.world.objects.patch(&self.object, &patch, Patch::Merge).await;
        answer.map(drop).map_err(|refusal| format!("refused: {refusal:?}"))
    }

    /// The object as it is now.
    pub async fn now(&self) -> Value {
        self.world.now(&self.object).await
    }

    /// Waits until the newest spec is Ready. What is Stalled is waited for no longer.
    pub async fn ready(&self) -> Result<Value, String> {
        let deadline = Instant::now() + SOON;
        loop {
            let found = self.now().await;
            if is_ready(&found) {
                return Ok(found);
            }
            let stalled = is_observed(&found) && condition(&found, "Stalled")["status"] == "True";
            if stalled || Instant::now() > deadline {
                return Err(format!(
                    "not Ready: {}; asked of AWS: {:?}",
                    condition(&found, "Ready"),
                    self.writes_since(0, &aws_name(&found))
                ));
            }
            sleep(Duration::from_millis(300)).await;
        }
    }

    /// The resource of the object, as the simulator's inventory has it.
    pub async fn resource(&self) -> Result<Value, String> {
        let id = self.now().await["status"]["id"].clone();
        let found = self.world.resources().into_iter().find(|item| id == item.id.as_str());
        found.map(|item| serde_json::to_value(item).unwrap()).ok_or_else(|| format!("AWS has no resource {id}"))
    }

    /// The writes that this object's resource saw since a mark.
    pub fn writes_since(&self, mark: u64, aws_name: &str) -> Vec<String> {
        let journal = self.world.journal().into_iter();
        journal
            .filter(|entry| entry.seq > mark && is_write(entry))
            .filter(|entry| {
                let named = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains(aws_name));
                named(&entry.resource_id) || named(&entry.resource_name)
            })
            .map(|entry| entry.operation)
            .collect()
    }
}

/// The name of an object's resource: part of its ids and ARNs.
pub fn aws_name(object: &Value) -> String {
    object["status"]["name"].as_str().unwrap_or_default().to_owned()
}
