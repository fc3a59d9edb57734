//! What is explored.

use agentcore_engine::rules::Mutation;

use super::{Gone, Scope, Switches};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A read or a list does not show what is there.
    Hidden,
    /// A read shows a resource as it was before its last write.
    Old,
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
    /// Somebody takes the status away, as a restored backup does.
    Wipes,
    /// Somebody deletes a resource in AWS.
    Outsider,
    /// Somebody else's resource of this name goes.
    StrangerGoes,
    /// Somebody else makes a resource of this name.
    StrangerComes,
}

use Doing::{Deletes, Edits, Makes, Outsider, StrangerComes, StrangerGoes, Wipes};
use Trouble::{AnswerLost, Dies, Fails, Hidden, Invalid, Late, Old, RequestLost, Throttled};

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
    all_orders: false,
};
/// The answer to an update may be lost, and its repetition refused.
const MADE: Scope = Scope {
    name: "edited, a lost answer, throttled",
    doings: &[Edits],
    acts: 1,
    troubles: &[AnswerLost, Throttled],
    faults: 2,
    ..CALM
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
        MADE,
        Scope { name: "edited, an old read", doings: &[Edits], acts: 1, troubles: &[Old], faults: 1, ..CALM },
        Scope { name: "deleted, an old read", doings: &[Deletes], acts: 1, troubles: &[Old], faults: 1, ..CALM },
        Scope { name: "an update fails", doings: &[Edits], acts: 1, troubles: &[Fails], faults: 1, ..CALM },
        Scope { name: "an update is refused", doings: &[Edits], acts: 1, troubles: &[Invalid], faults: 1, ..CALM },
        Scope { name: "status wiped", doings: &[Wipes], acts: 1, ..CALM },
        Scope { name: "status wiped twice, or deleted", doings: &[Wipes, Deletes], acts: 2, ..CALM },
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
        Mutation::TrustStaleRead => {
            Scope { name: "edited, an old read", doings: &[Edits], acts: 1, troubles: &[Old], faults: 1, ..CALM }
        }
        Mutation::DeleteByName => Scope {
            name: "deleted, a stranger takes the name, not unique",
            doings: &[StrangerComes, Deletes],
            acts: 2,
            ..not_unique
        },
        Mutation::UpdateWithoutToken => Scope {
            name: "edited, a lost answer",
            doings: &[Edits],
            acts: 1,
            troubles: &[AnswerLost],
            faults: 1,
            ..CALM
        },
        Mutation::RepeatTheUpdateToken => {
            Scope { name: "an update is refused", doings: &[Edits], acts: 1, troubles: &[Invalid], faults: 1, ..CALM }
        }
        Mutation::UpdateWhatIsMade => MADE,
        Mutation::RefuseWhatWasSentAgain => {
            Scope { name: "two replicas, throttled", troubles: &[Throttled], faults: 1, ..TWO }
        }
        // It does no harm anywhere.
        Mutation::ForgetClosed => return [suite(), several()].concat(),
        Mutation::ReleaseUnknown | Mutation::ActOnWhatIsFound => {
            Scope { name: "deleted, a lost answer", troubles: &[AnswerLost], faults: 1, ..deleted }
        }
    }]
}

/// Two replicas that both act, and two objects of one name.
pub fn several() -> Vec<Scope> {
    let trouble = |name, troubles| Scope { name, troubles, faults: 1, ..TWO };
    let act = |name, doings| Scope { name, doings, acts: 1, ..TWO };
    vec![
        Scope { name: "two replicas", ..TWO },
        trouble("two replicas, a lost answer", &[AnswerLost]),
        trouble("two replicas, a lost request", &[RequestLost]),
        trouble("two replicas, late", &[Late]),
        trouble("two replicas, throttled", &[Throttled]),
        trouble("two replicas, refused", &[Invalid]),
        trouble("two replicas, one dies", &[Dies]),
        trouble("two replicas, a read that hides", &[Hidden]),
        trouble("two replicas, a create fails", &[Fails]),
        Scope { unique: false, ..trouble("two replicas, names not unique, late", &[Late]) },
        act("two replicas, deleted", &[Deletes]),
        act("two replicas, edited", &[Edits]),
        act("two replicas, status wiped", &[Wipes]),
        act("two replicas, deleted in AWS", &[Outsider]),
        Scope {
            chosen: true,
            stranger: true,
            ..act("two replicas, a stranger has the chosen name", &[Deletes, Edits, StrangerGoes])
        },
        Scope { name: "two objects of one name", objects: 2, ..CHOSEN },
    ]
}

