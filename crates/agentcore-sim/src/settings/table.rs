//! What each switch does and why its default is what it is, for the help text and the documentation.

/// One switch as its user sees it.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    /// Its name on the command line and in JSON.
    pub name: &'static str,
    /// What it can be set to.
    pub values: &'static str,
    /// What it is if it is not set.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
    /// Why the default is what it is.
    pub reason: &'static str,
}

/// All switches.
pub const SWITCHES: &[Switch] = &[
    Switch {
        name: "tokenLifetimeSeconds",
        values: "a number; 0: tokens mean nothing",
        default: "86400",
        meaning: "for how long a client token is remembered",
        reason: "not documented; a day is usual in AWS",
    },
    Switch {
        name: "failedRequestBindsToken",
        values: "true, false",
        default: "false",
        meaning: "whether a refused request binds its token to its parameters",
        reason: "not documented; most services remember accepted requests only",
    },
    Switch {
        name: "runtimeNames",
        values: "unique, free",
        default: "unique",
        meaning: "whether a second runtime of the same name is refused",
        reason: "not documented; clients in the field treat the conflict as the usual answer",
    },
    Switch {
        name: "memoryTags",
        values: "served, refused",
        default: "served",
        meaning: "whether the tags of a memory can be read and changed after its creation",
        reason: "the documentation of the tag operations does not list memories, their ARNs are accepted by its pattern",
    },
    Switch {
        name: "gone",
        values: "not-found, deleted, access-denied",
        default: "not-found",
        meaning: "what a request for something deleted is told",
        reason: "404 is declared by every Get; DELETED is a status of code interpreters, browsers and their profiles; 403 was seen in the field",
    },
    Switch {
        name: "omittedRuntimeMember",
        values: "reset, kept",
        default: "reset",
        meaning: "what an update of a runtime or an endpoint does to a member that it leaves out",
        reason: "not documented; runtimes were seen to go back to the defaults",
    },
    Switch {
        name: "omittedMemoryMember",
        values: "reset, kept",
        default: "kept",
        meaning: "what an update of a memory does to its description, role and stream if it leaves them out",
        reason: "not documented; the update of strategies is a delta, so the rest is taken for one too",
    },
    Switch {
        name: "omittedOtherMember",
        values: "reset, kept",
        default: "reset",
        meaning: "what an update of a workload identity or of a gateway's target does to a member that it leaves out",
        reason: "not documented; gateways are documented to go back to the defaults, so the others are taken to",
    },
    Switch {
        name: "memoryPage",
        values: "a number: 50 or 100",
        default: "50",
        meaning: "the longest page of memories that can be asked for",
        reason: "the documentation says 50, the model says 100",
    },
    Switch {
        name: "updatedAtMoves",
        values: "write, settle, tags",
        default: "write",
        meaning: "what moves the time of the last update: writes; also their completion; also a change of tags",
        reason: "not documented; the first is the least that it can mean",
    },
    Switch {
        name: "memoryActiveFirst",
        values: "true, false",
        default: "false",
        meaning: "whether a memory is ACTIVE before its strategies are",
        reason: "not documented that it is not",
    },
    Switch {
        name: "runtimeDeletion",
        values: "cascade, conflict",
        default: "cascade",
        meaning: "what the deletion of a runtime that has endpoints other than DEFAULT does",
        reason: "not documented; a conflict is declared",
    },
    Switch {
        name: "updateAfterFailedCreate",
        values: "true, false",
        default: "true",
        meaning: "whether a resource whose creation failed can be updated; if not, the answer is a conflict",
        reason: "not documented",
    },
    Switch {
        name: "requestQuotas",
        values: "on, off, auto",
        default: "auto",
        meaning: "whether requests are counted against the published quotas per second",
        reason: "on in the realistic mode only, so that tests of other things are fast",
    },
    Switch {
        name: "throttling",
        values: "bucket, window",
        default: "bucket",
        meaning: "how requests per second are counted: a bucket filled steadily, or whole seconds",
        reason: "not documented; buckets are usual in AWS",
    },
    Switch {
        name: "readLagMs",
        values: "a number, auto",
        default: "auto",
        meaning: "for how long a new resource cannot be read; 300 in the realistic mode, else 0",
        reason: "reads after a create were seen to fail for a moment",
    },
    Switch {
        name: "listLagMs",
        values: "a number, auto",
        default: "auto",
        meaning: "for how long lists lack a new resource and show a deleted one; 1500 in the realistic mode, else 0",
        reason: "not documented that lists are consistent",
    },
    Switch {
        name: "flaps",
        values: "on, off, auto",
        default: "auto",
        meaning: "whether reads may show the state before once more, soon after a good state; on in the realistic mode",
        reason: "other clients wait for two good reads in a row",
    },
    Switch {
        name: "latencyMs",
        values: "a number, auto",
        default: "auto",
        meaning: "how much each answer is held back; 40 in the realistic mode, else 0",
        reason: "about what a client near the region sees",
    },
    Switch {
        name: "clockSkewMs",
        values: "a number, below 0 too",
        default: "0",
        meaning: "by how much the clock of the services, in all that they write, is ahead of the caller's",
        reason: "clocks differ; SDKs expect less than five minutes",
    },
    Switch {
        name: "roles",
        values: "unchecked, checked",
        default: "unchecked",
        meaning: "whether roles must exist in IAM and their trust policies allow what is done with them; if not, any well-formed ARN is taken",
        reason: "so that tests of other things need no roles",
    },
    Switch {
        name: "rolePropagationMs",
        values: "a number, auto",
        default: "auto",
        meaning: "for how long after its creation nobody can become a role, where roles are checked; 10000 in the realistic mode, else 0",
        reason: "IAM documents that changes take time to be seen; other clients wait 10 seconds and more",
    },
    Switch {
        name: "enforcement",
        values: "on, off",
        default: "off",
        meaning: "whether sessions of roles may do only what the policies of their roles allow; who signs with a key of their own may do everything",
        reason: "so that tests of other things need no policies",
    },
];
