//! AWS in memory: resources with states that last, tags, tokens, and the ways in which it is hard to read.

use std::collections::BTreeMap;

use agentcore_api::{common::Tags, keys::tag};
use agentcore_engine::{
    fault::{Fault, Raw},
    kind::{Body, Facts, View},
    known::{Candidate, TagMap},
    step::{Accepted, Call, Outcome},
};
use jiff::{SignedDuration, Timestamp};

use crate::toy::{Spec, Toy};

/// What a read of a resource says that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    NotFound,
    /// It is shown, as `DELETED`, by reads and lists.
    Deleted,
    /// Access is denied, as to one that never was.
    Denied,
}

/// How this AWS behaves.
#[derive(Clone, Debug)]
pub struct Switches {
    pub tags_listable: bool,
    pub lists_tell_names: bool,
    pub gone: Gone,
    /// Reads show nothing, lists and tags do.
    pub reads_show_nothing: bool,
    /// Reads and lists show what was, this long ago.
    pub lag: SignedDuration,
    /// So much more do lists lag.
    pub list_lag: SignedDuration,
    /// Every so many reads one shows what was ten seconds ago.
    pub flaps: Option<u32>,
    pub creating: SignedDuration,
    pub updating: SignedDuration,
    pub deleting: SignedDuration,
    /// A delete of what is being created is refused until that is done.
    pub busy_refuses_delete: bool,
    pub versions: bool,
    /// An update that leaves out the description leaves it as it is.
    pub keeps_description: bool,
    /// Reads show the description in capitals.
    pub capitals: bool,
    /// Updates are answered with a version and a time that no read shows.
    pub ahead: bool,
    /// Something that creates and updates name is not found.
    pub missing: bool,
    /// So many deletes fail after they were accepted.
    pub failing_deletes: u32,
    pub role_ready_at: Option<Timestamp>,
    /// How long tags are shown as they were.
    pub tags_lag: SignedDuration,
    /// Tags are shown in AWS's own way.
    pub tags_rendered: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            tags_listable: true,
            lists_tell_names: true,
            gone: Gone::NotFound,
            reads_show_nothing: false,
            lag: SignedDuration::ZERO,
            list_lag: SignedDuration::ZERO,
            flaps: None,
            creating: SignedDuration::from_secs(8),
            updating: SignedDuration::from_secs(4),
            deleting: SignedDuration::from_secs(3),
            busy_refuses_delete: true,
            versions: true,
            keeps_description: false,
            capitals: false,
            ahead: false,
            missing: false,
            failing_deletes: 0,
            role_ready_at: None,
            tags_lag: SignedDuration::ZERO,
            tags_rendered: false,
        }
    }
}

/// A resource at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub state: &'static str,
    pub settings: Spec,
    pub version: u64,
    pub updated_at: Timestamp,
    pub reason: Option<String>,
}

/// A resource, with all that was and will be of it.
#[derive(Clone, Debug)]
pub struct Resource {
    pub id: String,
    pub name: String,
    pub tags: TagMap,
    /// When they were changed, and what they were before.
    pub retagged: Vec<(Timestamp, TagMap)>,
    /// The uid of the object whose create made it.
    pub made_for: Option<String>,
    pub created_at: Timestamp,
    pub line: Vec<(Timestamp, Option<Shape>)>,
}

impl Resource {
    pub fn arn(&self) -> String {
        format!("arn:toy:{}", self.id)
    }

    pub fn at(&self, at: Timestamp) -> Option<&Shape> {
        self.line.iter().rev().find(|(since, _)| *since <= at).and_then(|(_, shape)| shape.as_ref())
    }

    /// What is, from now on, instead of what was to come.
    pub fn becomes(&mut self, now: Timestamp, shapes: Vec<(SignedDuration, Option<Shape>)>) {
        self.line.retain(|(since, _)| *since <= now);
        self.line.extend(shapes.into_iter().map(|(after, shape)| (now + after, shape)));
    }
}

/// A write, as AWS saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub verb: &'static str,
    pub token: String,
    pub ok: bool,
}

#[derive(Debug, Default)]
pub struct Aws {
    pub switches: Switches,
    pub resources: Vec<Resource>,
    pub writes: Vec<Seen>,
    /// What must never happen, and did.
    pub wrong: Vec<String>,
    /// Resources that objects may touch although they were not created for them: by id, and the object's uid.
    pub granted: Vec<(String, String)>,
    tokens: BTreeMap<String, (String, String)>,
    reads: u32,
}

pub fn fault(operation: &'static str, code: &str, status: u16, message: &str) -> Fault {
    Fault::classify(operation, &Raw { code: Some(code), status: Some(status), message, ..Raw::default() })
}

