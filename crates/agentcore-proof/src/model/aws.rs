//! AWS, abstract: resources in states, requests on their way, and tokens that it remembers.

use std::{collections::BTreeMap, sync::Arc};

use agentcore_api::keys::tag;
use agentcore_engine::{
    fault::{Fault, Raw},
    kind::{Body, Facts, View},
    known::{Candidate, TagMap},
    step::{Accepted, Call, Outcome},
};
use jiff::Timestamp;

use super::kind::{Small, Spec};

/// How this AWS behaves, where the truth is not known.
#[derive(Clone, Copy, Debug)]
pub struct Switches {
    /// Whether tags can be listed.
    pub tags: bool,
    /// Whether tokens are remembered.
    pub tokens: bool,
    /// What a read says of what is gone.
    pub gone: Gone,
}

/// What a read says of what is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// That there is no such resource.
    NotFound,
    /// That access is denied, as to one that never was.
    Denied,
}

/// What state a resource is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Is {
    Creating,
    Active,
    Updating,
    Failed,
    Deleting,
}

impl Is {
    const fn word(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Updating => "UPDATING",
            Self::Failed => "FAILED",
            Self::Deleting => "DELETING",
        }
    }
}

/// What a read shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// What is there.
    Plain,
    /// Nothing, although something is there.
    Hidden,
    /// What was there before the last write.
    Old,
}

/// What a resource was before its last write, and when that was: for two minutes an old read may show it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    pub(crate) is: Is,
    pub(crate) size: u8,
    pub(crate) version: u8,
    pub(crate) written: i64,
}

/// The last update that AWS answered for good. It gives the same token the same answer.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    token: String,
    pub(crate) size: u8,
    pub(crate) refused: bool,
    /// What of the record its token was made of; AWS does not know.
    pub(crate) of: (Option<String>, Option<Timestamp>),
}

/// A resource that exists.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) id: u8,
    pub(crate) name: String,
    pub(crate) tags: Arc<TagMap>,
    /// The uid of the object whose create made it; a stranger has none.
    pub(crate) made_for: Option<String>,
    pub(crate) is: Is,
    pub(crate) size: u8,
    pub(crate) version: u8,
    pub(crate) created: i64,
    /// When the create that made it was sent: by 120 s after that, reads and lists show it.
    pub(crate) sent: i64,
    /// Whether reads and lists show it yet.
    pub(crate) shown: bool,
    pub(crate) before: Option<Before>,
    pub(crate) update: Option<Update>,
}

/// How long an old read may show what was before a write.
const OLD_READS: i64 = 120;

impl Resource {
    /// What an old read may show now.
    pub(crate) fn before(&self, now: i64) -> Option<Before> {
        self.before.filter(|before| now - before.written < OLD_READS)
    }

    fn written(&mut self, now: i64) {
        self.before = Some(Before { is: self.is, size: self.size, version: self.version, written: now });
    }
}

/// A create on its way, of which nobody waits for the answer any more.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) name: String,
    pub(crate) size: u8,
    pub(crate) tags: Arc<TagMap>,
    pub(crate) token: String,
    pub(crate) sent: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Aws {
    pub(crate) switches: Switches,
    pub(crate) resources: Vec<Resource>,
    pub(crate) pending: Vec<Pending>,
    /// By token: the body, and the id of what it made.
    pub(crate) tokens: BTreeMap<String, (String, u8, u8)>,
    pub(crate) made: u8,
}

const OF_A_TIME: &str = "a time that can't be";

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or_else(|_| unreachable!("{OF_A_TIME}"))
}

fn fault(operation: &'static str, code: &str, status: u16, message: &str) -> Fault {
    Fault::classify(operation, &Raw { code: Some(code), status: Some(status), message, ..Raw::default() })
}

fn not_found(operation: &'static str) -> Fault {
    fault(operation, "ResourceNotFoundException", 404, "no such small")
}

fn conflict(operation: &'static str) -> Fault {
    fault(operation, "ConflictException", 409, "conflict")
}

