//! What must be done: nothing, or one update with the whole desired state.

use agentcore_api::agent_runtime::AgentRuntimeSpec;
use agentcore_engine::{
    differ,
    kind::{Plan, Planning},
};

use super::{RuntimeKind, left_over, normal};

/// What must be done so that the runtime is as desired.
pub(super) fn plan(planning: &Planning<'_, RuntimeKind>) -> Plan<AgentRuntimeSpec> {
    let (desired, shown) = (planning.desired, &planning.view.settings);
    let mut fields = differing(desired, shown);
    if !planning.changed && fields.is_empty() {
        return Plan::InSync;
    }
    if planning.changed {
        fields.extend(left_over::left_over(desired, shown).into_iter().map(|left| left.field));
    }
    Plan::Update { change: desired.clone(), children: Vec::new(), fields }
}

/// The fields that the user set and AWS shows otherwise. Never their values.
pub(super) fn differing(desired: &AgentRuntimeSpec, shown: &AgentRuntimeSpec) -> Vec<String> {
    let mut desired = normal::of_desired(desired);
    let mut shown = normal::of_shown(shown);
    let wanted = std::mem::take(&mut desired.env);
    let present = std::mem::take(&mut shown.env);
    // A source without settings is an empty map, in which a comparison by members sees nothing.
    let systems = std::mem::take(&mut desired.filesystems);
    let mounted = std::mem::take(&mut shown.filesystems);
    let mut fields = differ::fields(&desired, &shown);
    fields.extend(wanted.iter().filter(|variable| !present.contains(variable)).map(|one| format!("env[{}]", one.name)));
    if !systems.is_empty() && systems != mounted {
        fields.push("filesystems".to_owned());
    }
    fields
}
