//! Messages to the developer.

use std::io::{Write, stderr};

/// Writes a line to stderr. Not `eprintln!`, which panics when stderr is closed.
pub(crate) fn note(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}
