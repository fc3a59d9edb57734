//! How a create happens exactly once.

use agentcore_api::{
    keys::annotation,
    status::{ConditionType, MAIN_PART, PartRecord, Reason},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    conditions::{Verdict, whole_seconds},
    digest::create_token,
    fault::{Class, Fault},
    kind::{Body, Kind},
    lookup::{Found, Stranger},
    pass::{Desired, Flow, Pass, act, clip, rest},
    record,
    rules::Mutation,
    step::{Accepted, Act, Again, Call, Intent, Step, Verb},
};

impl<K: Kind> Pass<'_, K> {
    /// Nothing of ours exists: create it.
    pub(crate) fn absent(&self, desired: &Desired<'_, K>) -> Flow<Step<K>, K> {
        if let Some(adopt) = &K::common(desired.spec).adopt
            && let Some(end) = self.adopt(desired, adopt)?
        {
            return Ok(end);
        }
        if self.settings.read_only {
            return self.would_create(desired);
        }
        if self.is_still() {
            let message = format!("suspended: there is no {} in AWS, and none is created", K::NOUN);
            return Ok(self.rest_in(self.object.status.clone(), Verdict::Suspended, &message, self.at_rest()));
        }
        let digest = Self::digest_at_creation(desired);
        let status = || self.object.status.clone();
        if let Some(end) = self.record().and_then(|record| self.not_due(record, &digest, status())) {
            return Ok(end);
        }
        if !K::NAMES_ARE_UNIQUE {
            match self.look_up(&desired.place, self.record(), 0, None)? {
                Found::Ours(candidate) => return Ok(self.found(desired, None, &candidate.id)),
                Found::Stranger(_, Stranger { earlier: Some(earlier), .. }) => {
                    return self.take_earlier(desired, None, &earlier);
                }
                // Where names are not unique, a stranger is in nobody's way; but whoever chose the name may have meant it.
                Found::Stranger(_, stranger) => return Ok(self.not_owned(&desired.place.name, &stranger)),
                Found::Unreadable(fault) => return Ok(self.fault(&fault)),
                Found::Empty(_) => {}
            }
        }
        Err(self.announce(desired))
    }

    /// Nothing is to be written: whether AWS has what a create would have made, or be refused for, is told all the same.
    fn would_create(&self, desired: &Desired<'_, K>) -> Flow<Step<K>, K> {
        match self.look_up(&desired.place, self.record(), 0, None)? {
            Found::Ours(candidate) => Ok(self.found(desired, None, &candidate.id)),
            Found::Stranger(_, Stranger { earlier: Some(earlier), .. }) => self.take_earlier(desired, None, &earlier),
            Found::Stranger(_, stranger) => Ok(self.not_owned(&desired.place.name, &stranger)),
            Found::Unreadable(fault) => Ok(self.fault(&fault)),
            Found::Empty(_) => {
                let message = format!(
                    "{}: there is no {} {} in AWS, and one would be created",
                    self.why_still(),
                    K::NOUN,
                    desired.place.name
                );
                let status = self.object.status.clone();
                Ok(self.rest_in(status, Verdict::Suspended, &message, self.at_rest()))
            }
        }
    }

    /// A create was announced, and its id is not known.
    pub(crate) fn unknown(&self, desired: &Desired<'_, K>, record: &PartRecord) -> Flow<Step<K>, K> {
        if self.known.announced {
            if !self.object.meta.finalizer && !self.rules.breaks(Mutation::SkipTheFinalizer) {
                return Err(act(Act::AddFinalizer));
            }
            return self.send(desired, record);
        }
        if !self.object.meta.finalizer {
            // The finalizer comes before the first send, so it was never sent: announced again, in a time of its own.
            return self.absent(desired);
        }
        if self.may_repeat(desired, record) && !self.is_still() {
            return Err(self.announce_again(desired, record));
        }
        if let Some(end) = self.take_adopted_before(desired, record)? {
            return Ok(end);
        }
        self.search(desired, record)
    }

    fn announce(&self, desired: &Desired<'_, K>) -> Step<K> {
        let before = self.record();
        let body = Self::first_body(desired);
        let mut creation = record::next_creation(before, self.object.meta.finalizer);
        if self.rules.breaks(Mutation::SameCreationAgain) {
            creation = 0;
        }
        let mut children = K::children(&body.settings);
        if self.rules.breaks(Mutation::ChildrenNotAnnounced) {
            children.clear();
        }
        let part = record::announced(before, creation, Self::digest_at_creation(desired), children, self.now);
        let mut status = self.object.status.clone();
        Self::describe(&mut status, &part, None);
        let common = K::status_mut(&mut status);
        common.account = Some(desired.place.account.clone());
        common.partition = Some(desired.place.partition.clone());
        common.region = Some(desired.place.region.clone());
        common.name = Some(desired.place.name.clone());
        // What was asked before the first create is in it, even if its answer is lost.
        common.last_handled_redeploy_at =
            self.object.meta.annotation(annotation::REDEPLOY_AT).map(|value| clip(value).to_owned());
        let message = format!("creates the {} {}", K::NOUN, desired.place.name);
        let report = self.end(status, self.creating(desired, &part), &message, Again::Now);
        act(Act::Announce(report.status, Self::create_intent(desired)))
    }

    /// The verdict while a create is under way. What failed goes on saying why until something else is known: else the
    /// conditions would turn, and two events be written, with every attempt; and its hour would be forgotten.
    fn creating(&self, desired: &Desired<'_, K>, record: &PartRecord) -> Verdict {
        let failed = self.repeats_failure(record, &Self::digest_at_creation(desired));
        if failed { Verdict::Keep } else { Verdict::Progressing(Reason::Creating) }
    }

    /// The same body may be sent once more, in its time and until there was a definite answer.
    fn may_repeat(&self, desired: &Desired<'_, K>, record: &PartRecord) -> bool {
        let in_time = record.sent_at.as_ref().is_some_and(|sent| self.now < sent.0 + self.rules.send_window)
            || self.rules.breaks(Mutation::ReplayAfterTheWindow);
        (!record.closed || self.rules.breaks(Mutation::ForgetClosed))
            && record.sends == 1
            && in_time
            && record.body_digest.as_deref() == Some(&Self::digest_at_creation(desired))
    }

    fn announce_again(&self, desired: &Desired<'_, K>, record: &PartRecord) -> Step<K> {
        let mut status = self.object.status.clone();
        let part = PartRecord { sends: 2, ..record.clone() };
        record::put::<K>(&mut status, part);
        act(Act::Announce(status, Self::create_intent(desired)))
    }

    fn create_intent(desired: &Desired<'_, K>) -> Intent {
        Intent { region: desired.place.region.clone(), verb: Verb::Create }
    }

    fn send(&self, desired: &Desired<'_, K>, record: &PartRecord) -> Flow<Step<K>, K> {
        let Some(sent_at) = &record.sent_at else { return Err(self.close(record)) };
        let call = Call::Create {
            region: desired.place.region.clone(),
            body: Self::first_body(desired),
            token: self.token(record),
            deadline: self.deadline(sent_at.0),
        };
        match self.write(|| self.object.status.clone(), call)? {
            Ok(accepted) => Ok(self.created(record, accepted)),
            Err(fault) => Ok(self.not_created(desired, record, fault)),
        }
    }

    /// The same for each send of one creation, another for the next.
    fn token(&self, record: &PartRecord) -> String {
        let token = create_token(&self.object.meta.uid, MAIN_PART, record.creation);
        if self.rules.breaks(Mutation::DropTheToken) { format!("{token}-{}", record.sends) } else { token }
    }

    fn deadline(&self, sent_at: Timestamp) -> Timestamp {
        let from = if self.rules.breaks(Mutation::ReplayAfterTheWindow) { self.now } else { sent_at };
        from + self.rules.send_window
    }

    fn created(&self, record: &PartRecord, accepted: &Accepted) -> Step<K> {
        let mut part = record.clone();
        record::created(&mut part, accepted);
        let mut status = self.object.status.clone();
        record::put::<K>(&mut status, part);
        let common = K::status_mut(&mut status);
        common.id.clone_from(&accepted.id);
        common.arn.clone_from(&accepted.arn);
        common.state.clone_from(&accepted.state);
        let message = format!("AWS is creating the {} {}", K::NOUN, common.name.clone().unwrap_or_default());
        let again = Again::Moved(SignedDuration::from_secs(1));
        self.rest_in(status, Verdict::Progressing(Reason::Creating), &message, again)
    }

    fn not_created(&self, desired: &Desired<'_, K>, record: &PartRecord, fault: &Fault) -> Step<K> {
        let fault = &fault.of_a_write();
        let mut status = self.object.status.clone();
        let mut part = record.clone();
        let name = &desired.place.name;
        let (verdict, message, again) = match fault.class {
            // A definite answer, but not whether something of ours exists: only look-ups follow.
            Class::Conflict | Class::TokenMismatch => {
                part.closed = true;
                if fault.class == Class::Conflict {
                    record::failed(&mut part, &Self::digest_at_creation(desired), Reason::Conflict, self.now);
                }
                let message = format!("AWS has a {} {name} already: looks whose it is", K::NOUN);
                (Verdict::Progressing(Reason::Creating), message, Again::Now)
            }
            _ if fault.refusal => {
                record::failed(&mut part, &Self::digest_at_creation(desired), fault.class.reason(), self.now);
                let (verdict, message, again) = self.refused(&part, fault);
                if part.sends == 1 || self.rules.breaks(Mutation::RefusalDespiteTwoSends) {
                    record::nothing(&mut part);
                } else {
                    part.closed = true;
                }
                (verdict, message, again)
            }
            class => {
                let asks = if self.may_repeat(desired, &part) { "the same is asked once more, and then " } else { "" };
                let message = format!(
                    "{}. It is not known whether AWS has created the {} {name}: {asks}it is looked for until {}",
                    fault.sentence(),
                    K::NOUN,
                    whole_seconds(self.proof_from(&part))
                );
                (Verdict::Retrying(class.reason()), message, Again::Retry(class))
            }
        };
        if part.fate == agentcore_api::status::Fate::None {
            Self::unpin(&mut status, &part);
        } else {
            record::put::<K>(&mut status, part);
        }
        let mut report = self.end(status, verdict, &message, again);
        report.fault = Some(fault.clone());
        rest(report)
    }

    /// The create is not sent again: only look-ups follow.
    fn close(&self, record: &PartRecord) -> Step<K> {
        let mut status = self.object.status.clone();
        record::put::<K>(&mut status, PartRecord { closed: true, ..record.clone() });
        let message = format!("looks for the {} that may have been created", K::NOUN);
        self.rest_in(status, Verdict::Progressing(Reason::Creating), &message, Again::Now)
    }

    /// Looks for what an announced create may have made.
    fn search(&self, desired: &Desired<'_, K>, record: &PartRecord) -> Flow<Step<K>, K> {
        let first = self.look_up(&desired.place, Some(record), 0, None)?;
        if self.rules.breaks(Mutation::CountUpTooSoon) && matches!(first, Found::Empty(_)) {
            return Ok(self.nothing_came(desired, record));
        }
        let proof_from = self.proof_from(record);
        let wait = proof_from.duration_since(self.now);
        let wait = Again::After(wait.clamp(SignedDuration::from_secs(1), SignedDuration::from_secs(10)));
        match first {
            Found::Ours(candidate) => Ok(self.found(desired, Some(record), &candidate.id)),
            // AWS refused our create because of that name, so nothing of ours exists.
            Found::Stranger(_, stranger) if Self::refused_for_name(record) => match stranger.earlier {
                Some(earlier) => self.take_earlier(desired, Some(record), &earlier),
                None => Ok(self.name_taken(desired, record, &stranger)),
            },
            Found::Unreadable(fault) => Ok(self.fault(&fault)),
            Found::Empty(began) | Found::Stranger(began, _) if began >= proof_from => {
                if self.rules.breaks(Mutation::OneEmptyLookupIsEnough) {
                    return Ok(self.nothing_came(desired, record));
                }
                let second = self.look_up(&desired.place, Some(record), 1, Some(began + self.rules.gone_gap))?;
                Ok(match second {
                    Found::Empty(_) | Found::Stranger(..) => self.nothing_came(desired, record),
                    Found::Ours(candidate) => self.found(desired, Some(record), &candidate.id),
                    Found::Unreadable(fault) => self.fault(&fault),
                })
            }
            Found::Stranger(_, Stranger { earlier: Some(_), whose, .. }) => {
                // What our own create made may still appear: it is waited for first.
                let message =
                    format!("{whose}; looks until {} for what was created for this one", whole_seconds(proof_from));
                let status = self.object.status.clone();
                Ok(self.rest_in(status, Verdict::Progressing(Reason::Creating), &message, wait))
            }
            Found::Stranger(_, stranger) => {
                let more = ". The name can be changed two minutes after the create";
                let message = Self::not_owned_message(&desired.place.name, &stranger, more);
                let status = self.object.status.clone();
                Ok(self.rest_in(status, Verdict::Stalled(Reason::NotOwned), &message, wait))
            }
            Found::Empty(_) => {
                let message = format!(
                    "it is not known whether AWS has created the {} {}: it answered nothing, or an error of its own (see the \
                     events). Looks for it until {}, and creates it then if there is none",
                    K::NOUN,
                    desired.place.name,
                    whole_seconds(proof_from)
                );
                let status = self.object.status.clone();
                Ok(self.rest_in(status, self.creating(desired, record), &message, wait))
            }
        }
    }

    /// From when on an empty look-up says that nothing came of a create.
    pub(crate) fn proof_from(&self, record: &PartRecord) -> Timestamp {
        let early = self.rules.breaks(Mutation::EmptyCountsEarly);
        let delay = if early { SignedDuration::ZERO } else { self.rules.lookup_delay };
        record.sent_at.as_ref().map_or(self.now, |sent| sent.0 + delay)
    }

    fn nothing_came(&self, desired: &Desired<'_, K>, record: &PartRecord) -> Step<K> {
        let mut part = record.clone();
        record::nothing(&mut part);
        let mut status = self.object.status.clone();
        Self::unpin(&mut status, &part);
        let message = format!("nothing came of the last attempt to create the {}: tries again", K::NOUN);
        self.rest_in(status, self.creating(desired, record), &message, Again::Now)
    }

    fn name_taken(&self, desired: &Desired<'_, K>, record: &PartRecord, stranger: &Stranger) -> Step<K> {
        let mut part = record.clone();
        record::failed(&mut part, &Self::digest_at_creation(desired), Reason::NotOwned, self.now);
        record::nothing(&mut part);
        let mut status = self.object.status.clone();
        Self::unpin(&mut status, &part);
        let again = ". The name is tried again in an hour, or when the annotation \
                     agentcore-operator.github.io/requestedAt changes";
        let message = Self::not_owned_message(&desired.place.name, stranger, again);
        let again = Again::After(self.rules.failed_retry);
        self.rest_in(status, Verdict::Stalled(Reason::NotOwned), &message, again)
    }

    fn not_owned(&self, name: &str, stranger: &Stranger) -> Step<K> {
        let minutes = self.rules.resync.as_mins();
        let again = format!(
            ". It is looked for again every {minutes} minutes, or when the annotation {} changes",
            annotation::REQUESTED_AT
        );
        self.stalled(Reason::NotOwned, &Self::not_owned_message(name, stranger, &again))
    }

    fn not_owned_message(name: &str, stranger: &Stranger, more: &str) -> String {
        let Stranger { whose, advice, .. } = stranger;
        format!(
            "AWS has a {} {name} that is not this object's: {whose}. Nothing was changed. Set spec.{} to another \
             name, or have that {} deleted by whom it belongs to{advice}{more}",
            K::NOUN,
            K::NAME_FIELD,
            K::NOUN
        )
    }

    /// Nothing of ours exists: the record says so, and where it would have been is open again.
    pub(crate) fn unpin(status: &mut K::Status, record: &PartRecord) {
        Self::describe(status, record, None);
        let common = K::status_mut(status);
        crate::conditions::clear(common, ConditionType::StrategiesActive);
        common.name = None;
        common.region = None;
        common.account = None;
        common.partition = None;
    }

    /// The body of the create: what it can carry.
    fn first_body(desired: &Desired<'_, K>) -> Body<K> {
        Body { settings: K::at_creation(&desired.body.settings), ..desired.body.clone() }
    }

    pub(crate) fn digest_at_creation(desired: &Desired<'_, K>) -> String {
        crate::digest::Digest::of(&Self::first_body(desired)).text()
    }

    pub(crate) fn at_rest(&self) -> Again {
        Again::After(self.rules.resync)
    }
}
