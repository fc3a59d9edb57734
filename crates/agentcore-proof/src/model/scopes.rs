//! What is explored.

use agentcore_engine::rules::Mutation;

use super::{Gone, Scope, Switches};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A read or a list does not show what is there.
    Hidden,
    /// AWS does what it was asked for, and the answer is lost.
    AnswerLost,
    /// Nothing arrives at AWS, and no answer comes.
    RequestLost,
    /// No answer comes, and the create arrives later.
    Late,
    /// AWS refuses the body.
    Invalid,
    /// AWS refuses the request for now.
    Throttled,
    /// What is being created or updated fails.
    Fails,
    /// A replica dies between an announcement and its conclusion.
    Dies,
}

/// What users and others do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// The user deletes an object.
    Deletes,
    /// The user edits an object.
    Edits,
    /// The user makes an object again.
    Makes,
    /// Somebody deletes a resource in AWS.
    Outsider,
    /// Somebody else's resource of this name goes.
    StrangerGoes,
    /// Somebody else makes a resource of this name.
    StrangerComes,
}

use Doing::{Deletes, Edits, Makes, Outsider, StrangerComes, StrangerGoes};
use Trouble::{AnswerLost, Dies, Fails, Hidden, Invalid, Late, RequestLost, Throttled};

const PLAIN: Switches = Switches { tags: true, tokens: true, gone: Gone::NotFound };
const NO_TAGS: Switches = Switches { tags: false, ..PLAIN };
const NO_TOKENS: Switches = Switches { tokens: false, ..PLAIN };
const DENIED: Switches = Switches { gone: Gone::Denied, ..PLAIN };

/// One replica, one object, no trouble.
const CALM: Scope = Scope {
    name: "calm",
    unique: true,
    switches: PLAIN,
    objects: 1,
    replicas: 1,
    chosen: false,
    stranger: false,
    retain: false,
    troubles: &[],
    faults: 0,
    doings: &[],
    acts: 0,
};
const TWO: Scope = Scope { replicas: 2, ..CALM };
const CHOSEN: Scope = Scope { chosen: true, ..CALM };
const ANY: &[Trouble] = &[Hidden, AnswerLost, RequestLost, Late, Invalid, Throttled, Fails, Dies];
/// All but what hides a resource.
const SEEN: &[Trouble] = &[AnswerLost, RequestLost, Late, Invalid, Throttled, Fails, Dies];

/// The scopes of the suite: all of their states are explored.
pub fn suite() -> Vec<Scope> {
    vec![
        CALM,
        Scope { name: "one trouble", troubles: ANY, faults: 1, ..CALM },
        Scope { name: "one trouble, names not unique", unique: false, troubles: ANY, faults: 1, ..CALM },
        Scope { name: "one trouble, no tags", switches: NO_TAGS, troubles: ANY, faults: 1, ..CALM },
        Scope { name: "one trouble, no tokens", switches: NO_TOKENS, troubles: ANY, faults: 1, ..CALM },
        Scope { name: "deleted", doings: &[Deletes], acts: 1, ..CALM },
        Scope {
            name: "deleted, a lost answer",
            doings: &[Deletes],
            acts: 1,
            troubles: &[AnswerLost],
            faults: 1,
            ..CALM
        },
        Scope { name: "deleted, late", doings: &[Deletes], acts: 1, troubles: &[Late], faults: 1, ..CALM },
        Scope { name: "deleted, dies", doings: &[Deletes], acts: 1, troubles: &[Dies], faults: 1, ..CALM },
        Scope {
            name: "deleted, retained",
            retain: true,
            doings: &[Deletes],
            acts: 1,
            troubles: &[Late, Dies],
            faults: 1,
            ..CALM
        },
        Scope { name: "edited", doings: &[Edits], acts: 1, ..CALM },
        Scope { name: "edited, a lost answer", doings: &[Edits], acts: 1, troubles: &[AnswerLost], faults: 1, ..CALM },
        Scope { name: "deleted and made again", doings: &[Deletes, Makes], acts: 2, ..CALM },
        Scope { name: "deleted in AWS", doings: &[Outsider], acts: 1, ..CALM },
        Scope { name: "deleted in AWS, denied", switches: DENIED, doings: &[Outsider], acts: 1, ..CALM },
        Scope { name: "deleted, denied", switches: DENIED, doings: &[Deletes], acts: 1, ..CALM },
        Scope {
            name: "a stranger has the chosen name",
            stranger: true,
            doings: &[Deletes, Edits, StrangerGoes],
            acts: 1,
            ..CHOSEN
        },
        Scope {
            name: "a stranger has the derived name, no tags",
            switches: NO_TAGS,
            stranger: true,
            doings: &[Deletes],
            acts: 1,
            ..CALM
        },
        Scope {
            name: "a stranger takes the chosen name, no tags",
            switches: NO_TAGS,
            doings: &[StrangerComes, Deletes],
            acts: 2,
            ..CHOSEN
        },
    ]
}

