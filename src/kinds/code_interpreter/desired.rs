//! The desired state: the spec without what is not the code interpreter's own, in an order that is always the same.

use agentcore_api::{
    code_interpreter::{CodeInterpreterSpec, Replacement},
    common::CommonSpec,
};

/// The desired state of a spec.
pub(super) fn settings(spec: &CodeInterpreterSpec) -> CodeInterpreterSpec {
    let mut settings = CodeInterpreterSpec {
        common: CommonSpec::default(),
        code_interpreter_name: None,
        // What may happen to a code interpreter is not what it is like: changing it does not change the resource.
        replacement: Replacement::default(),
        ..spec.clone()
    };
    sort(&mut settings);
    settings
}

/// Sorts the lists whose order means nothing, for AWS may give them back in another.
pub(super) fn sort(settings: &mut CodeInterpreterSpec) {
    settings.network.vpc.subnets.sort();
    settings.network.vpc.security_groups.sort();
    settings.certificates.sort_by(|a, b| a.secret_arn.cmp(&b.secret_arn));
    settings.filesystems.sort_by(|a, b| a.mount_path.cmp(&b.mount_path));
}
