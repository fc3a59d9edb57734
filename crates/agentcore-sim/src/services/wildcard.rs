//! Text with stars and question marks, as policies and filters have it.

/// Whether a text is like a pattern: a star stands for anything, a question mark for one character.
///
/// Only the last star is ever tried anew, so that no pattern takes long.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where the last star is, and where the text goes on behind what it stands for.
    let mut star = None;
    while let Some(found) = text.get(from) {
        match (pattern.get(at), star) {
            (Some('*'), _) => {
                star = Some((at, from));
                at += 1;
            }
            (Some(wanted), _) if *wanted == '?' || wanted == found => {
                at += 1;
                from += 1;
            }
            (_, Some((place, behind))) => {
                star = Some((place, behind + 1));
                at = place + 1;
                from = behind + 1;
            }
            (_, None) => return false,
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn stars_and_question_marks() {
        assert!(like("dev-*", "dev-1") && like("*", "") && like("a*c*e", "abcde") && like("v1", "v1"));
        assert!(like("a*b*c", "abbbcbc") && like("", "") && like("a**", "a") && like("*a", "aa"));
        assert!(!like("dev-*", "prod-1") && !like("a*c", "abcd") && !like("v1", "v10") && like("v?", "v1"));
        assert!(!like("v?", "v") && !like("", "a") && !like("a*b", "ac"));
        assert!(!like(&"a*".repeat(40), &"b".repeat(10_000)));
    }
}
