//! What a kind must say of itself, so that the pass can take care of its objects.

use std::{collections::BTreeMap, fmt::Debug, hash::Hash};

use agentcore_api::{
    common::{CommonSpec, DeletionPolicy, Tags},
    status::{CommonStatus, PartRecord, Reason},
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    fault::Fault,
    known::{NamedBy, Reference, Referent},
};

/// A kind of object, as far as the pass must know it.
///
/// Everything here is a pure function. Desired and observed state are both of the kind's spec type: the first is the
/// user's spec with references resolved and presets written out, the second what AWS reports, in the same words.
pub trait Kind: Copy + Debug + Eq + Ord + Hash + Send + Sync + 'static {
    /// The kind's name in Kubernetes, for example `AgentMemory`.
    const NAME: &'static str;
    /// What users call the AWS resource in a sentence, for example `memory`.
    const NOUN: &'static str;
    /// The word for the good state: `ACTIVE` or `READY`.
    const GOOD: &'static str;
    /// The member of the spec that names the resource in AWS, for messages.
    const NAME_FIELD: &'static str;
    /// Whether AWS refuses a second resource of the same name. If not, a look-up goes before the first create.
    const NAMES_ARE_UNIQUE: bool;
    /// Whether an update of an unchanged spec does something: the annotation `redeployAt` asks for it.
    const REDEPLOYS: bool;
    /// What happens to the resource on deletion where the spec does not say.
    const DELETION_POLICY: DeletionPolicy;
    /// What others may make on the resource, in the plural. It would go with the resource, so it blocks a delete.
    const ATTACHMENTS: Option<&'static str> = None;
    /// The objects that use the resource of an object that they name: until they are gone, it is not deleted.
    const NAMED_BY: Option<NamedBy> = None;

    /// The spec, and the state of a resource in the spec's words.
    type Spec: Clone + Debug + Eq + Hash + Serialize + Send + Sync;
    /// The status.
    type Status: Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync;
    /// What AWS reports besides: a memory's strategies, a runtime's endpoint.
    type More: Clone + Debug + Eq + Hash + Send + Sync;
    /// An update, as the kind's SDK calls need it.
    type Change: Clone + Debug + Eq + Hash + Send + Sync;

    /// The members that every spec has.
    fn common(spec: &Self::Spec) -> &CommonSpec;
    /// The members that every status has.
    fn status(status: &Self::Status) -> &CommonStatus;
    /// The members that every status has.
    fn status_mut(status: &mut Self::Status) -> &mut CommonStatus;
    /// The name in AWS that the user chose.
    fn chosen_name(spec: &Self::Spec) -> Option<&str>;
    /// The execution role's ARN.
    fn role(spec: &Self::Spec) -> Option<&str>;
    /// Objects of the namespace that the spec names.
    fn references(_spec: &Self::Spec) -> Vec<Reference> {
        Vec::new()
    }
    /// AWS ids that the spec names without an object of the namespace that manages them.
    fn external_ids(_spec: &Self::Spec) -> Vec<&str> {
        Vec::new()
    }
    /// The desired state: the spec with references resolved and presets written out, and without what is not the
    /// resource's own (region, tags, names, policies).
    fn settings(spec: &Self::Spec, resolved: &Resolved) -> Result<Self::Spec, Blocked>;
    /// The part of the desired state that a create can carry; the rest follows in an update.
    fn at_creation(settings: &Self::Spec) -> Self::Spec {
        settings.clone()
    }
    /// Names of the children that a create of these settings makes.
    fn children(_settings: &Self::Spec) -> Vec<String> {
        Vec::new()
    }
    /// What AWS's state means.
    fn state(view: &View<Self>) -> State;
    /// Whether AWS's own word says that it never came to work, and so holds nothing, whatever the record takes for granted
    /// because it was lost.
    fn never_worked(_view: &View<Self>) -> bool {
        false
    }

    /// What the view tells that belongs into the record, such as the ids of announced children.
    fn learn(_view: &View<Self>, _record: &mut PartRecord) {}
    /// Drops the children from the record whose ids the view does not show. It was read so long after the last write that
    /// none of them can still come.
    fn forget(_view: &View<Self>, _record: &mut PartRecord) {}
    /// Whether the settled resource serves: a runtime's endpoint must be live on the newest version.
    fn serving(_view: &View<Self>) -> Serving {
        Serving::Yes
    }
    /// What must be done so that the settled resource is as desired.
    fn plan(planning: &Planning<'_, Self>) -> Plan<Self::Change>;
    /// What AWS still shows although the desired state has it no longer, after an accepted update.
    fn left_over(_desired: &Self::Spec, _view: &View<Self>) -> Vec<LeftOver> {
        Vec::new()
    }
    /// How many children the resource has, and how many of them work: the condition `StrategiesActive`.
    fn children_active(_view: &View<Self>) -> Option<(usize, usize)> {
        None
    }
    /// Which of the object's children AWS failed to make, and what is to be done about them, as a sentence without its
    /// end.
    fn failed_children(_view: &View<Self>, _record: &PartRecord) -> Option<String> {
        None
    }
    /// What goes on serving although an update failed, as far as the status knows, as a sentence without its end.
    fn still_serves(_status: &Self::Status) -> Option<String> {
        None
    }
    /// The message of a Ready object.
    fn message(view: &View<Self>) -> String;
    /// Fills in the kind's own members of the status; without a view there is no resource.
    fn describe(view: Option<&View<Self>>, record: &PartRecord, status: &mut Self::Status);
}

