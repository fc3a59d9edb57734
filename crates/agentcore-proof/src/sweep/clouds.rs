//! The kinds of AWS that stories are told in: what is not known about AWS is a switch of the simulator.

use std::{cmp::Reverse, collections::BTreeSet};

/// A kind of AWS: its name, and how the simulator is switched.
pub type Cloud = (String, Vec<&'static str>);

/// The one that is as by default.
pub const PLAIN: &str = "plain";

/// Each switch with its settings, the default first.
const AXES: &[&[&str]] = &[
    &["tokenLifetimeSeconds=86400", "tokenLifetimeSeconds=60", "tokenLifetimeSeconds=0"],
    &["runtimeNames=unique", "runtimeNames=free"],
    &["gone=not-found", "gone=deleted", "gone=access-denied"],
    &["updatedAtMoves=write", "updatedAtMoves=settle", "updatedAtMoves=tags"],
    &["clockSkewMs=0", "clockSkewMs=4000", "clockSkewMs=-4000"],
    &["memoryPage=50", "memoryPage=100"],
    &["failedRequestBindsToken=off", "failedRequestBindsToken=on"],
    &["memoryTags=served", "memoryTags=refused"],
    &["omittedRuntimeMember=reset", "omittedRuntimeMember=kept"],
    &["omittedMemoryMember=kept", "omittedMemoryMember=reset"],
    &["memoryActiveFirst=off", "memoryActiveFirst=on"],
    &["runtimeDeletion=cascade", "runtimeDeletion=conflict"],
    &["updateAfterFailedCreate=on", "updateAfterFailedCreate=off"],
    &["readLagMs=0", "readLagMs=300"],
    &["listLagMs=0", "listLagMs=3000"],
    &["flaps=off", "flaps=on"],
];

/// Where nothing is promised: see `tests/ends.rs`.
const ENDS: &[[&str; 2]] = &[["tokenLifetimeSeconds=0", "runtimeNames=free"]];

/// A setting: the number of the switch, and of its setting.
type Setting = (usize, usize);

/// All of them: the one by default, some that go together, and so many that each pair of settings of two switches
/// occurs in at least one.
pub fn all() -> Vec<Cloud> {
    let named = [
        (PLAIN, vec![]),
        ("no-tokens", vec!["tokenLifetimeSeconds=0"]),
        ("token60", vec!["tokenLifetimeSeconds=60", "failedRequestBindsToken=true", "memoryPage=100"]),
        ("free-names", vec!["runtimeNames=free", "updatedAtMoves=settle"]),
        ("no-tags", vec!["memoryTags=refused", "updateAfterFailedCreate=false"]),
        ("deleted", vec!["gone=deleted", "memoryActiveFirst=true"]),
        ("hiding", vec!["gone=access-denied", "omittedRuntimeMember=kept", "omittedMemoryMember=reset"]),
        ("lagging", vec!["listLagMs=3000", "readLagMs=300", "updatedAtMoves=tags"]),
        ("flaps", vec!["flaps=on", "runtimeDeletion=conflict"]),
    ];
    let named = named.map(|(name, switches)| (name.to_owned(), switches));
    let mixed = covering().into_iter().enumerate().map(|(number, row)| {
        let switches = row.into_iter().map(|(axis, setting)| AXES[axis][setting]).collect();
        (format!("mixed{}", number + 1), switches)
    });
    named.into_iter().chain(mixed).collect()
}

fn may_meet(a: Setting, b: Setting) -> bool {
    let of = |(axis, setting): Setting| AXES[axis][setting];
    !ENDS.iter().any(|ends| ends.contains(&of(a)) && ends.contains(&of(b)))
}

/// Rows of one setting of each switch. Greedy: each begins with a pair that no row has yet, and takes of every other
/// switch the setting that makes the most of such pairs.
fn covering() -> Vec<Vec<Setting>> {
    let settings = |axis: usize| (0..AXES[axis].len()).map(move |setting| (axis, setting));
    let mut left: BTreeSet<(Setting, Setting)> = (0..AXES.len())
        .flat_map(|a| (a + 1..AXES.len()).map(move |b| (a, b)))
        .flat_map(|(a, b)| settings(a).flat_map(move |a| settings(b).map(move |b| (a, b))))
        .filter(|(a, b)| may_meet(*a, *b))
        .collect();
    let mut rows = Vec::new();
    while let Some((a, b)) = left.first().copied() {
        let mut row = vec![a, b];
        for axis in (0..AXES.len()).filter(|axis| ![a.0, b.0].contains(axis)) {
            let gain = |one: Setting| {
                let new = row.iter().filter(|other| left.contains(&((**other).min(one), (**other).max(one))));
                new.count()
            };
            let fits = settings(axis).filter(|one| row.iter().all(|other| may_meet(*one, *other)));
            let best = fits.min_by_key(|one| Reverse(gain(*one))).expect("a setting that may meet the others");
            row.push(best);
        }
        row.sort_unstable();
        left.retain(|(a, b)| !(row.contains(a) && row.contains(b)));
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_of_settings_occurs() {
        let rows = covering();
        let text = |(axis, setting): Setting| AXES[axis][setting];
        for (a, settings) in AXES.iter().enumerate() {
            for (b, others) in AXES.iter().enumerate().skip(a + 1) {
                for one in (0..settings.len()).map(|setting| (a, setting)) {
                    for other in (0..others.len()).map(|setting| (b, setting)) {
                        let occurs = rows.iter().any(|row| row.contains(&one) && row.contains(&other));
                        let promised = !ENDS.contains(&[text(one), text(other)]);
                        assert_eq!(occurs, promised, "{} {}", text(one), text(other));
                    }
                }
            }
        }
        assert!(rows.iter().all(|row| row.len() == AXES.len()));
        assert!(rows.len() < 20, "{} rows", rows.len());
    }
}