pub fn not_found(operation: &'static str) -> Fault {
    fault(operation, "ResourceNotFoundException", 404, "no such toy")
}

pub fn conflict(operation: &'static str) -> Fault {
    fault(operation, "ConflictException", 409, "conflict")
}

pub fn throttled(operation: &'static str) -> Fault {
    fault(operation, "ThrottlingException", 429, "slow down")
}

pub fn invalid(operation: &'static str) -> Fault {
    fault(operation, "ValidationException", 400, "not valid")
}

pub fn denied(operation: &'static str) -> Fault {
    fault(operation, "AccessDeniedException", 403, "not allowed")
}

pub fn mismatch(operation: &'static str) -> Fault {
    fault(operation, "ValidationException", 400, "IdempotentParameterMismatchException")
}

pub fn internal(operation: &'static str) -> Fault {
    fault(operation, "InternalServerException", 500, "")
}

pub fn lost(operation: &'static str) -> Fault {
    Fault::classify(operation, &Raw { message: "connection reset", ..Raw::default() })
}

pub fn unsent(operation: &'static str) -> Fault {
    Fault::classify(operation, &Raw { message: "connection refused", unsent: true, ..Raw::default() })
}

impl Aws {
    pub fn new(switches: Switches) -> Self {
        Self { switches, ..Self::default() }
    }

    /// The resources that exist, DELETING included.
    pub fn existing(&self, now: Timestamp) -> impl Iterator<Item = (&Resource, &Shape)> {
        self.resources.iter().filter_map(move |resource| Some((resource, resource.at(now)?)))
    }

    /// Somebody else makes a resource.
    pub fn stranger(&mut self, name: &str, tags: TagMap, now: Timestamp) {
        let shape = Shape { state: "ACTIVE", settings: Spec::default(), version: 1, updated_at: now, reason: None };
        let id = format!("{name}-s{}", self.resources.len());
        let line = vec![(now, Some(shape))];
        self.resources.push(Resource {
            id,
            name: name.to_owned(),
            tags,
            retagged: Vec::new(),
            made_for: None,
            created_at: now,
            line,
        });
    }

    fn read_time(&mut self, now: Timestamp, stale: bool) -> Timestamp {
        self.reads += 1;
        let flaps = self.switches.flaps.is_some_and(|every| self.reads.is_multiple_of(every));
        now - self.switches.lag - SignedDuration::from_secs(if flaps || stale { 10 } else { 0 })
    }

    pub fn get<const U: bool>(&mut self, id: &str, now: Timestamp, stale: bool) -> Result<Option<View<Toy<U>>>, Fault> {
        let at = self.read_time(now, stale);
        if self.switches.reads_show_nothing {
            return Ok(None);
        }
        let Some(resource) = self.resources.iter().find(|resource| resource.id == id) else {
            return if self.switches.gone == Gone::Denied { Err(denied("GetToy")) } else { Ok(None) };
        };
        let was = resource.line.iter().rev().filter(|(since, _)| *since <= at).find_map(|(_, shape)| shape.as_ref());
        let (shown, word) = match (resource.at(at), was, self.switches.gone) {
            (Some(shape), ..) => (shape, shape.state),
            (None, Some(was), Gone::Deleted) => (was, "DELETED"),
            (None, _, Gone::Denied) => return Err(denied("GetToy")),
            (None, ..) => return Ok(None),
        };
        Ok(Some(View {
            facts: Facts {
                id: resource.id.clone(),
                arn: resource.arn(),
                name: resource.name.clone(),
                state: word.to_owned(),
                version: self.switches.versions.then(|| shown.version.to_string()),
                created_at: Some(resource.created_at),
                updated_at: Some(shown.updated_at),
                failure_reason: shown.reason.clone(),
                managed_by: resource.tags.get("managed-by").cloned(),
            },
            settings: self.rendered(&shown.settings),
            more: shown.settings.children.iter().map(|name| (name.clone(), format!("id-{name}"))).collect(),
        }))
    }

    fn rendered(&self, settings: &Spec) -> Spec {
        let render = |text: &String| if self.switches.capitals { text.to_uppercase() } else { text.clone() };
        Spec { description: settings.description.as_ref().map(render), ..settings.clone() }
    }

    pub fn find(&mut self, name: &str, now: Timestamp, stale: bool) -> Vec<Candidate> {
        let at = self.read_time(now, stale) - self.switches.list_lag;
        let shown = |resource: &&Resource| {
            let was = resource.line.first().is_some_and(|(since, _)| *since <= at);
            resource.id.starts_with(name) && was && (self.switches.gone == Gone::Deleted || resource.at(at).is_some())
        };
        let tells = self.switches.lists_tell_names;
        let candidate = |resource: &Resource| Candidate {
            id: resource.id.clone(),
            arn: resource.arn(),
            name: tells.then(|| resource.name.clone()),
            created_at: tells.then_some(resource.created_at),
        };
        self.resources.iter().filter(shown).map(candidate).collect()
    }

