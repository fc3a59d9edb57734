//! A schedule that went wrong, with as little in it as it takes.

use super::{
    clouds,
    judge::Court,
    report::Failure,
    run::{Stage, line},
    stories::{self, Story},
    subject::Subject,
    trouble::Trouble,
};

type Troubles = Vec<(usize, Trouble)>;

/// One schedule.
pub(super) struct Case<K: Subject> {
    cloud: String,
    court: Court<K>,
    story: Story<K>,
    troubles: Troubles,
}

impl<K: Subject> Case<K> {
    /// The one that has this line.
    pub(super) fn of(line: &str) -> Option<Self> {
        let mut parts = line.split('/').skip(1);
        let (cloud, name, troubles) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
        let (cloud, switches) = clouds::all().into_iter().find(|(known, _)| known == cloud)?;
        let story = stories::all::<K>().into_iter().find(|story| story.name == name)?;
        let mut at = Vec::new();
        for trouble in troubles.split(',').filter(|text| !text.is_empty()) {
            let (step, trouble) = trouble.split_once(':')?;
            at.push((step.parse().ok()?, Trouble::named(trouble)?));
        }
        Some(Self { cloud, court: Stage::new().court(&switches), story, troubles: at })
    }

    /// What happens in it.
    pub(super) fn told(mut self) -> Failure {
        let troubles = std::mem::take(&mut self.troubles);
        self.run(&troubles, true)
    }

    /// The same kind of failure with fewer and earlier troubles.
    pub(super) fn shortened(mut self) -> Failure {
        let mut troubles = std::mem::take(&mut self.troubles);
        let wrong = self.run(&troubles, false).kind_of_wrong();
        if !wrong.is_empty() {
            troubles = shorten(troubles, |less| self.run(less, false).kind_of_wrong() == wrong);
        }
        self.run(&troubles, true)
    }

    fn run(&mut self, troubles: &[(usize, Trouble)], verbose: bool) -> Failure {
        let run = self.court.run(&self.story, troubles, verbose);
        let wrong = self.court.judge(&self.story, &run);
        Failure { line: line::<K>(&self.cloud, &self.story, troubles), wrong, told: run.world.told }
    }
}

/// Leaves out what is not needed, and lets the rest come as early as it may.
fn shorten(mut troubles: Troubles, mut fails: impl FnMut(&[(usize, Trouble)]) -> bool) -> Troubles {
    let mut number = 0;
    while number < troubles.len() {
        let mut less = troubles.clone();
        less.remove(number);
        if fails(&less) {
            troubles = less;
        } else {
            number += 1;
        }
    }
    for number in 0..troubles.len() {
        let earlier = (0..troubles[number].0).find_map(|step| {
            let mut moved = troubles.clone();
            moved[number].0 = step;
            // Two at one step are one.
            let apart = troubles.iter().enumerate().all(|(other, (at, _))| other == number || *at != step);
            (apart && fails(&moved)).then_some(moved)
        });
        troubles = earlier.unwrap_or(troubles);
    }
    troubles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_needed_is_left_out_and_the_rest_comes_early() {
        let lost = Trouble::Lost;
        let long = vec![(4, Trouble::Wiped), (9, lost), (30, Trouble::Edited)];
        let short = shorten(long.clone(), |some| {
            some.iter().any(|(step, trouble)| *trouble == lost && *step >= 3)
                && some.iter().any(|(step, trouble)| *trouble == Trouble::Edited && *step >= 7)
        });
        assert_eq!(short, [(3, lost), (7, Trouble::Edited)]);
        assert_eq!(shorten(long.clone(), |some| *some == long), long);
    }
}
