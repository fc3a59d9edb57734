//! Checks that every kind has: the form of ids, names that are taken, changes under way.

use serde_json::{Map, Value, json};

use super::Call;
use crate::failure::Failure;
use crate::settings::Gone;
use crate::shape::Shape;
use crate::store::{Kind, Resource};

impl Call<'_> {
    /// The ARN of the resource in the path, if its id has the form of one. It need not exist.
    pub(super) fn target(&self, kind: Kind) -> Result<String, Failure> {
        let mut id = Vec::new();
        for (name, shape) in kind.facts().key {
            let part = self.params.label(name);
            shape.accept_text(name, part)?;
            id.push(part);
        }
        Ok(self.arn(kind, &id.join("/")))
    }

    /// The ARN in the path, if it looks as it must and names the caller's account and region.
    pub(super) fn own_arn(&self, shape: &'static Shape) -> Result<String, Failure> {
        let arn = self.params.label("resourceArn");
        shape.accept_text("resourceArn", arn)?;
        let place = format!(":bedrock-agentcore:{}:{}:", self.caller.region, self.caller.account);
        if !arn.contains(&place) {
            return Err(self.denied(arn));
        }
        Ok(arn.to_owned())
    }

    /// A resource to be read: one that is there, or one that was deleted where the switches say that this is shown.
    pub(super) fn readable(&self, arn: &str) -> Result<&Resource, Failure> {
        let shows = self.settings.switches.gone == Gone::Deleted;
        if let Some(gone) = self.store.any(arn).filter(|found| shows && found.gone_at.is_some())
            && gone.kind.facts().shows_deleted
        {
            return Ok(gone);
        }
        self.check_exists(arn)?;
        self.store.get(arn).ok_or_else(|| self.gone(arn))
    }

    /// A conflict if there is a resource of this name, or a refusal if there are too many of the kind.
    pub(super) fn check_room(&self, kind: Kind, name: &str, unique: bool, quota: usize) -> Result<(), Failure> {
        let (account, region) = (&self.caller.account, &self.caller.region);
        if unique && self.store.has_name(kind, account, region, name) {
            let noun = kind.noun();
            return Err(Failure::Conflict(format!("{noun} with name '{name}' already exists in this account")));
        }
        if self.store.count(kind, account, region) >= quota {
            let what = kind.noun().to_lowercase();
            return Err(Failure::Quota(format!("The quota of {quota} has been reached for resources of type {what}")));
        }
        Ok(())
    }

    /// A resource as it is before it is first changed, with an id made of its name.
    pub(super) fn blank(&mut self, kind: Kind, name: &str) -> Resource {
        let id = format!("{name}-{}", self.random.id_suffix());
        self.resource(kind, id, name)
    }

    /// A resource as it is before it is first changed.
    pub(super) fn resource(&self, kind: Kind, id: String, name: &str) -> Resource {
        Resource {
            kind,
            arn: self.arn(kind, &id),
            id,
            name: name.to_owned(),
            account: self.caller.account.clone(),
            region: self.caller.region.clone(),
            status: String::new(),
            ever_good: false,
            failure_reason: None,
            created_at: self.now,
            updated_at: self.now,
            status_since: self.now,
            tags: super::tags::of_request(self.params),
            body: Map::new(),
            versions: Vec::new(),
            last_version: 0,
            steps: Vec::new(),
            flap: None,
            gone_at: None,
            owner: None,
            policy: None,
        }
    }
}

/// Takes text out of a body that was checked.
pub(super) fn take_text(body: &mut Map<String, Value>, name: &str) -> String {
    match body.remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

/// Adds why a state is a bad one, where a kind says it in one text.
pub(super) fn put_reason(item: &mut Map<String, Value>, resource: &Resource) {
    if let Some(reason) = &resource.failure_reason {
        item.insert("failureReason".to_owned(), Value::from(reason.as_str()));
    }
}

/// Adds why a state is a bad one, where a kind says it in a list.
pub(super) fn put_reasons(item: &mut Map<String, Value>, resource: &Resource) {
    if let Some(reason) = &resource.failure_reason {
        item.insert("statusReasons".to_owned(), json!([reason]));
    }
}

/// A conflict while a change is under way.
pub(super) fn check_at_rest(resource: &Resource) -> Result<(), Failure> {
    if resource.in_transition() {
        let (noun, id, status) = (resource.kind.noun(), &resource.id, &resource.status);
        return Err(Failure::Conflict(format!("{noun} '{id}' is in transitional state {status}")));
    }
    if resource.status.ends_with("_PENDING_AUTH") {
        let (noun, id, status) = (resource.kind.noun(), &resource.id, &resource.status);
        return Err(Failure::Conflict(format!("{noun} '{id}' is in pending authorization state {status}")));
    }
    Ok(())
}

/// A conflict while a change is under way, or where the switches say that what never came to be cannot be updated.
pub(super) fn check_updatable(resource: &Resource, after_failed_create: bool) -> Result<(), Failure> {
    check_at_rest(resource)?;
    let never_good = !resource.ever_good && resource.status.ends_with("FAILED");
    if never_good && !after_failed_create {
        let (noun, id, status) = (resource.kind.noun(), &resource.id, &resource.status);
        return Err(Failure::Conflict(format!("{noun} '{id}' cannot be updated in state {status}")));
    }
    Ok(())
}