/// Scopes with more states than the suite has time for: `cargo xtask check-model` explores them.
pub fn larger() -> Vec<Scope> {
    let full = Scope { troubles: ANY, faults: 1, doings: &[Deletes, Edits, Outsider, Makes], acts: 1, ..TWO };
    let deleted = |troubles| Scope { troubles, faults: 1, doings: &[Deletes], acts: 1, ..TWO };
    vec![
        Scope { name: "two objects of one name, one deleted", objects: 2, doings: &[Deletes], acts: 1, ..CHOSEN },
        Scope { name: "two replicas, deleted, a lost answer", ..deleted(&[AnswerLost]) },
        Scope { name: "two replicas, deleted, late", ..deleted(&[Late]) },
        Scope { name: "two replicas, deleted, one dies", ..deleted(&[Dies]) },
        Scope { name: "two replicas, deleted, a read that hides", ..deleted(&[Hidden]) },
        Scope { name: "two replicas, one trouble", troubles: ANY, faults: 1, ..TWO },
        Scope { name: "two replicas, one trouble and one act", ..full },
        // Two reads that hide what is there are more than the pass can bear: see the tests.
        Scope { name: "two troubles and one act", replicas: 1, faults: 2, troubles: SEEN, ..full },
        Scope { name: "two replicas, names not unique, one trouble and one act", unique: false, ..full },
        Scope { name: "two replicas, no tags, one trouble and one act", switches: NO_TAGS, ..full },
        Scope {
            name: "a stranger goes, late",
            stranger: true,
            doings: &[StrangerGoes, Deletes],
            acts: 2,
            troubles: &[Late],
            faults: 1,
            ..CHOSEN
        },
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use agentcore_engine::rules::Rules;

    use super::*;
    use crate::model::{comes_to, explore, explore_all, same_states_have_the_same_future};

    /// More than any scope of the suite has.
    const MOST: usize = 2_000_000;

    /// So many states of each scope are compared.
    const COMPARED: usize = 2000;

    /// So many states at most where all orders are explored.
    const ALL_ORDERS: usize = 20_000;

    fn explored_whole(scopes: &[Scope]) {
        let wrong = Mutex::new(Vec::new());
        explore_all(scopes, &Rules::production(), MOST, &|scope, found| {
            let all = if found.gave_up { "NOT all" } else { "all" };
            println!("{:50} {all} {} states, {} ends, {:.1} s", scope.name, found.states, found.ends, found.seconds);
            let mut wrong = wrong.lock().unwrap();
            if found.gave_up {
                wrong.push(format!("{}: more than {MOST} states", scope.name));
            } else if found.ends == 0 && found.wrong.is_none() {
                wrong.push(format!("{}: no end, so nothing reaches it", scope.name));
            }
            if let Some((what, way)) = found.wrong {
                wrong.push(format!("{}: {what}\n{}", scope.name, way.join("\n")));
            }
        });
        let wrong = wrong.into_inner().unwrap();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

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
    fn states_that_are_taken_for_one_have_the_same_future() {
        let mut differ = Vec::new();
        for scope in suite().into_iter().chain(several()) {
            match same_states_have_the_same_future(&scope, COMPARED) {
                Ok(pairs) => println!("{:50} {pairs} pairs", scope.name),
                Err(these) => differ.push(these),
            }
        }
        assert!(differ.is_empty(), "{}", differ.join("\n\n"));
    }

    /// What objects can come to is the same where all orders are explored, as far as that can be afforded.
    #[test]
    fn orders_that_are_left_out_make_no_difference() {
        let mut compared = 0;
        for scope in suite().into_iter().chain(several()) {
            let all_orders = Scope { all_orders: true, ..scope };
            let Some(all) = comes_to(&all_orders, ALL_ORDERS) else {
                println!("{:50} is too large", scope.name);
                continue;
            };
            let some = comes_to(&scope, MOST).unwrap();
            println!("{:50} {} of {}", scope.name, some.len(), all.len());
            let left_out: Vec<_> = all.difference(&some).take(3).collect();
            assert!(left_out.is_empty(), "{}: {left_out:#?}", scope.name);
            compared += 1;
        }
        assert!(compared > 10);
    }

    #[test]
    fn nothing_is_wrong_with_two_replicas_or_objects() {
        explored_whole(&several());
    }

    #[test]
    fn nothing_is_wrong_and_the_end_stays_in_reach() {
        explored_whole(&suite());
    }
}
