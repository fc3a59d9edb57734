//! Each rule of the pass, broken on purpose: the model checker must notice, or it proves nothing about that rule.

use agentcore_engine::rules::{Mutation, Rules};

use crate::model::{self, Scope};

/// How a broken rule was noticed.
#[derive(Clone, Debug)]
pub struct Caught {
    /// Where.
    pub scope: &'static str,
    /// By what.
    pub what: String,
    /// The steps that lead there.
    pub way: Vec<String>,
    /// After how many states, over all scopes.
    pub states: usize,
}

/// The rules with one of them broken.
#[expect(clippy::disallowed_methods, reason = "this is what it is for")]
fn broken(mutation: Mutation) -> Rules {
    Rules::broken(mutation)
}

/// Breaks a rule, and looks for what that does in these scopes, at most so many states in each.
pub fn hunt(mutation: Mutation, scopes: &[Scope], most: usize) -> Option<Caught> {
    let rules = broken(mutation);
    let mut states = 0;
    for scope in scopes {
        let found = model::explore(scope, &rules, most, &mut |_, _| {});
        states += found.states;
        if let Some((what, way)) = found.wrong {
            return Some(Caught { scope: scope.name, what, way, states });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Mutex};

    use super::*;

    #[test]
    fn each_broken_rule_is_caught() {
        let all: BTreeSet<_> = Mutation::ALL.into_iter().collect();
        assert!(all.len() >= 20, "one for each rule of the record");
        let mut survivors = Vec::new();
        for mutation in all {
            let name = format!("{mutation:?}");
            if let Some(caught) = hunt(mutation, &model::for_mutant(mutation), 120_000) {
                println!("{name:26} {:45} {:7} states  {}", caught.scope, caught.states, caught.what);
            } else {
                println!("{name:26} SURVIVES");
                survivors.push(name);
            }
        }
        assert!(survivors.is_empty(), "nobody noticed: {survivors:?}");
    }

    /// Where it is broken other states are reached, and none of them is wrong.
    #[test]
    fn a_create_that_is_sent_again_after_its_answer_does_no_harm() {
        let explored = |scopes: &[Scope], rules: &Rules| {
            let all = Mutex::new(Vec::new());
            model::explore_all(scopes, rules, 1_000_000, &|scope, found| {
                assert!(found.wrong.is_none() && !found.gave_up, "{}: {found:?}", scope.name);
                all.lock().unwrap().push((scope.name, found.states));
            });
            let mut all = all.into_inner().unwrap();
            all.sort_unstable();
            all
        };
        let broken = broken(Mutation::ForgetClosed);
        assert_ne!(explored(&model::suite(), &broken), explored(&model::suite(), &Rules::production()));
        explored(&model::several(), &broken);
    }
}
