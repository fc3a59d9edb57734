//! Strings that match a pattern.

use fastrand::Rng;
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

use crate::pattern::{compiled, translate};

/// How far above its least number a repetition may go. Few for short strings, many where a length is asked for.
const SPREADS: [u32; 9] = [0, 1, 2, 5, 12, 30, 70, 150, 300];

/// Most patterns are matched at the first try. Look-ahead is left to chance, and so are lengths.
const TRIES: usize = 600;

/// The characters that are preferred: those that a person would type. No space, which headers lose at their ends.
const PLAIN: std::ops::RangeInclusive<char> = '!'..='~';

/// A string that matches the pattern and whose length `fits`; if none is found, none.
pub(super) fn matching(pattern: &str, fits: impl Fn(usize) -> bool, rng: &mut Rng) -> Option<String> {
    let compiled = compiled(pattern);
    let regex = compiled.as_ref().as_ref().ok()?;
    let hir = regex_syntax::parse(&without_look_around(&translate(pattern))).ok()?;
    (0..TRIES).find_map(|_| {
        let mut text = String::new();
        let spread = *rng.choice(&SPREADS)?;
        write(&hir, spread, rng, &mut text);
        (fits(text.chars().count()) && regex.is_match(&text).unwrap_or(false)).then_some(text)
    })
}

/// The pattern without its groups that look ahead or behind, which the parser does not know. In what `translate` makes,
/// every parenthesis that is none has a backslash.
fn without_look_around(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    // How deep in groups that are left out.
    let mut depth = 0_usize;
    while let Some(char) = rest.chars().next() {
        let looks = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|start| rest.starts_with(start));
        let length = if char == '\\' { 1 + rest.chars().nth(1).map_or(0, char::len_utf8) } else { char.len_utf8() };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match token {
            "(" if looks || depth > 0 => depth += 1,
            ")" if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            token => out.push_str(token),
        }
        rest = after;
    }
    out
}

fn write(hir: &Hir, spread: u32, rng: &mut Rng, out: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => out.extend(one_of(class, rng)),
        HirKind::Class(Class::Bytes(class)) => {
            out.extend(class.ranges().first().map(|range| char::from(range.start())));
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX).min(repetition.min.saturating_add(spread));
            let count = rng.u32(repetition.min..=most);
            for _ in 0..count {
                // Shared, or repetitions in repetitions would make strings of millions.
                write(&repetition.sub, spread / count, rng, out);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, spread, rng, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, spread, rng, out)),
        HirKind::Alternation(parts) => {
            if let Some(part) = rng.choice(parts) {
                write(part, spread, rng, out);
            }
        }
    }
}

fn one_of(class: &ClassUnicode, rng: &mut Rng) -> Option<char> {
    // The ranges are in order, and a class like `\p{L}` has hundreds of them behind these.
    let first = class.ranges().iter().take_while(|range| range.start() <= *PLAIN.end());
    let plain: Vec<char> =
        first.flat_map(|range| range.start().max(*PLAIN.start())..=range.end().min(*PLAIN.end())).collect();
    rng.choice(plain).or_else(|| {
        let range = rng.choice(class.ranges())?;
        Some(rng.char(range.start()..=range.end()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_match_their_patterns() {
        let mut rng = Rng::with_seed(1);
        for (pattern, least) in [
            (r"[a-zA-Z][a-zA-Z0-9_]{0,47}", 1),
            (r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,256}", 33),
            (r"arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+", 20),
            (r"(?!actorId$|sessionId$)[a-z][a-z0-9]*", 3),
            (r"[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]", 3),
            (r"[\u0080-\u00FF]{3}", 3),
        ] {
            for _ in 0..20 {
                let text = matching(pattern, |length| length >= least, &mut rng).unwrap();
                assert!(text.chars().count() >= least, "{pattern}: {text}");
            }
        }
        assert_eq!(matching("a{2}", |length| length > 2, &mut rng), None);
    }

    #[test]
    fn look_around_is_left_out() {
        assert_eq!(without_look_around(r"(?!a(b)\)|c)d(e)(?<=f)\("), r"d(e)\(");
    }
}
