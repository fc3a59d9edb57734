//! The times and bounds that the pass holds to.

use jiff::SignedDuration;

/// The times and bounds of the pass. The operator uses [`Rules::production`] and no other.
///
/// The operator's own are the only ones that can be made outside the proofs: one member is private.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// How long after its announcement a create may still leave. Attempt and operation timeouts end within it too.
    pub send_window: SignedDuration,
    /// How long after its announcement a create may still appear in AWS: look-ups prove absence only from then on.
    pub lookup_delay: SignedDuration,
    /// How long `Retain` and `abandon` wait for a create whose fate is unknown.
    pub release_delay: SignedDuration,
    /// How far apart the two reads begin that prove a resource gone.
    pub gone_gap: SignedDuration,
    /// How far apart the two good reads begin that make an object Ready: reads flap.
    pub good_gap: SignedDuration,
    /// How much earlier than the announcement AWS may say that it created the resource, both in whole seconds.
    pub clock_skew: SignedDuration,
    /// How long AWS may refuse a new role ("Role validation failed") before it is an error that the user must read.
    pub role_propagation: SignedDuration,
    /// After what time the same refused or failed body is tried again.
    pub failed_retry: SignedDuration,
    /// After what time a delete that AWS accepted, or refused for now, is sent again.
    pub delete_retry: SignedDuration,
    /// How long after our own change AWS may move the time of update of a resource without versions: what is newer is a
    /// change of others.
    pub own_change: SignedDuration,
    /// How long a deletion waits for objects that use the resource and are being deleted themselves.
    pub referrers_patience: SignedDuration,
    /// How long after its deletion objects that use the resource, and are not being deleted, may be about to be.
    pub referrers_grace: SignedDuration,
    /// When an object at rest is looked at again.
    pub resync: SignedDuration,
    /// The rule that is broken on purpose, to prove that the proofs would notice. Private: nothing but
    /// [`Rules::broken`] sets it.
    broken: Option<Mutation>,
}

/// One rule of the pass, broken. Each of [`Mutation::ALL`] must be caught by the proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mutation {
    /// Each send of one creation has a token of its own.
    DropTheToken,
    /// Whatever has the name counts as ours.
    DropTheTagCheck,
    /// The finalizer goes once AWS has accepted the delete.
    ReleaseEarly,
    /// A create whose answer was lost is followed by the next at once.
    CountUpTooSoon,
    /// The same body that failed for good is not left alone for its hour.
    RetryTerminalAtOnce,
    /// Each pass writes the status, whether or not it differs.
    WriteStatusAlways,
    /// A denied read proves that the resource is gone.
    DeniedIsGone,
    /// A look-up that began before the create's time was over counts.
    EmptyCountsEarly,
    /// One complete look-up proves absence.
    OneEmptyLookupIsEnough,
    /// One read proves that a resource is gone.
    OneNotFoundIsEnough,
    /// "Not found" counts for an id that no read has shown.
    NotFoundCountsUnseen,
    /// The same body is sent again after the send window.
    ReplayAfterTheWindow,
    /// A refusal means that nothing exists, although there was another send.
    RefusalDespiteTwoSends,
    /// The create is sent before the finalizer is there.
    SkipTheFinalizer,
    /// A stranger's resource is taken by the name that the user chose.
    TakeByChosenName,
    /// The time of creation proves nothing.
    DropTheCreatedBound,
    /// A resource that was ever ACTIVE is deleted in order to be created again.
    RecreateWhatWasActive,
    /// The children of a create are not announced.
    ChildrenNotAnnounced,
    /// The creation is not counted up.
    SameCreationAgain,
    /// An object that is being deleted lets go while the fate of its create is unknown.
    ReleaseUnknown,
    /// A read that shows less than what our last write was answered with is believed.
    TrustStaleRead,
    /// What a look-up finds is deleted in the same pass, and the record does not name it.
    ActOnWhatIsFound,
    /// What is deleted is whatever has the name, not the id in the record.
    DeleteByName,
    /// An update has no token.
    UpdateWithoutToken,
    /// After a definite answer an update is sent again under the token that was answered.
    RepeatTheUpdateToken,
    /// An update whose answer was lost and whose repetition was refused is sent once more although it was made.
    UpdateWhatIsMade,
    /// A refusal is written although the create was announced once more meanwhile.
    RefuseWhatWasSentAgain,
    /// A create is sent again although its answer was definite.
    ///
    /// It does no harm, as the checker finds where it breaks it, so it is not among [`Mutation::ALL`]: the announcement
    /// of the repetition says that there are two sends, and from then on no refusal proves anything
    /// ([`Mutation::RefusalDespiteTwoSends`]). The rule spares a request, and tells of a taken name at once.
    ForgetClosed,
}

impl Mutation {
    /// All that do harm.
    pub const ALL: [Self; 27] = [
        Self::DropTheToken,
        Self::DropTheTagCheck,
        Self::ReleaseEarly,
        Self::CountUpTooSoon,
        Self::RetryTerminalAtOnce,
        Self::WriteStatusAlways,
        Self::DeniedIsGone,
        Self::EmptyCountsEarly,
        Self::OneEmptyLookupIsEnough,
        Self::OneNotFoundIsEnough,
        Self::NotFoundCountsUnseen,
        Self::ReplayAfterTheWindow,
        Self::RefusalDespiteTwoSends,
        Self::SkipTheFinalizer,
        Self::TakeByChosenName,
        Self::DropTheCreatedBound,
        Self::RecreateWhatWasActive,
        Self::ChildrenNotAnnounced,
        Self::SameCreationAgain,
        Self::ReleaseUnknown,
        Self::TrustStaleRead,
        Self::ActOnWhatIsFound,
        Self::DeleteByName,
        Self::UpdateWithoutToken,
        Self::RepeatTheUpdateToken,
        Self::UpdateWhatIsMade,
        Self::RefuseWhatWasSentAgain,
    ];
}

impl Rules {
    /// The rules that the operator runs with.
    pub const fn production() -> Self {
        Self {
            send_window: SignedDuration::from_secs(30),
            lookup_delay: SignedDuration::from_secs(120),
            release_delay: SignedDuration::from_secs(60),
            gone_gap: SignedDuration::from_secs(1),
            good_gap: SignedDuration::from_millis(500),
            clock_skew: SignedDuration::from_secs(5),
            role_propagation: SignedDuration::from_mins(10),
            failed_retry: SignedDuration::from_hours(1),
            delete_retry: SignedDuration::from_mins(10),
            own_change: SignedDuration::from_mins(10),
            referrers_patience: SignedDuration::from_mins(10),
            referrers_grace: SignedDuration::from_secs(10),
            resync: SignedDuration::from_mins(10),
            broken: None,
        }
    }

    /// The rules with one of them broken, for the proofs: a lint refuses this anywhere else.
    #[must_use]
    pub const fn broken(mutation: Mutation) -> Self {
        let mut rules = Self::production();
        rules.broken = Some(mutation);
        rules
    }

    /// Whether this rule is broken. Never, in the operator.
    pub(crate) fn breaks(&self, mutation: Mutation) -> bool {
        self.broken == Some(mutation)
    }
}