    pub fn tags(&mut self, arn: &str, now: Timestamp, stale: bool) -> Result<Option<TagMap>, Fault> {
        let at = self.read_time(now, stale);
        if !self.switches.tags_listable {
            return Err(invalid("ListTagsForResource"));
        }
        let deleted = self.switches.gone == Gone::Deleted;
        let found = self.resources.iter().find(|resource| resource.arn() == arn);
        Ok(found.filter(|resource| deleted || resource.at(at).is_some()).map(|resource| self.shown_tags(resource, now)))
    }

    fn shown_tags(&self, resource: &Resource, now: Timestamp) -> TagMap {
        let old = resource.retagged.iter().find(|(at, _)| now < *at + self.switches.tags_lag);
        let tags = old.map_or(&resource.tags, |(_, tags)| tags);
        let render = |key: &String, value: &String| {
            let own = key.contains("agentcore");
            (key.clone(), if self.switches.tags_rendered && !own { value.to_uppercase() } else { value.clone() })
        };
        tags.iter().map(|(key, value)| render(key, value)).collect()
    }

    /// A write. `uid` is of the object in whose name it is made.
    pub fn write<const U: bool>(&mut self, uid: &str, call: &Call<Toy<U>>, now: Timestamp) -> Outcome {
        let (outcome, token) = match call {
            Call::Create { body, token, .. } => (self.create(body, token, now), token.clone()),
            Call::Update { id, change, token, .. } => (self.update(uid, id, change, token, now), token.clone()),
            Call::Delete { id, .. } => (self.delete(uid, id, now), String::new()),
            Call::Tag { arn, tags, .. } => (self.retag(uid, arn, tags, &[], now), String::new()),
            Call::Untag { arn, keys, .. } => (self.retag(uid, arn, &Tags::new(), keys, now), String::new()),
        };
        self.writes.push(Seen { verb: call.verb(), token, ok: outcome.is_ok() });
        outcome
    }

    fn create<const U: bool>(&mut self, body: &Body<Toy<U>>, token: &str, now: Timestamp) -> Outcome {
        let op = "CreateToy";
        let text = format!("{body:?}");
        if let Some((remembered, id)) = self.tokens.get(token) {
            if *remembered != text {
                return Err(mismatch(op));
            }
            return Ok(self.accepted(id, now));
        }
        if U && self.existing(now).any(|(resource, _)| resource.name == body.name) {
            return Err(conflict(op));
        }
        self.refuse(op, &body.settings, now)?;
        let fails = body.settings.description.as_deref() == Some("fails");
        let shape = |state, after| Shape {
            state,
            settings: body.settings.clone(),
            version: 1,
            updated_at: now + after,
            reason: (state == "CREATE_FAILED").then(|| "it can't be".to_owned()),
        };
        let after = self.switches.creating;
        let id = format!("{}-{}", body.name, self.resources.len());
        let line = vec![
            (now, Some(shape("CREATING", SignedDuration::ZERO))),
            (now + after, Some(shape(if fails { "CREATE_FAILED" } else { "ACTIVE" }, after))),
        ];
        let made_for = body.tags.get(tag::UID).cloned();
        let (name, tags) = (body.name.clone(), body.tags.clone());
        self.resources.push(Resource {
            id: id.clone(),
            name,
            tags,
            retagged: Vec::new(),
            made_for,
            created_at: now,
            line,
        });
        self.tokens.insert(token.to_owned(), (text, id.clone()));
        Ok(self.accepted(&id, now))
    }

    fn accepted(&self, id: &str, now: Timestamp) -> Accepted {
        let shape = self.resources.iter().find(|resource| resource.id == id).and_then(|resource| resource.at(now));
        Accepted {
            id: Some(id.to_owned()),
            arn: Some(format!("arn:toy:{id}")),
            state: shape.map(|shape| shape.state.to_owned()),
            version: shape.filter(|_| self.switches.versions).map(|shape| shape.version.to_string()),
            updated_at: shape.map(|shape| shape.updated_at),
        }
    }

    fn refuse(&self, op: &'static str, settings: &Spec, now: Timestamp) -> Result<(), Fault> {
        if settings.description.as_deref() == Some("invalid") {
            return Err(invalid(op));
        }
        if self.switches.missing {
            return Err(fault(op, "ResourceNotFoundException", 404, "the key was not found"));
        }
        if settings.role.is_some() && self.switches.role_ready_at.is_some_and(|at| now < at) {
            return Err(fault(op, "ValidationException", 400, "Role validation failed"));
        }
        Ok(())
    }

