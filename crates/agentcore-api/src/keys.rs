//! Keys that the operator writes into clusters and AWS accounts, or reads there.
//!
//! All of them are frozen: changing one would orphan what an earlier version of the operator wrote.

/// The field manager of every write, and the name of the leader-election lease.
pub const FIELD_MANAGER: &str = "agentcore-operator";

/// The finalizer: while it is there, AWS may hold something for this object.
pub const FINALIZER: &str = "agentcore-operator.github.io/cleanup";

/// Annotations that steer the operator. Their values are opaque tokens unless said otherwise.
pub mod annotation {
    /// Asks for a pass now. Answered in `status.lastHandledRequestAt`.
    pub const REQUESTED_AT: &str = "agentcore-operator.github.io/requestedAt";

    /// Flux's own request for a pass now. Answered in `status.lastHandledReconcileAt`.
    pub const FLUX_REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";

    /// Asks for a new version of an unchanged spec: the code object was uploaded again, the image tag moved.
    /// Answered in `status.lastHandledRedeployAt`. A value present when the object is created counts as handled.
    pub const REDEPLOY_AT: &str = "agentcore-operator.github.io/redeployAt";

    /// `"true"` on an object that is being deleted: let go of it without touching AWS.
    pub const ABANDON: &str = "agentcore-operator.github.io/abandon";

    /// Names of strategies, separated by commas, whose long-term records may be deleted although the
    /// effective deletion policy is Retain.
    pub const ALLOW_DELETE_STRATEGIES: &str = "agentcore-operator.github.io/allow-delete-strategies";

    /// `"true"`: delete a memory although live runtimes reference it.
    pub const ALLOW_DELETE_IN_USE: &str = "agentcore-operator.github.io/allow-delete-in-use";
}

/// Tags on every AWS resource that the operator creates; together they prove whose it is.
pub mod tag {
    /// The prefix of all of them. Users' own tags must not start with it.
    pub const PREFIX: &str = "agentcore-operator/";
    /// The cluster id: `--cluster-id`, by default the uid of the namespace kube-system.
    pub const CLUSTER: &str = "agentcore-operator/cluster";
    /// The object's namespace.
    pub const NAMESPACE: &str = "agentcore-operator/namespace";
    /// The uid of the object's namespace.
    pub const NAMESPACE_UID: &str = "agentcore-operator/namespace-uid";
    /// The object's kind.
    pub const KIND: &str = "agentcore-operator/kind";
    /// The object's name.
    pub const NAME: &str = "agentcore-operator/name";
    /// The object's uid.
    pub const UID: &str = "agentcore-operator/uid";
}

#[cfg(test)]
mod tests {
    use super::{FINALIZER, annotation, tag};
    use crate::{GROUP, VERSION};

    #[test]
    fn the_group_is_the_same_everywhere() {
        let keys = [
            FINALIZER,
            annotation::REQUESTED_AT,
            annotation::REDEPLOY_AT,
            annotation::ABANDON,
            annotation::ALLOW_DELETE_STRATEGIES,
            annotation::ALLOW_DELETE_IN_USE,
        ];
        for key in keys {
            assert_eq!(key.split_once('/').unwrap().0, GROUP);
        }
        for crd in crate::crd::all().unwrap() {
            assert_eq!(crd.spec.group, GROUP);
            assert_eq!(crd.spec.versions[0].name, VERSION);
        }
    }

    #[test]
    fn tags_are_reserved_by_their_prefix() {
        for key in [tag::CLUSTER, tag::NAMESPACE, tag::NAMESPACE_UID, tag::KIND, tag::NAME, tag::UID] {
            assert!(key.starts_with(tag::PREFIX), "{key}");
        }
        let schema = serde_json::to_string(&crate::crd::all().unwrap()).unwrap();
        assert_eq!(schema.matches(&format!("!key.startsWith('{}')", tag::PREFIX)).count(), 3);
    }
}
