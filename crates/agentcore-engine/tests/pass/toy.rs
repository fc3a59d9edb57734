//! A kind of object that has everything that the pass knows of, and nothing more.

use std::collections::BTreeMap;

use agentcore_api::{
    common::{CommonSpec, DeletionPolicy},
    status::{Child, CommonStatus, PartRecord, Reason},
};
use agentcore_engine::{
    differ,
    kind::{Blocked, Kind, LeftOver, Plan, Planning, Resolved, Serving, State, View},
    known::{NamedBy, Reference},
};
use serde::{Deserialize, Serialize};

/// The kind. AWS keeps its names unique, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Toy<const UNIQUE: bool>;

/// The spec, and what AWS shows in the same words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spec {
    #[serde(skip)]
    pub common: CommonSpec,
    #[serde(skip)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<String>,
    /// A change of it needs a new resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// No create can carry it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<String>,
    /// The name of an object; in the desired state its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    #[serde(flatten)]
    pub common: CommonStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<u64>,
}

impl<const UNIQUE: bool> Kind for Toy<UNIQUE> {
    const NAME: &'static str = "Toy";
    const NOUN: &'static str = "toy";
    const GOOD: &'static str = "ACTIVE";
    const NAME_FIELD: &'static str = "name";
    const NAMES_ARE_UNIQUE: bool = UNIQUE;
    const REDEPLOYS: bool = true;
    const DELETION_POLICY: DeletionPolicy = DeletionPolicy::Delete;
    const ATTACHMENTS: Option<&'static str> = Some("endpoints");
    const NAMED_BY: Option<NamedBy> = Some(NamedBy { kind: "Player", field: "spec.toyRef.name" });

    type Spec = Spec;
    type Status = Status;
    type More = BTreeMap<String, String>;
    type Change = Spec;

    fn common(spec: &Spec) -> &CommonSpec {
        &spec.common
    }
    fn status(status: &Status) -> &CommonStatus {
        &status.common
    }
    fn status_mut(status: &mut Status) -> &mut CommonStatus {
        &mut status.common
    }
    fn chosen_name(spec: &Spec) -> Option<&str> {
        spec.name.as_deref()
    }
    fn role(spec: &Spec) -> Option<&str> {
        spec.role.as_deref()
    }
    fn references(spec: &Spec) -> Vec<Reference> {
        let names = spec.reference.iter().flat_map(|names| names.split(','));
        names.map(|name| Reference { kind: "AgentMemory", name: name.to_owned() }).collect()
    }
    fn external_ids(spec: &Spec) -> Vec<&str> {
        spec.external.as_deref().into_iter().collect()
    }
    fn settings(spec: &Spec, resolved: &Resolved) -> Result<Spec, Blocked> {
        if spec.description.as_deref() == Some("blocked") {
            return Err(Blocked { reason: Reason::TooManyVariables, message: "too many".to_owned() });
        }
        let reference = resolved.references.values().next().and_then(|referent| referent.id.clone());
        Ok(Spec { common: CommonSpec::default(), name: None, reference, ..spec.clone() })
    }
    fn at_creation(settings: &Spec) -> Spec {
        Spec { late: None, ..settings.clone() }
    }
    fn children(settings: &Spec) -> Vec<String> {
        settings.children.clone()
    }
    fn never_worked(view: &View<Self>) -> bool {
        view.facts.state == "STILLBORN"
    }
    fn state(view: &View<Self>) -> State {
        match view.facts.state.as_str() {
            "CREATING" => State::Creating,
            "UPDATING" => State::Updating,
            // A child of this name is always in transition.
            "ACTIVE" if view.more.contains_key("slow") => State::Updating,
            "ACTIVE" => State::Good,
            "CREATE_FAILED" | "STILLBORN" => State::CreateFailed,
            "UPDATE_FAILED" => State::UpdateFailed,
            "DELETING" => State::Deleting,
            "DELETE_FAILED" => State::DeleteFailed,
            "DELETED" => State::Deleted,
            "CHILD_FAILED" => {
                State::ChildFailed(Blocked { reason: Reason::StrategyFailed, message: "a child failed".to_owned() })
            }
            _ => State::Unknown,
        }
    }
    fn learn(view: &View<Self>, record: &mut PartRecord) {
        for Child { name, id } in &mut record.children {
            if let Some(shown) = view.more.get(name) {
                *id = Some(shown.clone());
            }
        }
    }
    fn serving(view: &View<Self>) -> Serving {
        match view.settings.description.as_deref() {
            Some("never serves") => Serving::NotYet("waits for the endpoint".to_owned()),
            _ => Serving::Yes,
        }
    }
    fn plan(planning: &Planning<'_, Self>) -> Plan<Spec> {
        let fields = differ::fields(planning.desired, &planning.view.settings);
        if fields.iter().any(|field| field == "fixed") {
            return Plan::Replace(fields);
        }
        if fields.is_empty() && !planning.changed {
            return Plan::InSync;
        }
        let shown = &planning.view.settings.children;
        let children = planning.desired.children.iter().filter(|name| !shown.contains(name)).cloned().collect();
        Plan::Update { change: planning.desired.clone(), children, fields }
    }
    fn left_over(desired: &Spec, view: &View<Self>) -> Vec<LeftOver> {
        let left = desired.description.is_none() && view.settings.description.is_some();
        left.then(|| LeftOver { field: "description".to_owned(), grave: false }).into_iter().collect()
    }
    fn still_serves(status: &Status) -> Option<String> {
        status.children.map(|children| format!("It had {children} children"))
    }
    fn message(_view: &View<Self>) -> String {
        "works".to_owned()
    }
    fn describe(view: Option<&View<Self>>, _record: &PartRecord, status: &mut Status) {
        status.children = view.map(|view| view.settings.children.len() as u64);
    }
}
