//! What must be done: nothing, a replacement, or a refusal to replace.

use agentcore_api::{
    code_interpreter::{CodeInterpreterSpec, Replacement},
    status::Reason,
};
use agentcore_engine::{
    differ,
    kind::{Blocked, Plan, Planning},
};

use super::{InterpreterKind, desired};

/// What must be done so that the code interpreter is as desired.
pub(super) fn plan(planning: &Planning<'_, InterpreterKind>) -> Plan<()> {
    // AWS can't change it, so nobody can: where nothing was changed here, a difference is AWS's way to show what we sent.
    if !planning.changed && planning.record.accepted_digest.is_some() {
        return Plan::InSync;
    }
    let mut shown = planning.view.settings.clone();
    desired::sort(&mut shown);
    let mut fields = differ::fields(planning.desired, &shown);
    if planning.changed {
        fields.extend(removed(planning.desired, &shown).into_iter().map(str::to_owned));
    }
    if fields.is_empty() {
        return Plan::InSync;
    }
    // What is adopted is never replaced by that, and its own text says so.
    let adopting = planning.record.adopted && planning.record.accepted_digest.is_none();
    if planning.spec.replacement == Replacement::OnChange || !planning.record.ever_active || adopting {
        return Plan::Replace(fields);
    }
    Plan::Blocked(Blocked {
        reason: Reason::InvalidSpec,
        message: format!(
            "AWS can't change {} of the code interpreter {}: set it back, or set replacement: OnChange, which deletes \
             it and creates another under a new id",
            fields.join(", "),
            planning.view.facts.id
        ),
    })
}

/// The members that the view shows and the spec has no longer.
fn removed(desired: &CodeInterpreterSpec, shown: &CodeInterpreterSpec) -> Vec<&'static str> {
    let gone = [
        ("description", desired.description.is_none() && shown.description.is_some()),
        ("executionRole", desired.execution_role.is_none() && shown.execution_role.is_some()),
        ("certificates", desired.certificates.is_empty() && !shown.certificates.is_empty()),
        ("filesystems", desired.filesystems.is_empty() && !shown.filesystems.is_empty()),
    ];
    gone.into_iter().filter_map(|(field, gone)| gone.then_some(field)).collect()
}