pub(crate) fn throttled(operation: &'static str) -> Fault {
    fault(operation, "ThrottlingException", 429, "slow down")
}

pub(crate) fn invalid(operation: &'static str) -> Fault {
    fault(operation, "ValidationException", 400, "not valid")
}

fn mismatch(operation: &'static str) -> Fault {
    fault(operation, "ValidationException", 400, "IdempotentParameterMismatchException")
}

pub(crate) fn lost(operation: &'static str) -> Fault {
    Fault::classify(operation, &Raw { message: "connection reset", ..Raw::default() })
}

/// The id as AWS gives it.
pub(crate) fn id(number: u8) -> String {
    format!("id-{number}")
}

impl Aws {
    pub(crate) fn new(switches: Switches) -> Self {
        Self { switches, resources: Vec::new(), pending: Vec::new(), tokens: BTreeMap::new(), made: 0 }
    }

    pub(crate) fn stranger(&mut self, name: &str, now: i64) {
        self.push(name, 0, Arc::default(), Is::Active, now, now, true);
    }

    #[expect(clippy::too_many_arguments, reason = "the members of one value")]
    fn push(&mut self, name: &str, size: u8, tags: Arc<TagMap>, is: Is, created: i64, sent: i64, shown: bool) -> u8 {
        self.made += 1;
        let made_for = tags.get(tag::UID).cloned();
        let name = name.to_owned();
        self.resources.push(Resource {
            id: self.made,
            name,
            tags,
            made_for,
            is,
            size,
            version: 1,
            created,
            sent,
            shown,
            before: None,
            update: None,
        });
        self.made
    }

