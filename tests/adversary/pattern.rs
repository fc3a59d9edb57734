//! Texts that match a pattern.

use fastrand::Rng;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A text that the pattern matches, or nothing if it could not be made with at most so many characters.
pub fn text(pattern: &str, longest: usize, random: &mut Rng) -> Option<String> {
    let hir = regex_syntax::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    let repeat = [0, 1, 3, longest][random.usize(..4)];
    let mut text = String::new();
    write(&hir, repeat, random, &mut text);
    (text.chars().count() <= longest).then_some(text)
}

fn write(hir: &Hir, most: usize, random: &mut Rng, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.push(character(class, random)),
        HirKind::Repetition(repetition) => {
            let least = repetition.min as usize;
            let most = repetition.max.map_or(least + most, |max| (max as usize).min(least + most));
            for _ in 0..random.usize(least..=most) {
                write(&repetition.sub, 2, random, text);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, most, random, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, most, random, text)),
        HirKind::Alternation(parts) => write(&parts[random.usize(..parts.len())], most, random, text),
    }
}

fn character(class: &Class, random: &mut Rng) -> char {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect(),
    };
    // What humans can read, where that is possible.
    let readable: Vec<(char, char)> = ranges
        .iter()
        .filter(|(from, to)| *from <= '~' && *to >= '!')
        .map(|(from, to)| ((*from).max('!'), (*to).min('~')))
        .collect();
    let ranges = if readable.is_empty() || random.u32(0..8) == 0 { ranges } else { readable };
    let (from, to) = ranges[random.usize(..ranges.len())];
    random.char(from..=to)
}

#[test]
fn what_is_made_matches() {
    let mut random = Rng::with_seed(1);
    for pattern in [
        "^[a-zA-Z][a-zA-Z0-9_]{0,47}$",
        "^arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+$",
        "^(PYTHON|NODE)_[0-9]+(_[0-9]+)?$",
    ] {
        let regex = regex::Regex::new(pattern).unwrap();
        for _ in 0..200 {
            if let Some(text) = text(pattern, 100, &mut random) {
                assert!(regex.is_match(&text), "{pattern}: {text:?}");
            }
        }
    }
}
