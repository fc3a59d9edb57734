//! The end of a log file, for error messages.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Enough for the message that matters, little enough to read in a terminal.
const LINES: usize = 30;

/// Lines further back than this are not looked for: an API server's log can be large.
const BYTES: u64 = 64 * 1024;

/// A log file and how it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTail {
    /// The whole log.
    pub path: PathBuf,
    /// Its last lines.
    pub end: String,
}

impl LogTail {
    /// Reads the last lines of the log.
    ///
    /// A log that cannot be read gives a note instead of an error, because this is
    /// used to report another error, which must not be hidden.
    pub(crate) fn read(path: &Path) -> Self {
        let end = match read_end(path) {
            Ok(text) => {
                let mut lines: Vec<&str> = text.lines().rev().take(LINES).collect();
                lines.reverse();
                if lines.is_empty() { "(nothing)".to_owned() } else { lines.join("\n") }
            }
            Err(error) => format!("(it cannot be read: {error})"),
        };
        Self { path: path.to_owned(), end }
    }
}

impl fmt::Display for LogTail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the log is {} and ends with:\n{}", self.path.display(), self.end)
    }
}

fn read_end(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_of_a_long_log_are_given_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.log");
        let text: Vec<String> = (0..20_000).map(|number| format!("line {number}")).collect();
        std::fs::write(&path, text.join("\n")).unwrap();
        let tail = LogTail::read(&path).end;
        assert_eq!(tail.lines().count(), LINES);
        assert!(tail.starts_with("line 19970\n") && tail.ends_with("line 19999"), "{tail}");
    }
}
