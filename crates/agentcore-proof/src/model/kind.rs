//! A kind of object as small as the pass allows: one setting, one child, and states.

use agentcore_api::{
    common::{CommonSpec, DeletionPolicy},
    status::{CommonStatus, PartRecord},
};
use agentcore_engine::kind::{Blocked, Kind, Plan, Planning, Resolved, State, View};
use serde::Serialize;

/// The kind. AWS keeps its names unique, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Small<const UNIQUE: bool>;

/// The spec, and what AWS shows in the same words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Spec {
    /// What every spec has.
    #[serde(skip)]
    pub common: CommonSpec,
    /// The name in AWS, if the user chose one.
    #[serde(skip)]
    pub name: Option<String>,
    /// What can be edited.
    pub size: u8,
}

/// The name of the child that every resource of the kind has.
pub(crate) const CHILD: &str = "child";

impl<const UNIQUE: bool> Kind for Small<UNIQUE> {
    const NAME: &'static str = "Small";
    const NOUN: &'static str = "small";
    const GOOD: &'static str = "ACTIVE";
    const NAME_FIELD: &'static str = "name";
    const NAMES_ARE_UNIQUE: bool = UNIQUE;
    const REDEPLOYS: bool = false;
    const DELETION_POLICY: DeletionPolicy = DeletionPolicy::Delete;

    type Spec = Spec;
    type Status = CommonStatus;
    type More = ();
    type Change = u8;

    fn common(spec: &Spec) -> &CommonSpec {
        &spec.common
    }
    fn status(status: &CommonStatus) -> &CommonStatus {
        status
    }
    fn status_mut(status: &mut CommonStatus) -> &mut CommonStatus {
        status
    }
    fn chosen_name(spec: &Spec) -> Option<&str> {
        spec.name.as_deref()
    }
    fn role(_spec: &Spec) -> Option<&str> {
        None
    }
    fn settings(spec: &Spec, _resolved: &Resolved) -> Result<Spec, Blocked> {
        Ok(Spec { size: spec.size, ..Spec::default() })
    }
    fn children(_settings: &Spec) -> Vec<String> {
        vec![CHILD.to_owned()]
    }
    fn state(view: &View<Self>) -> State {
        match view.facts.state.as_str() {
            "CREATING" => State::Creating,
            "UPDATING" => State::Updating,
            "ACTIVE" => State::Good,
            // One word for every failure, as of memories.
            "FAILED" => State::CreateFailed,
            "DELETING" => State::Deleting,
            "DELETED" => State::Deleted,
            _ => State::Unknown,
        }
    }
    fn learn(_view: &View<Self>, record: &mut PartRecord) {
        for child in &mut record.children {
            child.id.get_or_insert_with(|| format!("id-{}", child.name));
        }
    }
    fn plan(planning: &Planning<'_, Self>) -> Plan<u8> {
        let size = planning.desired.size;
        let differs = planning.view.settings.size != size;
        if !differs && !planning.changed {
            return Plan::InSync;
        }
        let fields = differs.then(|| "size".to_owned()).into_iter().collect();
        Plan::Update { change: size, children: Vec::new(), fields }
    }
    fn message(_view: &View<Self>) -> String {
        "works".to_owned()
    }
    fn describe(_view: Option<&View<Self>>, _record: &PartRecord, _status: &mut CommonStatus) {}
}
