//! Text with stars and question marks, as policies and filters have it.

/// One piece of a pattern that is ready to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    Char(char),
    /// `*`
    Any,
    /// `?`
    One,
}

impl Token {
    /// What a character of a pattern stands for.
    pub(crate) fn of(character: char) -> Self {
        match character {
            '*' => Self::Any,
            '?' => Self::One,
            other => Self::Char(other),
        }
    }
}

/// Whether a text is like a pattern: a star stands for anything, a question mark for one character.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    matches(&pattern.chars().map(Token::of).collect::<Vec<_>>(), text)
}

/// Whether the whole of a text has the form of a pattern.
///
/// Only the last star is ever tried anew, so that no pattern takes long.
pub(crate) fn matches(pattern: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut seen) = (0, 0);
    // Where to go on if what follows the last `*` turns out not to fit.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at), text.get(seen)) {
            (None, None) => return true,
            (Some(Token::Any), _) => {
                at += 1;
                retry = Some((at, seen));
            }
            (Some(Token::One), Some(_)) => {
                at += 1;
                seen += 1;
            }
            (Some(Token::Char(wanted)), Some(found)) if wanted == found => {
                at += 1;
                seen += 1;
            }
            _ => match retry {
                Some((after, from)) if from < text.len() => {
                    at = after;
                    seen = from + 1;
                    retry = Some((after, seen));
                }
                _ => return false,
            },
        }
    }
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