/// Where it is looked for what comes of a broken rule.
pub fn for_mutant(mutation: Mutation) -> Vec<Scope> {
    let deleted = Scope { name: "deleted", doings: &[Deletes], acts: 1, ..CALM };
    let not_unique = Scope { name: "names not unique", unique: false, ..CALM };
    vec![match mutation {
        Mutation::DropTheToken => {
            Scope { name: "not unique, a lost answer", troubles: &[AnswerLost], faults: 1, ..not_unique }
        }
        Mutation::DropTheTagCheck => {
            Scope { name: "a stranger has the chosen name", stranger: true, doings: &[Deletes], acts: 1, ..CHOSEN }
        }
        Mutation::ReleaseEarly | Mutation::NotFoundCountsUnseen => deleted,
        Mutation::CountUpTooSoon | Mutation::EmptyCountsEarly => {
            Scope { name: "not unique, late", troubles: &[Late], faults: 1, ..not_unique }
        }
        Mutation::RetryTerminalAtOnce => Scope { name: "refused", troubles: &[Invalid], faults: 1, ..CALM },
        Mutation::WriteStatusAlways | Mutation::SkipTheFinalizer | Mutation::ChildrenNotAnnounced => CALM,
        Mutation::DeniedIsGone => Scope { name: "deleted, denied", switches: DENIED, ..deleted },
        Mutation::OneEmptyLookupIsEnough => Scope {
            name: "deleted, a lost answer and an old list",
            troubles: &[AnswerLost, Hidden],
            faults: 2,
            ..deleted
        },
        Mutation::OneNotFoundIsEnough => {
            Scope { name: "deleted, an old read", troubles: &[Hidden], faults: 1, ..deleted }
        }
        Mutation::ReplayAfterTheWindow => Scope {
            name: "no tokens, not unique, late",
            switches: NO_TOKENS,
            troubles: &[Late],
            faults: 1,
            ..not_unique
        },
        Mutation::RefusalDespiteTwoSends => {
            Scope { name: "deleted, late and refused", troubles: &[Late, Invalid], faults: 2, ..deleted }
        }
        Mutation::TakeByChosenName => Scope {
            name: "a stranger takes the chosen name, no tags",
            switches: NO_TAGS,
            doings: &[StrangerComes, Deletes],
            acts: 2,
            ..CHOSEN
        },
        Mutation::DropTheCreatedBound => {
            Scope { name: "a stranger has the derived name, no tags", switches: NO_TAGS, stranger: true, ..deleted }
        }
        Mutation::RecreateWhatWasActive => {
            Scope { name: "an update fails", doings: &[Edits], acts: 1, troubles: &[Fails], faults: 1, ..CALM }
        }
        Mutation::SameCreationAgain => Scope { name: "a create fails", troubles: &[Fails], faults: 1, ..CALM },
        Mutation::ReleaseUnknown => {
            Scope { name: "deleted, a lost answer", troubles: &[AnswerLost], faults: 1, ..deleted }
        }
    }]
}