    pub(crate) fn by_id(&self, wanted: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| id(resource.id) == wanted)
    }

    pub(crate) fn by_id_mut(&mut self, wanted: &str) -> Option<&mut Resource> {
        self.resources.iter_mut().find(|resource| id(resource.id) == wanted)
    }

    /// A read of a resource. One that is to show what was before a write shows what is there if there was none.
    pub(crate) fn get<const U: bool>(
        &self,
        wanted: &str,
        sight: Sight,
        now: i64,
    ) -> Result<Option<View<Small<U>>>, Fault> {
        let Some(resource) = self.by_id(wanted).filter(|resource| resource.shown && sight != Sight::Hidden) else {
            return match self.switches.gone {
                Gone::NotFound => Ok(None),
                Gone::Denied => Err(fault("GetSmall", "AccessDeniedException", 403, "not allowed")),
            };
        };
        let before = resource.before(now).filter(|_| sight == Sight::Old);
        let (is, size, version) = before
            .map_or((resource.is, resource.size, resource.version), |before| (before.is, before.size, before.version));
        Ok(Some(View {
            facts: Facts {
                id: wanted.to_owned(),
                arn: wanted.to_owned(),
                name: resource.name.clone(),
                state: is.word().to_owned(),
                version: Some(version.to_string()),
                created_at: Some(at(resource.created)),
                updated_at: None,
                failure_reason: None,
                managed_by: None,
            },
            settings: Spec { size, ..Spec::default() },
            more: (),
        }))
    }

    pub(crate) fn find(&self, name: &str, hidden: bool) -> Vec<Candidate> {
        let shown = |resource: &&Resource| resource.name == name && resource.shown && !hidden;
        let candidate = |resource: &Resource| Candidate {
            id: id(resource.id),
            arn: id(resource.id),
            name: Some(resource.name.clone()),
            created_at: Some(at(resource.created)),
        };
        self.resources.iter().filter(shown).map(candidate).collect()
    }

    pub(crate) fn tags(&self, arn: &str) -> Result<Option<TagMap>, Fault> {
        if !self.switches.tags {
            return Err(invalid("ListTagsForResource"));
        }
        Ok(self.by_id(arn).map(|resource| (*resource.tags).clone()))
    }

    /// A write takes effect. Creates are on their own.
    pub(crate) fn write<const U: bool>(&mut self, call: &Call<Small<U>>, now: i64) -> Outcome {
        match call {
            Call::Create { body, token, .. } => self.create::<U>(&Self::request(body, token, now), now),
            Call::Update { id, change, token, .. } => self.update(id, *change, token, now),
            Call::Delete { id, .. } => self.delete(id, now),
            Call::Tag { arn, tags, .. } => {
                let resource = self.by_id_mut(arn).ok_or_else(|| not_found("TagResource"))?;
                Arc::make_mut(&mut resource.tags).extend(tags.clone());
                Ok(Accepted::default())
            }
            Call::Untag { .. } => Ok(Accepted::default()),
        }
    }

    pub(crate) fn request<const U: bool>(body: &Body<Small<U>>, token: &str, now: i64) -> Pending {
        let (name, size) = (body.name.clone(), body.settings.size);
        Pending { name, size, tags: Arc::new(body.tags.clone()), token: token.to_owned(), sent: now }
    }

    pub(crate) fn create<const U: bool>(&mut self, request: &Pending, now: i64) -> Outcome {
        let op = "CreateSmall";
        if let Some((name, size, made)) = self.tokens.get(&request.token) {
            if *name != request.name || *size != request.size {
                return Err(mismatch(op));
            }
            return Ok(self.accepted(&id(*made)));
        }
        if U && self.resources.iter().any(|resource| resource.name == request.name) {
            return Err(conflict(op));
        }
        let made = self.push(&request.name, request.size, request.tags.clone(), Is::Creating, now, request.sent, false);
        if self.switches.tokens {
            self.tokens.insert(request.token.clone(), (request.name.clone(), request.size, made));
        }
        Ok(self.accepted(&id(made)))
    }

    fn accepted(&self, wanted: &str) -> Accepted {
        let resource = self.by_id(wanted);
        Accepted {
            id: Some(wanted.to_owned()),
            arn: Some(wanted.to_owned()),
            state: resource.map(|resource| resource.is.word().to_owned()),
            version: resource.map(|resource| resource.version.to_string()),
            updated_at: None,
        }
    }

    fn update(&mut self, wanted: &str, size: u8, token: &str, now: i64) -> Outcome {
        let op = "UpdateSmall";
        let remembers = self.switches.tokens;
        let resource = self.by_id_mut(wanted).filter(|resource| resource.shown).ok_or_else(|| not_found(op))?;
        if let Some(done) =
            resource.update.as_ref().filter(|done| remembers && !token.is_empty() && done.token == token)
        {
            return match (done.size == size, done.refused) {
                (false, _) => Err(mismatch(op)),
                (true, true) => Err(invalid(op)),
                (true, false) => Ok(self.accepted(wanted)),
            };
        }
        if !matches!(resource.is, Is::Active | Is::Failed) {
            return Err(conflict(op));
        }
        resource.written(now);
        resource.is = Is::Updating;
        resource.size = size;
        resource.version += 1;
        resource.update = Some(Update { token: token.to_owned(), size, refused: false, of: (None, None) });
        Ok(self.accepted(wanted))
    }

    /// The body of an update is refused.
    pub(crate) fn refuse(&mut self, wanted: &str, size: u8, token: &str) {
        if let Some(resource) = self.by_id_mut(wanted) {
            resource.update = Some(Update { token: token.to_owned(), size, refused: true, of: (None, None) });
        }
    }

    /// Whether an update with this token would only repeat an answer.
    pub(crate) fn repeats(&self, wanted: &str, token: &str) -> bool {
        let done = self.by_id(wanted).and_then(|resource| resource.update.as_ref());
        self.switches.tokens && done.is_some_and(|done| !token.is_empty() && done.token == token)
    }

    fn delete(&mut self, wanted: &str, now: i64) -> Outcome {
        let op = "DeleteSmall";
        let resource = self.by_id_mut(wanted).filter(|resource| resource.shown).ok_or_else(|| not_found(op))?;
        if matches!(resource.is, Is::Creating | Is::Updating) {
            return Err(conflict(op));
        }
        if resource.is != Is::Deleting {
            resource.written(now);
        }
        resource.is = Is::Deleting;
        Ok(self.accepted(wanted))
    }
}
