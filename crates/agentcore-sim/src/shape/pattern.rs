//! Regular expressions, each compiled once in the life of the program.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use regex::Regex;

/// What was compiled so far. It only saves time: no answer depends on it. A clone of an `Arc` costs nothing, one of a
/// `Regex` has to warm up anew.
static COMPILED: LazyLock<RwLock<Compiled>> = LazyLock::new(RwLock::default);

type Compiled = HashMap<&'static str, Option<Arc<Regex>>>;

/// Whether the whole of a text matches a pattern.
///
/// A pattern that is none matches nothing; a test goes through all of them.
pub(crate) fn matches(pattern: &'static str, text: &str) -> bool {
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
    let regex = known.unwrap_or_else(|| {
        let regex = Regex::new(&format!(r"\A(?:{pattern})\z")).ok().map(Arc::new);
        COMPILED.write().unwrap_or_else(PoisonError::into_inner).insert(pattern, regex.clone());
        regex
    });
    regex.is_some_and(|regex| regex.is_match(text))
}

/// For tests: whether all patterns in a shape are regular expressions.
#[cfg(test)]
pub(crate) fn assert_compile(shape: &'static super::Shape) {
    assert_these_compile(shape, &mut Vec::new());
}

#[cfg(test)]
fn assert_these_compile(shape: &'static super::Shape, seen: &mut Vec<*const super::Shape>) {
    use super::Shape;
    // A shape can contain itself.
    if seen.contains(&std::ptr::from_ref(shape)) {
        return;
    }
    seen.push(shape);
    match shape {
        Shape::Text { pattern, .. } => {
            matches(pattern, "");
            let compiled = COMPILED.read().unwrap().get(pattern).cloned();
            assert!(compiled.is_some_and(|regex| regex.is_some()), "{pattern}");
        }
        Shape::List { of, .. } => assert_these_compile(of, seen),
        Shape::Table { key, value, .. } => [key, value].into_iter().for_each(|shape| assert_these_compile(shape, seen)),
        Shape::Record(members) | Shape::Union(members) => {
            members.iter().for_each(|member| assert_these_compile(member.shape, seen));
        }
        Shape::Extended(own, shared) => {
            own.iter().chain(*shared).for_each(|member| assert_these_compile(member.shape, seen));
        }
        Shape::Choice(_) | Shape::Whole { .. } | Shape::Number | Shape::Flag | Shape::Document => {}
    }
}