/// Scopes with more states than the suite has time for: the nearest are explored there, and more by
/// `cargo xtask check-model`.
pub fn nearest() -> Vec<Scope> {
    vec![
        Scope {
            name: "a stranger goes, late",
            stranger: true,
            doings: &[StrangerGoes, Deletes],
            acts: 2,
            troubles: &[Late],
            faults: 1,
            ..CHOSEN
        },
        Scope { name: "two objects of one name", objects: 2, ..CHOSEN },
        Scope { name: "two replicas", ..TWO },
        Scope { name: "two replicas, a lost answer", troubles: &[AnswerLost], faults: 1, ..TWO },
        Scope { name: "two replicas, names not unique, late", unique: false, troubles: &[Late], faults: 1, ..TWO },
        Scope { name: "two replicas, one dies", troubles: &[Dies], faults: 1, ..TWO },
        Scope { name: "two replicas, deleted", doings: &[Deletes], acts: 1, ..TWO },
    ]
}

/// Larger scopes.
pub fn larger() -> Vec<Scope> {
    let full = Scope { troubles: ANY, faults: 1, doings: &[Deletes, Edits, Outsider, Makes], acts: 1, ..TWO };
    vec![
        Scope { name: "two replicas, one trouble and one act", ..full },
        // Two reads that hide what is there are more than the pass can bear: see the tests.
        Scope { name: "two troubles and one act", replicas: 1, faults: 2, troubles: SEEN, ..full },
        Scope { name: "two replicas, names not unique, one trouble and one act", unique: false, ..full },
        Scope { name: "two replicas, no tags, one trouble and one act", switches: NO_TAGS, ..full },
    ]
}

#[cfg(test)]
mod tests {
    use agentcore_engine::rules::Rules;

    use super::*;
    use crate::model::explore;

    /// More than any scope of the suite has.
    const MOST: usize = 100_000;

    /// So many states of the others.
    const NEAREST: usize = 30_000;

    /// Where the promise of the finalizer ends: two reads, a second apart, that do not show what they showed before.
    #[test]
    fn two_reads_that_hide_a_resource_let_go_of_it() {
        let scope = Scope { name: "two hidden reads", troubles: &[Hidden], doings: &[Deletes], acts: 1, ..CALM };
        let explored = |faults| explore(&Scope { faults, ..scope }, &Rules::production(), MOST, &mut |_, _| {});
        let once = explored(1);
        assert!(once.wrong.is_none() && !once.gave_up);
        let (what, _) = explored(2).wrong.unwrap();
        assert!(what.starts_with("the finalizer goes, and"), "{what}");
    }

    #[test]
    fn nothing_is_wrong_near_the_beginning_of_larger_scopes() {
        let mut wrong = Vec::new();
        for scope in nearest() {
            let found = explore(&scope, &Rules::production(), NEAREST, &mut |_, _| {});
            println!("{:45} the nearest {} states, {} s", scope.name, found.states, found.seconds);
            assert!(found.gave_up || found.wrong.is_some(), "{}: small enough to be explored whole", scope.name);
            if let Some((what, way)) = found.wrong {
                wrong.push(format!("{}: {what}\n{}", scope.name, way.join("\n")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn nothing_is_wrong_and_the_end_stays_in_reach() {
        let mut wrong = Vec::new();
        for scope in suite() {
            let found = explore(&scope, &Rules::production(), MOST, &mut |_, _| {});
            let all = if found.gave_up { "NOT all" } else { "all" };
            println!("{:45} {all} {} states, {} ends, {} s", scope.name, found.states, found.ends, found.seconds);
            if found.gave_up {
                wrong.push(format!("{}: more than {MOST} states", scope.name));
            }
            assert!(found.gave_up || found.ends > 0, "{}: no end, so nothing reaches it", scope.name);
            if let Some((what, way)) = found.wrong {
                wrong.push(format!("{}: {what}\n{}", scope.name, way.join("\n")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
