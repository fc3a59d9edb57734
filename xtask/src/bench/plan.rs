//! What is measured: kinds, numbers of objects, and what AWS is like.

use std::fmt;

use clap::ValueEnum;

/// A kind of AWS resource, named as the operator's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Kind {
    /// A runtime and its endpoint DEFAULT.
    #[value(name = "AgentRuntime", alias = "runtime")]
    AgentRuntime,
    /// A memory with the strategies of the preset Standard.
    #[value(name = "AgentMemory", alias = "memory")]
    AgentMemory,
    /// A code interpreter.
    #[value(name = "CodeInterpreter", alias = "interpreter")]
    CodeInterpreter,
}

/// What AWS is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Durations, delays and quotas of requests as AWS's are
    #[value(name = "realistic")]
    Realistic,
    /// The same, with 900 resources of the kind that are somebody else's
    #[value(name = "foreign900")]
    Foreign900,
    /// Changes in AWS take 0.3 times as long
    #[value(name = "x0.3")]
    Fast,
    /// Changes in AWS take three times as long
    #[value(name = "x3")]
    Slow,
}

/// Kinds that are measured at the same time, each with an operator and an AWS of its own.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    /// The kinds.
    pub(crate) kinds: Vec<Kind>,
    /// How many objects there are of each, unless that is more than there can be.
    pub(crate) n: usize,
    /// What AWS is like.
    pub(crate) profile: Profile,
}

impl Kind {
    /// Its name in rows, and of our own objects.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AgentRuntime => "AgentRuntime",
            Self::AgentMemory => "AgentMemory",
            Self::CodeInterpreter => "CodeInterpreter",
        }
    }

    /// What AWS, and the simulator's inventory, call it.
    pub(crate) fn in_aws(self) -> &'static str {
        match self {
            Self::AgentRuntime => "AgentRuntime",
            Self::AgentMemory => "Memory",
            Self::CodeInterpreter => "CodeInterpreter",
        }
    }

    /// The operation that makes one.
    pub(crate) fn creation(self) -> &'static str {
        match self {
            Self::AgentRuntime => "CreateAgentRuntime",
            Self::AgentMemory => "CreateMemory",
            Self::CodeInterpreter => "CreateCodeInterpreter",
        }
    }

    /// How many of so many objects there are: of memories AWS allows 150.
    pub(crate) fn capped(self, n: usize) -> usize {
        if self == Self::AgentMemory { n.min(150) } else { n }
    }

    /// The longest time that AWS takes to make one, in seconds.
    pub(crate) fn longest(self) -> f64 {
        match self {
            Self::AgentRuntime => 31.0,
            Self::AgentMemory => 190.0,
            Self::CodeInterpreter => 15.0,
        }
    }
}

impl Profile {
    /// Its name in rows.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Realistic => "realistic",
            Self::Foreign900 => "foreign900",
            Self::Fast => "x0.3",
            Self::Slow => "x3",
        }
    }

    /// By what AWS's durations are multiplied.
    pub(crate) fn durations(self) -> f64 {
        match self {
            Self::Realistic | Self::Foreign900 => 1.0,
            Self::Fast => 0.3,
            Self::Slow => 3.0,
        }
    }

    /// How many resources are somebody else's.
    pub(crate) fn foreign(self) -> usize {
        if self == Self::Foreign900 { 900 } else { 0 }
    }
}

impl fmt::Display for Round {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.name()).collect();
        write!(formatter, "{}, N={}: {}", self.profile.name(), self.n, kinds.join(", "))
    }
}

/// Of more objects of a kind than this, a round has the machine for itself.
pub(crate) const SMALL: usize = 100;

/// The rounds: small ones a kind each, those that take longest first, so that others run beside them.
pub(crate) fn rounds(kinds: &[Kind], n: &[u16], profiles: &[Profile]) -> Vec<Round> {
    let apart = |round: Round| {
        let alone = |kind| Round { kinds: vec![kind], ..round.clone() };
        if round.n > SMALL { vec![round] } else { round.kinds.iter().copied().map(alone).collect() }
    };
    let mut rounds: Vec<Round> = together(kinds, n, profiles).into_iter().flat_map(apart).collect();
    rounds.sort_by_key(|round| (round.n > SMALL, !round.kinds.contains(&Kind::AgentMemory)));
    rounds
}

fn together(kinds: &[Kind], n: &[u16], profiles: &[Profile]) -> Vec<Round> {
    let kinds = if kinds.is_empty() { Kind::value_variants().to_vec() } else { kinds.to_vec() };
    let round = |(profile, n): (Profile, u16)| Round { kinds: kinds.clone(), n: n.into(), profile };
    if n.is_empty() && profiles.is_empty() {
        let all = [
            (Profile::Slow, 100),
            (Profile::Realistic, 1),
            (Profile::Realistic, 100),
            (Profile::Fast, 100),
            (Profile::Foreign900, 1),
            (Profile::Foreign900, 100),
            (Profile::Realistic, 1000),
        ];
        return all.into_iter().map(round).collect();
    }
    let profiles = if profiles.is_empty() { &[Profile::Realistic] } else { profiles };
    let numbers = if n.is_empty() { &[100] } else { n };
    profiles.iter().flat_map(|profile| numbers.iter().map(|n| (*profile, *n))).map(round).collect()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Profile, rounds};

    #[test]
    fn a_full_run_has_every_profile_and_size() {
        let all: Vec<String> = rounds(&[Kind::CodeInterpreter], &[], &[]).iter().map(ToString::to_string).collect();
        assert_eq!(all.len(), 7);
        for wanted in ["realistic, N=1:", "realistic, N=100:", "realistic, N=1000:", "foreign900, N=100:", "x3, N=100:"]
        {
            assert!(all.iter().any(|round| round.starts_with(wanted)), "{wanted}");
        }
    }

    #[test]
    fn small_rounds_are_of_a_kind_and_the_large_one_comes_last() {
        let all: Vec<String> = rounds(&[], &[], &[]).iter().map(ToString::to_string).collect();
        assert_eq!(all.len(), 19);
        assert_eq!(all[0], "x3, N=100: AgentMemory");
        assert_eq!(all[18], "realistic, N=1000: AgentRuntime, AgentMemory, CodeInterpreter");
    }

    #[test]
    fn what_is_not_chosen_has_a_default() {
        let text = |n: &[u16], profiles: &[Profile]| {
            rounds(&[Kind::AgentMemory], n, profiles).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(text(&[7], &[]), ["realistic, N=7: AgentMemory"]);
        assert_eq!(text(&[], &[Profile::Slow]), ["x3, N=100: AgentMemory"]);
        assert_eq!(Kind::AgentMemory.capped(1000), 150);
        assert_eq!(Kind::AgentRuntime.capped(1000), 1000);
    }
}
