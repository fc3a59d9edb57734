//! Queries, and what is known of their answers in this pass.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    fault::Fault,
    kind::{Kind, View},
    step::Outcome,
};

/// A question of a pass. The answer goes into [`Known`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Query {
    /// Whose credentials the operator has in this region.
    Identity {
        /// The region.
        region: String,
    },
    /// An object of the same namespace.
    Reference(Reference),
    /// The resource with this id.
    Get(Get),
    /// The resources that have, or by their id may have, this name.
    Find(Find),
    /// The tags of a resource.
    Tags {
        /// The region.
        region: String,
        /// The resource's ARN.
        arn: String,
    },
    /// The names of what others have made on a resource, see [`Kind::ATTACHMENTS`].
    Attachments {
        /// The region.
        region: String,
        /// The resource's id.
        id: String,
    },
    /// Whether another object exists.
    Lives(Claim),
    /// The objects of the same namespace that name this one, see [`Kind::NAMED_BY`].
    Referrers(NamedBy),
}

/// Whose a resource is, by its tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Claim {
    /// The id of the object's cluster.
    pub cluster: String,
    /// The object's kind.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
}

/// How objects of another kind name one of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedBy {
    /// Their kind, for example `AgentRuntime`.
    pub kind: &'static str,
    /// Their selectable field that holds the name, for example `spec.memoryRef.name`.
    pub field: &'static str,
}

/// An object that names this one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Referrer {
    /// Its name.
    pub name: String,
    /// Since when it is being deleted, if it is.
    pub deleting_since: Option<Timestamp>,
}

/// An object of the same namespace that is referenced by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// Its kind, for example `AgentMemory`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// A read of a resource. The ordinal tells two reads of one pass apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Get {
    /// The region.
    pub region: String,
    /// The resource's id.
    pub id: String,
    /// Which read of this pass it is.
    pub ordinal: u8,
    /// The read begins no earlier.
    pub not_before: Option<Timestamp>,
}

/// A complete look-up by name. The ordinal tells two look-ups of one pass apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Find {
    /// The region.
    pub region: String,
    /// The resource's name.
    pub name: String,
    /// Which look-up of this pass it is.
    pub ordinal: u8,
    /// The look-up begins no earlier.
    pub not_before: Option<Timestamp>,
}

/// An answer, and when the question was put to AWS.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timed<T> {
    /// When the first request of it began.
    pub began: Timestamp,
    /// The answer.
    pub value: Result<T, Fault>,
}

/// Whose credentials the operator has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The account, twelve digits.
    pub account: String,
    /// The partition, for example `aws`.
    pub partition: String,
}

/// What the cluster says of a referenced object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Referent {
    /// Whether the object exists.
    pub exists: bool,
    /// The id of its AWS resource.
    pub id: Option<String>,
    /// The name of its AWS resource.
    pub name: Option<String>,
    /// Its state in AWS's word.
    pub state: Option<String>,
    /// Whether it is ACTIVE or READY in AWS, and not being deleted.
    pub usable: bool,
    /// Whether the object is being deleted.
    pub deleting: bool,
}

/// A resource that a look-up found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name, where the list tells; else its id begins with the name.
    pub name: Option<String>,
    /// When it was created, where the list tells.
    pub created_at: Option<Timestamp>,
}

/// What a list, or the pass before, saw of a resource before this pass began.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shown {
    /// When the list or the read began.
    pub began: Timestamp,
    /// The state in AWS's own word.
    pub state: String,
    /// The version, where that tells.
    pub version: Option<String>,
}

/// The tags of a resource.
pub type TagMap = BTreeMap<String, String>;

/// What is known in this pass: the answers so far. Empty when it begins; only `shown` may tell of the time before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Known<K: Kind> {
    /// Identities by region.
    pub identities: BTreeMap<String, Result<Identity, Fault>>,
    /// Referenced objects.
    pub references: BTreeMap<Reference, Referent>,
    /// Reads. `None` is "not found".
    pub gets: BTreeMap<Get, Timed<Option<View<K>>>>,
    /// What was seen of resources before, by id. It counts only together with a read that shows the same.
    pub shown: BTreeMap<String, Shown>,
    /// Look-ups.
    pub finds: BTreeMap<Find, Timed<Vec<Candidate>>>,
    /// Tags by ARN. `None` is "not found".
    pub tags: BTreeMap<String, Result<Option<TagMap>, Fault>>,
    /// What others have made on a resource, by its id.
    pub attachments: BTreeMap<String, Result<Vec<String>, Fault>>,
    /// Whether other objects exist; `None` where that can't be seen.
    pub lives: BTreeMap<Claim, Option<bool>>,
    /// The objects that name this one.
    pub referrers: Option<Vec<Referrer>>,
    /// Whether this pass has announced its write, so that the object that it sees holds the announcement.
    pub announced: bool,
    /// What became of this pass's write to AWS.
    pub outcome: Option<Outcome>,
}

impl<K: Kind> Default for Known<K> {
    fn default() -> Self {
        Self {
            identities: BTreeMap::new(),
            references: BTreeMap::new(),
            gets: BTreeMap::new(),
            shown: BTreeMap::new(),
            finds: BTreeMap::new(),
            tags: BTreeMap::new(),
            attachments: BTreeMap::new(),
            lives: BTreeMap::new(),
            referrers: None,
            announced: false,
            outcome: None,
        }
    }
}
