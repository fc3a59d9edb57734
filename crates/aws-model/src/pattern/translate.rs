//! From the patterns of the models to those of the crate `regex`.
//!
//! The models have the regular expressions of Java and ECMAScript. Read as Rust's, they would mean something else, or
//! nothing: `\w` and `\d` are ASCII there; `[`, `&&`, `~~` and `--` in a class are characters; a `-` in a class may
//! stand anywhere; and so may a brace outside of one.

/// The members of ASCII classes, to stand inside of `[...]`.
fn ascii(class: char) -> Option<&'static str> {
    match class {
        'd' | 'D' => Some("0-9"),
        'w' | 'W' => Some("0-9A-Za-z_"),
        's' | 'S' => Some(r" \t\n\x0B\f\r"),
        _ => None,
    }
}

/// The pattern in Rust's syntax. It has the same groups.
pub(crate) fn translate(pattern: &str) -> String {
    // sts has this for "beyond the basic plane". Read by the letter it is U+1000, `0` to U+10FF, `FF`.
    let pattern = pattern.replace(r"\u10000-\u10FFFF", r"\x{10000}-\x{10FFFF}");
    let mut reader = Reader { rest: pattern.chars().collect::<Vec<_>>().into_iter().peekable(), out: String::new() };
    while let Some(char) = reader.rest.next() {
        match char {
            '\\' => {
                reader.escape(false);
            }
            '[' => reader.class(),
            '{' if !reader.quantifier() => reader.out.push_str(r"\{"),
            '{' => reader.copy_to('{', '}'),
            '}' => reader.out.push_str(r"\}"),
            other => reader.out.push(other),
        }
    }
    reader.out
}

struct Reader {
    rest: std::iter::Peekable<std::vec::IntoIter<char>>,
    out: String,
}

impl Reader {
    /// Whether a quantifier follows the opening brace: `{2}`, `{2,}`, `{2,3}`.
    fn quantifier(&self) -> bool {
        let inside: String = self.rest.clone().take_while(|char| *char != '}').collect();
        let closed = self.rest.clone().any(|char| char == '}');
        let (least, most) = inside.split_once(',').unwrap_or((&inside, ""));
        let number = |text: &str| text.chars().all(|char| char.is_ascii_digit());
        closed && !least.is_empty() && number(least) && number(most)
    }

    fn copy_to(&mut self, first: char, last: char) {
        self.out.push(first);
        for char in self.rest.by_ref() {
            self.out.push(char);
            if char == last {
                break;
            }
        }
    }

    /// What follows a backslash. Whether it is a single character, which can begin or end a range.
    fn escape(&mut self, in_class: bool) -> bool {
        let Some(char) = self.rest.next() else {
            self.out.push_str(r"\\");
            return true;
        };
        match char {
            'd' | 'w' | 's' | 'D' | 'W' | 'S' => {
                let set = ascii(char).unwrap_or_default();
                let text = match (char.is_ascii_uppercase(), in_class) {
                    (false, true) => set.to_owned(),
                    (false, false) => format!("[{set}]"),
                    (true, _) => format!("[^{set}]"),
                };
                self.out.push_str(&text);
                return false;
            }
            'p' | 'P' => {
                self.out.push('\\');
                self.out.push(char);
                if self.rest.next_if_eq(&'{').is_some() {
                    self.copy_to('{', '}');
                }
                return false;
            }
            'u' => self.hex(4),
            'x' if self.rest.peek() != Some(&'{') => self.hex(2),
            'x' => {
                self.out.push_str(r"\x");
                self.rest.next();
                self.copy_to('{', '}');
            }
            other if other.is_ascii_alphanumeric() => {
                self.out.push('\\');
                self.out.push(other);
            }
            other => self.literal(other),
        }
        true
    }

    fn hex(&mut self, digits: usize) {
        let code: String = self.rest.by_ref().take(digits).collect();
        self.out.extend([r"\x{", &code, "}"]);
    }

    fn literal(&mut self, char: char) {
        // `\<` and `\>` would be the ends of a word.
        if char.is_ascii_punctuation() && !matches!(char, '<' | '>') {
            self.out.push('\\');
        }
        self.out.push(char);
    }

    /// A class, after its opening bracket.
    fn class(&mut self) {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        // Whether a `-` after what was last read would make a range.
        let mut begins = false;
        while let Some(char) = self.rest.next() {
            match char {
                ']' => break,
                '\\' => begins = self.escape(true),
                '-' if begins && self.ends_range() => {
                    self.out.push('-');
                    match self.rest.next() {
                        Some('\\') => drop(self.escape(true)),
                        Some(last) => self.literal(last),
                        None => {}
                    }
                    begins = false;
                }
                other => {
                    self.literal(other);
                    begins = true;
                }
            }
        }
        self.out.push(']');
    }

    /// Whether what follows a `-` can end a range: a character, not the end of the class and not a class.
    fn ends_range(&self) -> bool {
        let mut rest = self.rest.clone();
        match rest.next() {
            None | Some(']') => false,
            Some('\\') => rest.next().is_some_and(|char| ascii(char).is_none() && !matches!(char, 'p' | 'P')),
            Some(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn patterns_mean_what_they_mean_in_java() {
        for (pattern, expected) in [
            (r"\w+", "[0-9A-Za-z_]+"),
            (r"[\w+=,.@-]+", r"[0-9A-Za-z_\+\=\,\.\@\-]+"),
            (r"[0-9-_]", r"[0-9\-\_]"),
            (r"[a-z-.]", r"[a-z\-\.]"),
            (r"[\w-.]", r"[0-9A-Za-z_\-\.]"),
            (r"[ -~]", r"[ -\~]"),
            (r"[\s\S]*", r"[ \t\n\x0B\f\r[^ \t\n\x0B\f\r]]*"),
            (r"[[&&]", r"[\[\&\&]"),
            (r"a{2,3}{x}", r"a{2,3}\{x\}"),
            (r"\u0020\x7F", r"\x{0020}\x{7F}"),
            (r"\/\-\<", r"\/\-<"),
            (r"[\p{L}-]", r"[\p{L}\-]"),
            (r"(?!a$)b", r"(?!a$)b"),
        ] {
            assert_eq!(translate(pattern), expected, "{pattern}");
        }
    }
}