    /// The resource that a write is about, if the object may touch it.
    fn touched(&mut self, uid: &str, is: impl Fn(&Resource) -> bool, now: Timestamp) -> Option<&mut Resource> {
        let resource = self.resources.iter_mut().find(|resource| is(resource))?;
        let granted = self.granted.iter().any(|(id, to)| *id == resource.id && to == uid);
        if resource.made_for.as_deref() != Some(uid) && !granted {
            self.wrong.push(format!("{} was touched, which is not ours", resource.id));
        }
        resource.at(now)?;
        Some(resource)
    }

    /// What was adopted is tagged before anything else is done to it.
    fn is_claimed(&mut self, uid: &str, id: &str) {
        let adopted = |resource: &&Resource| resource.id == id && resource.made_for.is_none();
        let claimed = |resource: &Resource| resource.tags.get(tag::UID).is_some_and(|tagged| tagged == uid);
        if self.switches.tags_listable && self.resources.iter().find(adopted).is_some_and(|found| !claimed(found)) {
            self.wrong.push(format!("{id} was changed before it was claimed"));
        }
    }

    fn update(&mut self, uid: &str, id: &str, change: &Spec, token: &str, now: Timestamp) -> Outcome {
        let op = "UpdateToy";
        self.is_claimed(uid, id);
        let text = format!("{id} {change:?}");
        if let Some((remembered, id)) = self.tokens.get(token) {
            return if *remembered == text { Ok(self.accepted(id, now)) } else { Err(mismatch(op)) };
        }
        let (after, keeps) = (self.switches.updating, self.switches.keeps_description);
        self.refuse(op, change, now)?;
        let resource = self.touched(uid, |resource| resource.id == id, now).ok_or_else(|| not_found(op))?;
        let Some(before) = resource.at(now).cloned() else { return Err(not_found(op)) };
        if before.state.ends_with("ING") {
            return Err(conflict(op));
        }
        let mut settings = change.clone();
        if keeps && settings.description.is_none() {
            settings.description = before.settings.description;
        }
        let shape = |state, after| Shape {
            state,
            settings: settings.clone(),
            version: before.version + 1,
            updated_at: now + after,
            reason: (state == "UPDATE_FAILED").then(|| "it can't be so".to_owned()),
        };
        let end = if settings.description.as_deref() == Some("fails") { "UPDATE_FAILED" } else { "ACTIVE" };
        let shapes = vec![
            (SignedDuration::ZERO, Some(shape("UPDATING", SignedDuration::ZERO))),
            (after, Some(shape(end, after))),
        ];
        resource.becomes(now, shapes);
        self.tokens.insert(token.to_owned(), (text, id.to_owned()));
        let mut accepted = self.accepted(id, now);
        if self.switches.ahead {
            accepted.version = accepted.version.map(|version| format!("{version}0"));
            accepted.updated_at = Some(now + SignedDuration::from_hours(1));
        }
        Ok(accepted)
    }

    fn delete(&mut self, uid: &str, id: &str, now: Timestamp) -> Outcome {
        let op = "DeleteToy";
        self.is_claimed(uid, id);
        let (after, busy) = (self.switches.deleting, self.switches.busy_refuses_delete);
        let fails = self.switches.failing_deletes > 0;
        let resource = self.touched(uid, |resource| resource.id == id, now).ok_or_else(|| not_found(op))?;
        let Some(before) = resource.at(now).cloned() else { return Err(not_found(op)) };
        if before.state == "DELETING" {
            return Ok(self.accepted(id, now));
        }
        if busy && before.state.ends_with("ING") {
            return Err(conflict(op));
        }
        let shape = |state| Some(Shape { state, updated_at: now, ..before.clone() });
        let end = if fails { shape("DELETE_FAILED") } else { None };
        resource.becomes(now, vec![(SignedDuration::ZERO, shape("DELETING")), (after, end)]);
        self.switches.failing_deletes -= u32::from(fails);
        Ok(self.accepted(id, now))
    }

    fn retag(&mut self, uid: &str, arn: &str, set: &Tags, removed: &[String], now: Timestamp) -> Outcome {
        let op = "TagResource";
        let resource = self.touched(uid, |resource| resource.arn() == arn, now).ok_or_else(|| not_found(op))?;
        resource.retagged.push((now, resource.tags.clone()));
        resource.tags.extend(set.clone());
        resource.tags.retain(|key, _| !removed.contains(key));
        Ok(Accepted::default())
    }
}
