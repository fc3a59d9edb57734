//! Complete look-ups by name, and whose what they find is.

use agentcore_api::status::{Fate, PartRecord, Reason};
use jiff::Timestamp;

use crate::{
    conditions::whole_seconds,
    fault::{Class, Fault},
    kind::{Kind, State, View},
    known::Candidate,
    pass::{Flow, Pass, Place},
    record,
    rules::Mutation,
    tags::{self, Owner},
};

/// What a look-up found.
pub(crate) enum Found {
    /// A resource of this object.
    Ours(Candidate),
    /// Nothing of ours, but a resource of that name that is somebody else's: when the look-up began, and whose.
    Stranger(Timestamp, Stranger),
    /// Something that may be ours, and can't be told.
    Unreadable(Fault),
    /// Nothing; when the look-up began.
    Empty(Timestamp),
}

/// A resource that is not this object's.
pub(crate) struct Stranger {
    /// Its id, and whose it is, in words.
    pub(crate) whose: String,
    /// How it could become this object's, as the end of a sentence.
    pub(crate) advice: String,
    /// It, if it is of an earlier object of this name: a live one may take it over, one that is deleted never does.
    pub(crate) earlier: Option<Candidate>,
}

/// Whose one candidate is.
pub(crate) enum Whose {
    Ours,
    /// Of an earlier object of this name.
    Earlier,
    /// In words, and how it could become this object's.
    Other(String, String),
    Gone,
    Unreadable(Fault),
}

