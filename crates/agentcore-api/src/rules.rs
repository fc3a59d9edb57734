//! CEL rules that several types share, so that each idea is written, and worded, once.

use kube::core::{Message, Reason, Rule};

/// Exactly one of the optional members of a union is set.
pub(crate) fn exactly_one(members: &[&str]) -> Rule {
    let set: Vec<String> = members.iter().map(|member| format!("has(self.{member})")).collect();
    Rule::new(format!("[{}].exists_one(member, member)", set.join(", ")))
        .message(Message::Message(format!("set exactly one of {}", members.join(", "))))
}

/// Subnets and security groups come with the network mode VPC, and only with it.
pub(crate) fn vpc_settings() -> Rule {
    Rule::new("(self.mode == 'VPC') == has(self.subnets) && (self.mode == 'VPC') == has(self.securityGroups)")
        .message("with mode VPC set both subnets and securityGroups, with any other mode neither")
}

/// A root rule: `spec.{field}` may be added or removed, but once the operator has chosen
/// `status.{pinned}`, a value must equal it.
pub(crate) fn pinned(field: &str, pinned: &str) -> Rule {
    Rule::new(format!(
        "!self.spec.?{field}.hasValue() || !self.?status.?{pinned}.hasValue() || self.spec.{field} == self.status.{pinned}"
    ))
    .message(Message::Message(format!(
        "{field} must equal status.{pinned}, where the AWS resource is: set it back or remove it, or create another object"
    )))
    .reason(Reason::FieldValueForbidden)
    .field_path(format!(".spec.{field}"))
}

/// A root rule: once the resource has been established, `spec.{field}` may not change, appear or go.
pub(crate) fn immutable(field: &str, next_step: &str) -> Rule {
    Rule::new(format!("{NOT_ESTABLISHED} || {}", unchanged(field)))
        .message(Message::Message(format!("{field} can't change once AWS has created the resource: {next_step}")))
        .reason(Reason::FieldValueForbidden)
        .field_path(format!(".spec.{field}"))
}

/// A root rule of CodeInterpreter: like [`immutable`], unless the user allows replacement.
pub(crate) fn replaceable(field: &str) -> Rule {
    Rule::new(format!("{NOT_ESTABLISHED} || self.spec.replacement == 'OnChange' || {}", unchanged(field)))
        .message(Message::Message(format!(
            "{field} can't change once AWS has created the code interpreter: set it back, or set replacement: OnChange \
         to have it deleted and created again under a new id, which ends its sessions"
        )))
        .reason(Reason::FieldValueForbidden)
        .field_path(format!(".spec.{field}"))
}

/// Written out rather than with optionals (`self.spec.?field == oldSelf.spec.?field`): the API server's cost estimate
/// takes an optional for unbounded and refuses the CRD.
fn unchanged(field: &str) -> String {
    format!(
        "(has(self.spec.{field}) ? has(oldSelf.spec.{field}) && self.spec.{field} == oldSelf.spec.{field} : !has(oldSelf.spec.{field}))"
    )
}

/// The part of a transition rule that lets users correct anything before AWS has accepted it once.
pub(crate) const NOT_ESTABLISHED: &str = "!oldSelf.?status.?establishedAt.hasValue()";
