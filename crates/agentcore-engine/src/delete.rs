//! Deletion: the object waits until nothing of it is left in AWS, and nothing that is not its own is touched.
//!
//! It looks neither at the spec nor at references: neither a bad spec nor a missing object ever blocks it.

use agentcore_api::{
    common::{CommonSpec, DeletionPolicy},
    status::{Fate, PartRecord, Reason},
};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use crate::{
    adopt::is_claimed_by,
    conditions::Verdict,
    fault::{Class, Fault},
    gone::{self, Gone},
    kind::{Kind, State, View},
    lookup::{Found, Whose},
    pass::{Flow, Pass, Place, rest},
    present::because,
    record,
    rules::Mutation,
    step::{Again, Call, Event, Report, Step},
    verdict::READ_ONLY,
};

/// How long after an accepted delete a read may still show the state before it.
const FLAPS: SignedDuration = SignedDuration::from_secs(10);

/// How long after a delete that was not accepted no other is sent: less than any back-off, which is what spaces them.
const AT_ONCE: SignedDuration = SignedDuration::from_millis(500);

/// How long until a delete that was not accepted is sent again to what can't be read.
const UNREAD: SignedDuration = SignedDuration::from_secs(30);

impl<K: Kind> Pass<'_, K> {
    /// An object that is being deleted.
    pub(crate) fn delete(&self) -> Flow<Step<K>, K> {
        if !self.object.meta.finalizer {
            // Others hold it; nothing of ours exists.
            let status = self.object.status.clone();
            return Ok(rest(self.end(status, Verdict::Keep, "", Again::OnChange)));
        }
        if self.settings.read_only {
            let message = format!(
                "{READ_ONLY}: nothing is deleted in AWS, and this object stays, until it is started without that flag"
            );
            let verdict = Verdict::DeletionStuck(Reason::Suspended);
            return Ok(self.rest_in(self.object.status.clone(), verdict, &message, self.at_rest()));
        }
        let Some(record) = self.record() else {
            let mut status = self.object.status.clone();
            record::put::<K>(&mut status, self.lost());
            let message = format!("the record of this object is lost: looks for its {} in AWS", K::NOUN);
            return Ok(self.rest_in(status, Verdict::Deleting, &message, Again::Now));
        };
        if self.object.meta.abandoned() {
            return self.let_go(record, "abandoned");
        }
        if self.policy() == DeletionPolicy::Retain {
            return self.let_go(record, "retained");
        }
        match (&record.id, record.fate) {
            (None, Fate::None) => Ok(self.release(format!("there is no {} in AWS", K::NOUN))),
            (Some(id), _) => {
                let place = self.place_to_search()?;
                self.delete_by_id(record, &place, &self.id_to_delete(&place, id)?)
            }
            (None, Fate::Unknown | Fate::Created) => self.find_and_delete(record, &self.place_to_search()?),
        }
    }

    /// `Retain` and `abandon`: AWS keeps what it has. Nothing that fails holds the object back, and the text of the
    /// event says no more than is known.
    fn let_go(&self, record: &PartRecord, how: &str) -> Flow<Step<K>, K> {
        if let Some(id) = &record.id {
            let remains = self.status().arn.as_ref().unwrap_or(id);
            return Ok(self.release_with(&format!("{how}: {remains} stays in AWS")));
        }
        if record.fate == Fate::None {
            return Ok(self.release(format!("{how}: there is no {} in AWS", K::NOUN)));
        }
        // A create that is on its way is given its time.
        let from = record.sent_at.as_ref().map_or(self.now, |sent| sent.0 + self.rules.release_delay);
        if self.now < from {
            let message = format!("waits until {from} to learn whether AWS has created a {}", K::NOUN);
            return Ok(self.deleting(self.object.status.clone(), &message, self.until(from)));
        }
        // Abandoning does not touch AWS.
        let found = if how == "retained" { self.look_up_to_tell(record)? } else { None };
        Ok(match found {
            Some(Found::Ours(candidate)) => self.release_with(&format!("{how}: {} stays in AWS", candidate.arn)),
            Some(Found::Stranger(..)) if Self::refused_for_name(record) => {
                self.release(format!("{how}: there is no {} of this object in AWS", K::NOUN))
            }
            _ => self.release_with(&format!("{how}: it is not known whether {} exists", self.whereabouts())),
        })
    }

    /// A look-up that nothing depends on: `None` where it can't be made.
    fn look_up_to_tell(&self, record: &PartRecord) -> Flow<Option<Found>, K> {
        let found = self.place_to_search().and_then(|place| self.look_up(&place, Some(record), 0, None));
        match found {
            Ok(found) => Ok(Some(found)),
            Err(Step::Rest(_)) => Ok(None),
            Err(step) => Err(step),
        }
    }

    /// What may exist and where, in words.
    fn whereabouts(&self) -> String {
        let status = self.status();
        let spec = self.object.spec.as_ref().ok();
        let name = status.name.clone().or_else(|| spec.and_then(|spec| K::chosen_name(spec)).map(str::to_owned));
        let name = name.unwrap_or_else(|| self.derived_name());
        let region = status.region.clone().or_else(|| spec.and_then(|spec| K::common(spec).region.clone()));
        let region = region.unwrap_or_else(|| self.settings.region.clone());
        let account = status.account.as_ref().map_or_else(String::new, |account| format!("the account {account}, "));
        format!("a {} called {name} in {account}region {region}", K::NOUN)
    }

    /// Where to look for what an announced create may have made. The status tells; where it was wiped, the spec does
    /// if it can be read.
    fn place_to_search(&self) -> Flow<Place, K> {
        match &self.object.spec {
            Ok(spec) => self.place(K::common(spec), K::chosen_name(spec)),
            Err(_) => self.place(&CommonSpec::default(), None),
        }
    }

    /// The id in the record, whatever else has the name.
    fn id_to_delete(&self, place: &Place, id: &str) -> Flow<String, K> {
        if !self.rules.breaks(Mutation::DeleteByName) {
            return Ok(id.to_owned());
        }
        let found = self.ask_find(place, 0, None)?.value.as_ref().ok().and_then(|found| found.last());
        Ok(found.map_or(id, |found| &found.id).to_owned())
    }

    fn delete_by_id(&self, record: &PartRecord, place: &Place, id: &str) -> Flow<Step<K>, K> {
        if record.delete_accepted_at.is_some() && self.rules.breaks(Mutation::ReleaseEarly) {
            return Ok(self.release(format!("{id} is being deleted")));
        }
        let first = self.ask_get(&place.region, id, 0, None)?;
        if !is_claimed_by(record)
            && let Some(end) = self.leave_unclaimed(record, place, id, first)?
        {
            return Ok(end);
        }
        if let Some(fault) = Self::hides(first) {
            // Where AWS hides what is gone: first the delete, if the list shows it, then the lists.
            let sent = record.delete_sent_at.as_ref().map(|at| at.0);
            let due = self.known.announced || sent.is_none_or(|sent| self.now >= sent + UNREAD);
            if record.delete_accepted_at.is_none() && due && self.listed_as_ours(place, record, id)? {
                return self.send_delete(record, place, id, self.object.status.clone(), Verdict::Deleting);
            }
            return match self.confirm_gone_by_list(place, record, id)? {
                Gone::Confirmed => Ok(self.release(format!("{id} is gone"))),
                Gone::Another(other) => Ok(self.found_to_delete(place, &record::without_id(record), &other)),
                Gone::NotBefore(from) if record.delete_accepted_at.is_some() => {
                    let message =
                        format!("AWS denies a look at {id}, which may mean that it is gone: looks at the list");
                    Ok(self.deleting(self.object.status.clone(), &message, self.until(from)))
                }
                _ => Err(self.fault_while_deleting(fault)),
            };
        }
        let view = match &first.value {
            Ok(view) => view.as_ref(),
            Err(fault) => return Err(self.fault_while_deleting(fault)),
        };
        let Some(view) = view.filter(|view| !gone::absent(Some(view))) else {
            return match self.confirm_gone(place, record, id, first)? {
                Gone::Confirmed => Ok(self.release(format!("{id} is gone"))),
                Gone::NotBefore(from) if record.delete_sent_at.is_some() && !self.known.announced => {
                    let message = format!("AWS shows no {} {id}: waits until {from} to be sure", K::NOUN);
                    Ok(self.deleting(self.object.status.clone(), &message, self.poll(record)))
                }
                // Created a moment ago, or shown by the list alone: its delete is sent all the same.
                Gone::NotBefore(_) | Gone::No if record.delete_sent_at.is_none() || self.known.announced => {
                    self.send_delete(record, place, id, self.object.status.clone(), Verdict::Deleting)
                }
                Gone::Another(other) => Ok(self.found_to_delete(place, &record::without_id(record), &other)),
                Gone::No | Gone::NotBefore(_) => {
                    let message = format!("AWS does not always show the {} {id}: looks again", K::NOUN);
                    Ok(self.deleting(self.object.status.clone(), &message, self.poll(record)))
                }
            };
        };
        let mut part = record.clone();
        if !part.seen && part.delete_accepted_at.is_none() {
            // AWS did not know it yet when the delete was sent.
            part.delete_sent_at = None;
        }
        part.seen = true;
        let mut status = self.object.status.clone();
        Self::describe(&mut status, &part, Some(view));
        self.delete_step(&part, place, view, status, Verdict::Deleting)
    }

    /// Whether the list shows the id, and its tags say that it is ours: no read is needed to delete it.
    fn listed_as_ours(&self, place: &Place, record: &PartRecord, id: &str) -> Flow<bool, K> {
        let Ok(candidates) = &self.ask_find(place, 0, None)?.value else { return Ok(false) };
        let Some(candidate) = candidates.iter().find(|candidate| candidate.id == id) else { return Ok(false) };
        Ok(matches!(self.whose(place, Some(record), candidate)?, Whose::Ours))
    }

    /// What a view of a resource that is to go means.
    pub(crate) fn delete_step(
        &self,
        record: &PartRecord,
        place: &Place,
        view: &View<K>,
        status: K::Status,
        verdict: Verdict,
    ) -> Flow<Step<K>, K> {
        let id = &view.facts.id;
        let state = K::state(view);
        let sent = record.delete_sent_at.as_ref().map(|at| at.0);
        let accepted = record.delete_accepted_at.as_ref().map(|at| at.0);
        let (due, failed) = match (&state, sent) {
            (State::Deleting | State::Deleted, _) => (None, false),
            (_, None) => (Some(self.now), false),
            (State::DeleteFailed, Some(sent)) => (Some(sent + self.rules.delete_retry), true),
            // Where AWS has one word for every failure: it failed before the delete and the read flaps, or since.
            (State::CreateFailed | State::UpdateFailed, Some(sent))
                if accepted.is_some_and(|accepted| accepted >= sent && self.now >= accepted + FLAPS) =>
            {
                (Some(sent + self.rules.delete_retry), true)
            }
            // Accepted, and it shows another state: reads flap. Not for ever.
            (_, Some(sent)) if accepted.is_some_and(|accepted| accepted >= sent) => {
                (Some(sent + self.rules.release_delay), false)
            }
            // In transition: AWS answered 409. At rest again, or never answered: at once.
            (State::Creating | State::Updating | State::Unknown, Some(sent)) => {
                (Some(sent + self.rules.delete_retry), false)
            }
            // The back-off of the last error has passed, or else somebody asks: it would be too early only at once.
            (_, Some(sent)) => (Some(sent + AT_ONCE), false),
        };
        let due_now = self.known.announced || due.is_some_and(|due| self.now >= due) || (failed && self.requested());
        if due_now {
            return self.send_delete(record, place, id, status, verdict);
        }
        if failed {
            // An object that is not being deleted can't be abandoned.
            let or_else = if verdict == Verdict::Deleting {
                self.object.meta.or_abandon()
            } else {
                ". A new one is created once it is gone; it can be deleted in AWS by hand".to_owned()
            };
            let message = format!(
                "AWS failed to delete the {} {id}{}. It is tried again every ten minutes, and when the annotation \
                 agentcore-operator.github.io/requestedAt changes{or_else}",
                K::NOUN,
                because(view)
            );
            let verdict = match verdict {
                Verdict::Deleting => Verdict::DeletionStuck(Reason::DeleteFailed),
                _ => Verdict::Stalled(Reason::DeleteFailed),
            };
            return Ok(self.rest_in(
                status,
                verdict,
                &message,
                due.map_or_else(|| self.at_rest(), |due| self.until(due)),
            ));
        }
        let message = format!("AWS is deleting the {} {id} ({})", K::NOUN, view.facts.state);
        Ok(self.rest_in(status, verdict, &message, self.poll(record)))
    }

    pub(crate) fn send_delete(
        &self,
        record: &PartRecord,
        place: &Place,
        id: &str,
        mut status: K::Status,
        verdict: Verdict,
    ) -> Flow<Step<K>, K> {
        self.hold_back(&place.region, id, &status, verdict)?;
        let message = format!("deletes the {} {id}", K::NOUN);
        let announce = |part: &mut PartRecord, now: MicroTime| {
            part.seen = record.seen;
            part.delete_sent_at = Some(now);
        };
        let call = Call::Delete { region: place.region.clone(), id: id.to_owned() };
        let outcome = self.write(|| self.announcement(announce, verdict, &message), call)?;
        let mut part = record.clone();
        let (verdict, message, again) = match outcome {
            Ok(accepted) => {
                part.delete_accepted_at = Some(MicroTime(self.now));
                if let Some(state) = &accepted.state {
                    K::status_mut(&mut status).state = Some(state.clone());
                }
                let message = format!("AWS is deleting the {} {id}", K::NOUN);
                (verdict, message, Again::Moved(SignedDuration::from_secs(1)))
            }
            Err(fault) if fault.class == Class::NotFound => {
                // The next look shows it; where that goes on showing the resource, less and less often.
                (verdict, message, Again::Retry(fault.class))
            }
            Err(fault) if matches!(fault.class, Class::Conflict | Class::InTransition) => {
                let message = format!("AWS can't delete the {} {id} yet: {}", K::NOUN, fault.sentence());
                (verdict, message, Again::Retry(fault.class))
            }
            Err(fault) if verdict == Verdict::Deleting => {
                let (verdict, message) = self.hampered(fault);
                (verdict, message, Again::Retry(fault.class))
            }
            Err(fault) => Self::undecided(fault),
        };
        Ok(self.concluded(status, part, outcome, (verdict, &message, again)))
    }

    /// A create was announced, and its id is not known: what it may have made must be found first.
    fn find_and_delete(&self, record: &PartRecord, place: &Place) -> Flow<Step<K>, K> {
        if self.rules.breaks(Mutation::ReleaseUnknown) {
            return Ok(self.release("nothing is known".to_owned()));
        }
        let from = self.proof_from(record);
        let found = |id: &str| self.found_to_delete(place, record, id);
        if let Some(view) = self.adopted_before(&place.region, record)? {
            return Ok(found(&view.facts.id));
        }
        let first = self.look_up(place, Some(record), 0, None)?;
        let began = match first {
            Found::Ours(candidate) if self.rules.breaks(Mutation::ActOnWhatIsFound) => {
                let mut part = record.clone();
                record::found(&mut part, &candidate.id);
                return self.delete_by_id(&part, place, &candidate.id);
            }
            Found::Ours(candidate) => return Ok(found(&candidate.id)),
            // AWS refused our create because of that name: nothing of ours exists.
            Found::Stranger(..) if Self::refused_for_name(record) => {
                return Ok(self.release(format!("no {} of this object exists", K::NOUN)));
            }
            Found::Unreadable(fault) => return Err(self.fault_while_deleting(&fault)),
            Found::Empty(began) | Found::Stranger(began, _) => began,
        };
        if began < from {
            let message = format!(
                "it is not known whether AWS has created the {} {}: looks for it until {from}",
                K::NOUN,
                place.name
            );
            let wait = from.duration_since(self.now).clamp(SignedDuration::from_secs(1), SignedDuration::from_secs(10));
            return Ok(self.deleting(self.object.status.clone(), &message, Again::After(wait)));
        }
        if self.rules.breaks(Mutation::OneEmptyLookupIsEnough) {
            return Ok(self.release(format!("no {} was created", K::NOUN)));
        }
        Ok(match self.look_up(place, Some(record), 1, Some(began + self.rules.gone_gap))? {
            Found::Ours(candidate) => found(&candidate.id),
            Found::Unreadable(fault) => self.fault_while_deleting(&fault),
            _ => self.release(format!("no {} was created", K::NOUN)),
        })
    }

    fn found_to_delete(&self, place: &Place, record: &PartRecord, id: &str) -> Step<K> {
        let mut part = record.clone();
        record::found(&mut part, id);
        let mut status = self.object.status.clone();
        record::put::<K>(&mut status, part);
        Self::pin(&mut status, place, id);
        self.deleting(status, &format!("found the {} {id} that was created for this object", K::NOUN), Again::Now)
    }

    pub(crate) fn deleting(&self, status: K::Status, message: &str, again: Again) -> Step<K> {
        self.rest_in(status, Verdict::Deleting, message, again)
    }

    /// A question failed: where it will not answer by itself, the deletion is stuck, and says so.
    pub(crate) fn fault_while_deleting(&self, fault: &Fault) -> Step<K> {
        let (verdict, message) = self.hampered(fault);
        let mut report = self.end(self.object.status.clone(), verdict, &message, Again::Retry(fault.class));
        self.leave_requests_open(&mut report);
        report.fault = Some(fault.clone());
        rest(report)
    }

    /// What is told of a deletion that met a fault.
    fn hampered(&self, fault: &Fault) -> (Verdict, String) {
        let message = fault.explained();
        if fault.class.needs_help() {
            (Verdict::DeletionStuck(fault.class.reason()), message + &self.object.meta.or_abandon())
        } else {
            (Verdict::Deleting, message)
        }
    }

    pub(crate) fn until(&self, at: Timestamp) -> Again {
        Again::After(at.duration_since(self.now).max(SignedDuration::from_secs(1)))
    }

    /// The finalizer goes: nothing of ours exists.
    pub(crate) fn release(&self, message: String) -> Step<K> {
        let events = vec![Event { warning: false, reason: Reason::Deleting, note: message }];
        rest(self.released(events))
    }

    /// The finalizer goes, and something stays in AWS: users are told what.
    fn release_with(&self, message: &str) -> Step<K> {
        let events = vec![Event { warning: true, reason: Reason::Deleting, note: message.to_owned() }];
        rest(self.released(events))
    }

    fn released(&self, events: Vec<Event>) -> Report<K> {
        Report {
            status: self.object.status.clone(),
            conclusion: false,
            release: true,
            events,
            again: Again::OnChange,
            fault: None,
        }
    }
}