impl<K: Kind> Pass<'_, K> {
    /// Looks a name up, and proves of each candidate whose it is.
    pub(crate) fn look_up(
        &self,
        place: &Place,
        record: Option<&PartRecord>,
        ordinal: u8,
        not_before: Option<Timestamp>,
    ) -> Flow<Found, K> {
        let answer = self.ask_find(place, ordinal, not_before)?;
        let candidates = match &answer.value {
            Ok(candidates) => candidates,
            Err(fault) => return Ok(Found::Unreadable(fault.clone())),
        };
        let mut stranger = None;
        let mut earlier: Option<&Candidate> = None;
        let mut unreadable = None;
        for candidate in candidates {
            match self.whose(place, record, candidate)? {
                Whose::Ours => return Ok(Found::Ours(candidate.clone())),
                Whose::Other(whose, advice) => {
                    let whose = format!("{} exists, and {whose}", candidate.id);
                    stranger = Some(Stranger { whose, advice, earlier: None });
                }
                // Of several the newest.
                Whose::Earlier => {
                    earlier =
                        earlier.into_iter().chain([candidate]).max_by_key(|one| (one.created_at, one.id.as_str()));
                }
                Whose::Unreadable(fault) => unreadable = Some(fault),
                Whose::Gone => {}
            }
        }
        Ok(match (unreadable, earlier, stranger) {
            (Some(fault), ..) => Found::Unreadable(fault),
            (None, Some(earlier), _) => Found::Stranger(answer.began, Self::of_earlier(earlier)),
            (None, None, Some(stranger)) => Found::Stranger(answer.began, stranger),
            (None, None, None) => Found::Empty(answer.began),
        })
    }

    fn of_earlier(candidate: &Candidate) -> Stranger {
        let id = &candidate.id;
        let whose = format!("{id} exists, and its tags name an earlier {} of this name", K::NAME);
        Stranger { whose, advice: String::new(), earlier: Some(candidate.clone()) }
    }

    /// Whether AWS refused this create because the name is taken.
    /// Then nothing of ours exists where somebody else's has it. Where names are not unique, that proves nothing.
    pub(crate) fn refused_for_name(record: &PartRecord) -> bool {
        // Another refusal says nothing of the name, nor of what an earlier send has made. An earlier send of the same
        // may still be on its way, and arrive once the stranger is gone.
        let for_name = matches!(record::failure_reason(record), Some(Reason::Conflict | Reason::NotOwned));
        let sent = record.sent_at.as_ref().map(|sent| sent.0);
        let failed = record.failure.as_ref().map(|failure| failure.last.0);
        K::NAMES_ARE_UNIQUE && for_name && record.closed && record.sends == 1 && sent.is_some() && failed >= sent
    }

    pub(crate) fn whose(&self, place: &Place, record: Option<&PartRecord>, candidate: &Candidate) -> Flow<Whose, K> {
        if candidate.name.as_ref().is_some_and(|name| *name != place.name) {
            return Ok(Whose::Gone);
        }
        if self.rules.breaks(Mutation::DropTheTagCheck) {
            return self.ours(place, candidate);
        }
        let fault = match self.ask_tags(&place.region, &candidate.arn)? {
            Ok(Some(found)) => {
                return Ok(match tags::owner::<K>(&self.object.meta, self.settings, found) {
                    Owner::Us => self.ours(place, candidate)?,
                    Owner::Earlier => match (self.ours(place, candidate)?, self.has_name(place, candidate)?) {
                        (_, Err(fault)) => Whose::Unreadable(fault),
                        (Whose::Ours, Ok(true)) => Whose::Earlier,
                        _ => Whose::Gone,
                    },
                    // An id that begins with our name may be of a longer name.
                    owner @ (Owner::Other(_) | Owner::Nobody) => match self.has_name(place, candidate)? {
                        Ok(true) => Whose::Other(owner.words(), self.how_to_adopt(&owner, candidate)?),
                        Ok(false) => Whose::Gone,
                        Err(fault) => Whose::Unreadable(fault),
                    },
                });
            }
            Ok(None) => return Ok(Whose::Gone),
            Err(fault) => fault,
        };
        // AWS does not list the tags of this kind. The exact derived name, which only this object can have, and the
        // time of creation take their place; never a name that the user chose.
        if !matches!(fault.class, Class::Denied | Class::Invalid) {
            return Ok(Whose::Unreadable(fault.clone()));
        }
        match self.has_name(place, candidate)? {
            Ok(false) => return Ok(Whose::Gone),
            Err(fault) => return Ok(Whose::Unreadable(fault)),
            Ok(true) => {}
        }
        // Of two sends one may make another, once the first one's resource has gone and its token is forgotten.
        let bound = record
            .filter(|record| record.fate == Fate::Unknown || (record.fate == Fate::Created && record.sends > 1))
            .map(|record| record::created_bound(record, self.object.meta.created_at))
            .map(|bound| whole_seconds(bound) - self.rules.clock_skew);
        let created_at = self.created_at(place, candidate)?.map(whole_seconds);
        Ok(match (bound, created_at) {
            (Some(bound), Some(created_at))
                if (place.name == self.derived_name() || self.rules.breaks(Mutation::TakeByChosenName))
                    && (created_at >= bound || self.rules.breaks(Mutation::DropTheCreatedBound)) =>
            {
                self.ours(place, candidate)?
            }
            // A denial proves nothing, unless AWS refused the only send of ours because of this very name.
            _ if fault.class == Class::Denied && !record.is_some_and(Self::refused_for_name) => {
                Whose::Unreadable(fault.clone())
            }
            _ => {
                let unlisted = fault.class == Class::Invalid;
                let advice = if unlisted { self.how_to_adopt(&Owner::Nobody, candidate)? } else { String::new() };
                Whose::Other(format!("its tags can't be read ({})", fault.sentence()), advice)
            }
        })
    }

    /// One of ours, unless AWS lists what is gone and says so: an earlier resource of this object must not stand in
    /// the way of the one that is looked for.
    fn ours(&self, place: &Place, candidate: &Candidate) -> Flow<Whose, K> {
        let read = self.ask_get(&place.region, &candidate.id, 0, None)?;
        let deleted = |view: &View<K>| K::state(view) == State::Deleted;
        Ok(match &read.value {
            Ok(Some(view)) if deleted(view) => Whose::Gone,
            _ => Whose::Ours,
        })
    }

    /// Whether the candidate has exactly this name, which some lists don't tell.
    pub(crate) fn has_name(&self, place: &Place, candidate: &Candidate) -> Flow<Result<bool, Fault>, K> {
        if let Some(name) = &candidate.name {
            return Ok(Ok(*name == place.name));
        }
        Ok(match &self.ask_get(&place.region, &candidate.id, 0, None)?.value {
            Ok(Some(view)) => Ok(view.facts.name == place.name),
            Ok(None) => Ok(false),
            Err(fault) => Err(fault.clone()),
        })
    }

    fn created_at(&self, place: &Place, candidate: &Candidate) -> Flow<Option<Timestamp>, K> {
        if candidate.created_at.is_some() {
            return Ok(candidate.created_at);
        }
        let read = self.ask_get(&place.region, &candidate.id, 0, None)?;
        Ok(read.value.as_ref().ok().and_then(Option::as_ref).and_then(|view| view.facts.created_at))
    }
}
