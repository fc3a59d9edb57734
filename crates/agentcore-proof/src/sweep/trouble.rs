//! What goes wrong, and where it can.

use agentcore_sim::InjectedError;

/// What the operator does next, as far as troubles can hit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// A read of the object.
    Object,
    /// A request to AWS: which, and its index within its call.
    Request(Operation, usize),
    /// A write of the object's status.
    Status,
    /// A write of the object's finalizers.
    Finalizer,
}

/// Requests to AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    Identity,
    Get,
    List,
    Tags,
    Attachments,
    Create,
    Update,
    Delete,
    Tag,
    Untag,
}

/// Where a trouble can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    Anywhere,
    /// Where anything is written.
    Writes,
    /// Reads of the object.
    Object,
    /// Writes of the object.
    Kubernetes,
    /// All requests to AWS.
    Aws,
    /// Requests to AWS that change nothing.
    Reads,
    /// Requests to AWS that change something.
    Calls,
    /// Creates and updates: those that have a body and a token.
    Bodies,
    Creates,
    Deletes,
    Gets,
    /// Requests about a resource that may not be there any more.
    Found,
}

impl Where {
    pub fn has(self, what: What) -> bool {
        use Operation::{Create, Delete, Get, Tag, Untag, Update};
        let operation = if let What::Request(operation, _) = what { Some(operation) } else { None };
        let calls = matches!(operation, Some(Create | Update | Delete | Tag | Untag));
        let kubernetes = matches!(what, What::Status | What::Finalizer);
        match self {
            Self::Anywhere => true,
            Self::Writes => calls || kubernetes,
            Self::Object => what == What::Object,
            Self::Kubernetes => kubernetes,
            Self::Aws => operation.is_some(),
            Self::Reads => operation.is_some() && !calls,
            Self::Calls => calls,
            Self::Bodies => matches!(operation, Some(Create | Update)),
            Self::Creates => operation == Some(Create),
            Self::Deletes => operation == Some(Delete),
            Self::Gets => what == What::Request(Get, 0),
            Self::Found => matches!(operation, Some(Get | Update | Delete | Tag | Untag)),
        }
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// The operator dies before the step, and is back after so many seconds.
    CrashBefore(i64),
    /// It dies after the step, before it knows what came of it.
    CrashAfter(i64),
    /// It dies before the step, and a version with other default tags is back.
    Upgrade,
    /// Another replica has a pass first.
    Other,
    /// The operator hangs for so many seconds before the step, while another replica works.
    Hangs(i64),
    /// The user deletes the object.
    Deleted,
    /// The user deletes the object, and the operator is not told.
    DeleteUnseen,
    /// The user deletes the object, and creates it again as soon as it is gone.
    Recreated,
    /// The user edits the object.
    Edited,
    /// The user edits the object, and the operator is not told.
    EditUnseen,
    /// The object's status is lost, as with a backup that has none.
    Wiped,
    /// What the object refers to is another resource from now on.
    Referent,
    /// The operator's credentials are of another account for a minute.
    Account,
    /// What is read of the object is old.
    OldObject,
    /// Somebody writes the object first.
    KubeConflict,
    /// The API server answers 500.
    KubeError,
    /// The API server does what it is asked, and nobody hears.
    KubeLost,
    /// The request has its effect, and no answer comes.
    Lost,
    /// The request has no effect, and no answer comes.
    Unheard,
    /// No answer comes, and the request has its effect so many seconds later.
    Late(u64),
    /// There is no connection.
    NoConnection,
    Throttled,
    Internal,
    Denied,
    Expired,
    Conflict,
    Quota,
    Mismatch,
    Invalid,
    Role,
    /// The create's answer is lost, and somebody deletes what it made: a replay returns an id that is dead.
    DeadReplay,
    /// Somebody deletes the resource of the object.
    Vanished,
    /// The change is accepted, and fails.
    Fails,
    /// AWS does not show what is there.
    NotFound,
    /// AWS shows the good state, whatever the true one is.
    ShowsGood,
    /// The answer is from so many seconds ago.
    Stale(u64),
}

/// Which trouble can happen where.
pub const TABLE: &[(&str, Trouble, Where)] = &[
    ("crash", Trouble::CrashBefore(1), Where::Anywhere),
    ("crash45", Trouble::CrashBefore(45), Where::Anywhere),
    ("crash150", Trouble::CrashBefore(150), Where::Anywhere),
    ("crash-after", Trouble::CrashAfter(1), Where::Writes),
    ("crash-after45", Trouble::CrashAfter(45), Where::Writes),
    ("crash-after150", Trouble::CrashAfter(150), Where::Writes),
    ("upgrade", Trouble::Upgrade, Where::Anywhere),
    ("other", Trouble::Other, Where::Anywhere),
    ("hangs40", Trouble::Hangs(40), Where::Anywhere),
    ("hangs150", Trouble::Hangs(150), Where::Anywhere),
    ("deleted", Trouble::Deleted, Where::Anywhere),
    ("delete-unseen", Trouble::DeleteUnseen, Where::Anywhere),
    ("recreated", Trouble::Recreated, Where::Anywhere),
    ("edited", Trouble::Edited, Where::Anywhere),
    ("edit-unseen", Trouble::EditUnseen, Where::Anywhere),
    ("wiped", Trouble::Wiped, Where::Anywhere),
    ("referent", Trouble::Referent, Where::Anywhere),
    ("account", Trouble::Account, Where::Aws),
    ("old-object", Trouble::OldObject, Where::Object),
    ("kube-conflict", Trouble::KubeConflict, Where::Kubernetes),
    ("kube-error", Trouble::KubeError, Where::Kubernetes),
    ("object-error", Trouble::KubeError, Where::Object),
    ("kube-lost", Trouble::KubeLost, Where::Kubernetes),
    ("lost", Trouble::Lost, Where::Calls),
    ("unheard", Trouble::Unheard, Where::Aws),
    ("late", Trouble::Late(60), Where::Calls),
    ("no-connection", Trouble::NoConnection, Where::Aws),
    ("429", Trouble::Throttled, Where::Aws),
    ("500", Trouble::Internal, Where::Aws),
    ("403", Trouble::Denied, Where::Aws),
    ("expired", Trouble::Expired, Where::Aws),
    ("409", Trouble::Conflict, Where::Calls),
    ("402", Trouble::Quota, Where::Creates),
    ("mismatch", Trouble::Mismatch, Where::Bodies),
    ("400", Trouble::Invalid, Where::Bodies),
    ("role", Trouble::Role, Where::Bodies),
    ("dead-replay", Trouble::DeadReplay, Where::Creates),
    ("vanished", Trouble::Vanished, Where::Found),
    ("fails", Trouble::Fails, Where::Bodies),
    ("delete-fails", Trouble::Fails, Where::Deletes),
    ("404", Trouble::NotFound, Where::Gets),
    ("shows-good", Trouble::ShowsGood, Where::Gets),
    ("stale", Trouble::Stale(3), Where::Reads),
];

impl Trouble {
    /// The trouble of this name.
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|(known, ..)| *known == name).map(|(_, trouble, _)| *trouble)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|(_, trouble, _)| *trouble == self).map_or("?", |(name, ..)| name)
    }

    /// The error that AWS answers, if it is one.
    pub fn error(self, operation: Operation, memory: bool) -> Option<InjectedError> {
        use Operation::{Identity, Tag, Tags, Untag};
        let memory = memory && !matches!(operation, Identity | Tag | Tags | Untag);
        let (code, status, message) = match self {
            Self::Throttled if memory => ("ThrottledException", 429, "Rate exceeded"),
            Self::Throttled => ("ThrottlingException", 429, "Rate exceeded"),
            Self::Internal if memory => ("ServiceException", 500, "Internal error"),
            Self::Internal => ("InternalServerException", 500, "Internal error"),
            Self::Denied => ("AccessDeniedException", 403, "User is not authorized to perform this"),
            Self::Expired => ("ExpiredTokenException", 403, "The security token included in the request is expired"),
            Self::Conflict => ("ConflictException", 409, "Another change is under way"),
            Self::Quota => ("ServiceQuotaExceededException", 402, "The quota is full"),
            Self::Mismatch => ("ValidationException", 400, "IdempotentParameterMismatchException: used before"),
            Self::Invalid => ("ValidationException", 400, "A member is not as it must be"),
            Self::Role => ("ValidationException", 400, "Role validation failed for the given role"),
            Self::NotFound => ("ResourceNotFoundException", 404, "There is no such resource"),
            _ => return None,
        };
        Some(InjectedError { code: code.into(), message: message.into(), status, retry_after_seconds: None })
    }
}
