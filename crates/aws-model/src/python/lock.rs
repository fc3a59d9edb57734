//! The lock that lets one process build and the others wait.

use std::fs::{File, TryLockError};
use std::io::{Write, stderr};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::error::Error;

/// Looking at an environment takes less than this, so who waits longer waits for a build.
const QUIET_WAIT: Duration = Duration::from_secs(3);

/// Writes a line to stderr. Not `eprintln!`, which panics when stderr is closed.
pub(super) fn note(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

/// Waits for the lock, which the system releases if this process dies. The lock file stays: removing it would let a
/// waiting process lock a file that no later process can see.
pub(super) fn lock(path: &Path, what: &str) -> Result<File, Error> {
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(Error::io("open", path))?;
    let started = Instant::now();
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(50)),
            Err(TryLockError::Error(source)) => return Err(Error::io("lock", path)(source)),
        }
        if !told && started.elapsed() > QUIET_WAIT {
            note(&format!("Waiting for another process that builds {what}."));
            told = true;
        }
    }
}