/// What references were resolved to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The region of the resource.
    pub region: String,
    /// Referenced objects.
    pub references: BTreeMap<Reference, Referent>,
}

/// Why nothing can be done until somebody helps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Blocked {
    /// The reason of the condition.
    pub reason: Reason,
    /// The cause, the object and the next step.
    pub message: String,
}

/// The body of a create, or what an update leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Body<K: Kind> {
    /// The name in AWS.
    pub name: String,
    /// All tags, ours included.
    pub tags: Tags,
    /// The desired state.
    pub settings: K::Spec,
}

/// A resource as a read shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View<K: Kind> {
    /// What is known of every resource.
    pub facts: Facts,
    /// Its state in the spec's words.
    pub settings: K::Spec,
    /// What else the kind knows of it.
    pub more: K::More,
}

/// What is known of every resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Facts {
    /// The id.
    pub id: String,
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// The state in AWS's own word.
    pub state: String,
    /// The version, where AWS counts versions.
    pub version: Option<String>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it was last updated, by AWS's account.
    pub updated_at: Option<Timestamp>,
    /// Why it failed, in AWS's words.
    pub failure_reason: Option<String>,
    /// The ARN of the AWS resource that it belongs to, if it is part of one.
    pub managed_by: Option<String>,
}

/// What AWS's state means to the pass.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It is being created.
    Creating,
    /// It, or one of its children, is being changed.
    Updating,
    /// It works.
    Good,
    /// It never came to work.
    CreateFailed,
    /// The last update failed.
    UpdateFailed,
    /// A child failed; the message says which.
    ChildFailed(Blocked),
    /// It is being deleted.
    Deleting,
    /// The delete failed.
    DeleteFailed,
    /// It is gone, and AWS still shows it.
    Deleted,
    /// A word that this version does not know: wait.
    Unknown,
}

/// Whether a settled resource serves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Serving {
    /// It does.
    Yes,
    /// It will; the message says what is awaited.
    NotYet(String),
    /// It does not.
    Failed(Blocked),
    /// What would tell could not be read.
    Unknown(Fault),
}

/// What a plan is made of.
#[derive(Debug)]
pub struct Planning<'a, K: Kind> {
    /// The user's spec.
    pub spec: &'a K::Spec,
    /// The desired state.
    pub desired: &'a K::Spec,
    /// The settled resource.
    pub view: &'a View<K>,
    /// What was asked of AWS so far.
    pub record: &'a PartRecord,
    /// Whether the desired state differs from the last that AWS accepted, so that removals are sent.
    pub changed: bool,
    /// What deletion does, for the user's data.
    pub policy: DeletionPolicy,
    /// Names of children whose deletion the user has consented to.
    pub consent: Vec<&'a str>,
}

/// What must be done so that a settled resource is as desired.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Plan<C> {
    /// Nothing.
    InSync,
    /// An update.
    Update {
        /// The update.
        change: C,
        /// Names of children that it makes.
        children: Vec<String>,
        /// The fields that it is about, for the log and the message.
        fields: Vec<String>,
    },
    /// The resource must be deleted and created again; the fields that need it.
    Replace(Vec<String>),
    /// Nothing can be done.
    Blocked(Blocked),
}

/// A field that AWS still shows although the spec has it no longer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeftOver {
    /// The field's path in the spec.
    pub field: String,
    /// Whether it matters so much that the object can't be Ready.
    pub grave: bool,
}
