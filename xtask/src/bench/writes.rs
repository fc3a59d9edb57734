//! What an operator has written to the API server, by the audit log.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde::Deserialize;

/// The audit log from here on.
pub(crate) struct Mark {
    log: PathBuf,
    offset: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    verb: String,
    user: User,
    object_ref: Option<Object>,
}

#[derive(Deserialize)]
struct User {
    username: String,
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    resource: String,
}

impl Mark {
    /// The end of the log now.
    pub(crate) fn set(log: &Path) -> anyhow::Result<Self> {
        let found = fs::metadata(log).with_context(|| format!("cannot read {}", log.display()))?;
        Ok(Self { log: log.to_owned(), offset: found.len() })
    }

    /// How many writes of a user were answered since, those of leases apart.
    pub(crate) fn writes_since(&self, user: &str) -> anyhow::Result<usize> {
        let mut file = File::open(&self.log).with_context(|| format!("cannot read {}", self.log.display()))?;
        file.seek(SeekFrom::Start(self.offset))?;
        let mut count = 0;
        for line in BufReader::new(file).lines() {
            count += usize::from(is_write(&line?, user));
        }
        Ok(count)
    }
}

/// Whether an event is a write of this user to anything but a lease. The last line can be half written.
fn is_write(line: &str, user: &str) -> bool {
    let Ok(event) = serde_json::from_str::<Event>(line) else { return false };
    let lease = event.object_ref.is_some_and(|object| object.resource == "leases");
    let reads = ["get", "list", "watch"].contains(&event.verb.as_str());
    event.user.username == user && !reads && !lease
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Mark, is_write};

    fn event(verb: &str, user: &str, resource: &str) -> String {
        format!(r#"{{"verb":"{verb}","user":{{"username":"{user}"}},"objectRef":{{"resource":"{resource}"}}}}"#)
    }

    #[test]
    fn reads_leases_and_others_do_not_count() {
        assert!(is_write(&event("patch", "me", "agentmemories"), "me"));
        assert!(is_write(&event("create", "me", "events"), "me"));
        assert!(!is_write(&event("patch", "other", "agentmemories"), "me"));
        assert!(!is_write(&event("update", "me", "leases"), "me"));
        assert!(!is_write(&event("watch", "me", "agentmemories"), "me"));
        assert!(!is_write(r#"{"verb":"pa"#, "me"));
    }

    #[test]
    fn only_what_comes_after_the_mark_counts() {
        let mut log = tempfile::NamedTempFile::new().unwrap();
        writeln!(log, "{}", event("patch", "me", "a")).unwrap();
        let mark = Mark::set(log.path()).unwrap();
        assert_eq!(mark.writes_since("me").unwrap(), 0);
        writeln!(log, "{}", event("patch", "me", "a")).unwrap();
        assert_eq!(mark.writes_since("me").unwrap(), 1);
    }
}
