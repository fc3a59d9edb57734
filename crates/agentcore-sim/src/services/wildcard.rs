//! Text with stars and question marks, as policies and filters have it.

/// Whether a text is like a pattern: a star stands for anything, a question mark for one character.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let mut pattern_rest = pattern.chars();
    match pattern_rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = pattern_rest.as_str();
            let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            starts.filter_map(|at| text.get(at..)).any(|text| like(rest, text))
        }
        Some(wanted) => {
            let mut text_rest = text.chars();
            text_rest.next().is_some_and(|found| wanted == '?' || wanted == found)
                && like(pattern_rest.as_str(), text_rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn stars_and_question_marks() {
        assert!(like("dev-*", "dev-1") && like("*", "") && like("a*c*e", "abcde") && like("v1", "v1"));
        assert!(!like("dev-*", "prod-1") && !like("a*c", "abcd") && !like("v1", "v10") && like("v?", "v1"));
    }
}
