//! What a pass asks for, and what it reports.

use agentcore_api::{common::Tags, status::Reason};
use jiff::{SignedDuration, Timestamp};

use crate::{
    fault::{Class, Fault},
    kind::{Body, Kind},
    known::Query,
};

/// What [`next`](crate::next) wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<K: Kind> {
    /// The answer to a question.
    Ask(Query),
    /// Something done.
    Act(Box<Act<K>>),
    /// The pass is over.
    Rest(Box<Report<K>>),
}

impl<K: Kind> Step<K> {
    /// Whether it leads to a write to AWS, or sets or removes the finalizer.
    pub fn commits(&self) -> bool {
        match self {
            Self::Ask(_) => false,
            Self::Act(_) => true,
            Self::Rest(report) => report.release,
        }
    }
}

/// Something that a pass wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Act<K: Kind> {
    /// Write this status, if the object is still the one that the pass has seen, and go on with what the API server
    /// answers. It announces the write to AWS that follows. Whoever has to wait for a turn to make that write waits
    /// before the announcement, and asks [`next`](crate::next) again then: an announcement has a time.
    Announce(K::Status, Intent),
    /// Add our finalizer, if the object is still the one that the pass has seen.
    AddFinalizer,
    /// Call AWS.
    Call(Call<K>),
}

/// Which write to AWS an announcement is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Intent {
    /// Where.
    pub region: String,
    /// What.
    pub verb: Verb,
}

/// A write to AWS in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// A resource is created.
    Create,
    /// A resource is updated.
    Update,
    /// A resource is deleted.
    Delete,
    /// Tags are set.
    Tag,
    /// Tags are removed.
    Untag,
}

/// A write to AWS. A pass makes at most one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Call<K: Kind> {
    /// Create the resource.
    Create {
        /// Where.
        region: String,
        /// What.
        body: Body<K>,
        /// The idempotency token: the same for each send of this creation.
        token: String,
        /// The request may not leave later.
        deadline: Timestamp,
    },
    /// Update the resource.
    Update {
        /// Where.
        region: String,
        /// The resource's id.
        id: String,
        /// What changes.
        change: K::Change,
        /// The idempotency token: the same for a repetition of this very update.
        token: String,
    },
    /// Delete the resource.
    Delete {
        /// Where.
        region: String,
        /// The resource's id.
        id: String,
    },
    /// Set tags.
    Tag {
        /// Where.
        region: String,
        /// The resource's ARN.
        arn: String,
        /// What is added or changed.
        tags: Tags,
    },
    /// Remove tags.
    Untag {
        /// Where.
        region: String,
        /// The resource's ARN.
        arn: String,
        /// The keys.
        keys: Vec<String>,
    },
}

impl<K: Kind> Call<K> {
    /// What the call is about, for logs: the resource's id, ARN or name.
    pub fn about(&self) -> &str {
        match self {
            Self::Create { body, .. } => &body.name,
            Self::Update { id, .. } | Self::Delete { id, .. } => id,
            Self::Tag { arn, .. } | Self::Untag { arn, .. } => arn,
        }
    }

    /// The call in one word, for logs.
    pub fn verb(&self) -> &'static str {
        match self.intent().verb {
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Delete => "delete",
            Verb::Tag => "tag",
            Verb::Untag => "untag",
        }
    }

    /// What its announcement says of it.
    pub fn intent(&self) -> Intent {
        let (region, verb) = match self {
            Self::Create { region, .. } => (region, Verb::Create),
            Self::Update { region, .. } => (region, Verb::Update),
            Self::Delete { region, .. } => (region, Verb::Delete),
            Self::Tag { region, .. } => (region, Verb::Tag),
            Self::Untag { region, .. } => (region, Verb::Untag),
        };
        Intent { region: region.clone(), verb }
    }
}

/// What became of a write to AWS.
pub type Outcome = Result<Accepted, Fault>;

/// What AWS answered to a write that it accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Accepted {
    /// The resource's id.
    pub id: Option<String>,
    /// The resource's ARN.
    pub arn: Option<String>,
    /// The state in AWS's own word.
    pub state: Option<String>,
    /// The new version, where AWS counts versions.
    pub version: Option<String>,
    /// The new time of last update, where the answer has it.
    pub updated_at: Option<Timestamp>,
}

/// The end of a pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Report<K: Kind> {
    /// The status to be written, if it differs.
    pub status: K::Status,
    /// Whether the status concludes a write to AWS: then it is written as [`conclusion`](crate::conclusion) says.
    pub conclusion: bool,
    /// Whether our finalizer goes: nothing of ours can exist, or the user lets go.
    pub release: bool,
    /// What users are told once.
    pub events: Vec<Event>,
    /// When the object is to be looked at again.
    pub again: Again,
    /// What went wrong in this pass, for the log and the metrics.
    pub fault: Option<Fault>,
}

/// Something that users are told once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// Whether it is a warning.
    pub warning: bool,
    /// The reason.
    pub reason: Reason,
    /// The text.
    pub note: String,
}

/// When an object is looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Again {
    /// At once, in a pass of its own.
    Now,
    /// After this time.
    After(SignedDuration),
    /// When the resource moves on from the state that this pass has seen; after this time where nobody would notice.
    Moved(SignedDuration),
    /// After the back-off of this class, which grows with each failure in a row.
    Retry(Class),
    /// When the object changes.
    OnChange,
}
