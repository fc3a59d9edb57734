//! The patterns of strings.

mod translate;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use fancy_regex::{Regex, RegexBuilder};

pub(crate) use self::translate::translate;
use crate::model::Model;

/// Some patterns repeat a large class two thousand times, which takes more than the crate's own limit.
const SIZE: usize = 256 * 1024 * 1024;

type Compiled = Arc<Result<Regex, String>>;

/// Compiling takes longer than matching, and the same few patterns are asked again and again.
static COMPILED: LazyLock<Mutex<HashMap<String, Compiled>>> = LazyLock::new(Mutex::default);

/// The pattern, ready to match a whole string; or why it can't be used.
pub(crate) fn compiled(pattern: &str) -> Compiled {
    let known = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(compiled) = known().get(pattern) {
        return Arc::clone(compiled);
    }
    // Not under the lock: some take long.
    let compiled: Compiled = Arc::new(compile(pattern));
    known().insert(pattern.to_owned(), Arc::clone(&compiled));
    compiled
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let anchored = format!("^(?:{})$", translate(pattern));
    RegexBuilder::new(&anchored).delegate_size_limit(SIZE).build().map_err(|error| error.to_string())
}

/// A pattern that can't be used: strings of the shape are not checked against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The shape that has the pattern.
    pub shape: String,
    /// The pattern, as the model has it.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Model {
    /// The patterns that can't be used, for a test to show. Compiles all of them, which takes a moment.
    pub fn unusable_patterns(&self) -> Vec<Unusable> {
        let patterns = self.shapes.iter().filter_map(|(name, shape)| Some((name, shape.pattern.as_ref()?)));
        patterns
            .filter_map(|(name, pattern)| match compiled(pattern).as_ref() {
                Ok(_) => None,
                Err(reason) => Some(Unusable { shape: name.clone(), pattern: pattern.clone(), reason: reason.clone() }),
            })
            .collect()
    }
}
