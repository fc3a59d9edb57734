//! One long-running program of a process group, with a log file.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::error::Error;
use crate::group::ProcessGroup;
use crate::log_tail::LogTail;

/// How often a running program is looked at.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts the program in the group. Its output is appended to the log, so
    /// that the log of a restarted program tells the whole story.
    pub(crate) fn spawn(
        name: &'static str,
        command: &mut Command,
        group: &ProcessGroup,
        log: &Path,
    ) -> Result<Self, Error> {
        let open = || OpenOptions::new().create(true).append(true).open(log);
        let stdout = open().map_err(Error::io("open", log))?;
        let stderr = open().map_err(Error::io("open", log))?;
        let child = group
            .join(command)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .map_err(Error::process("start", name))?;
        Ok(Self { name, child, log: log.to_owned() })
    }

    /// How the program ended, if it did.
    pub(crate) fn status(&mut self) -> Result<Option<ExitStatus>, Error> {
        self.child.try_wait().map_err(Error::process("wait for", self.name))
    }

    /// An error if the program has ended.
    pub(crate) fn check_running(&mut self) -> Result<(), Error> {
        match self.status()? {
            None => Ok(()),
            Some(status) => Err(Error::Exited { process: self.name, status, log: Box::new(LogTail::read(&self.log)) }),
        }
    }

    /// Ends the program: SIGTERM, and SIGKILL if it still runs after `grace`.
    pub(crate) fn stop(&mut self, grace: Duration) {
        self.ask_to_stop();
        self.await_end(Instant::now() + grace);
    }

    /// Sends SIGTERM. Several programs are asked first and awaited then, so that
    /// they stop side by side.
    pub(crate) fn ask_to_stop(&mut self) {
        self.signal(Signal::TERM);
    }

    /// Waits for the end, and brings it about with SIGKILL at the deadline.
    pub(crate) fn await_end(&mut self, deadline: Instant) {
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() >= deadline {
                self.signal(Signal::KILL);
                let _ = self.child.wait();
                return;
            }
            sleep(POLL);
        }
    }

    fn signal(&mut self, signal: Signal) {
        // Only a program that has not been waited for: its id may be another's then.
        // The signal can come too late, which is no error.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(Pid::from_child(&self.child), signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.await_end(Instant::now());
    }
}
