//! The operator and the simulator as processes that end with this one.

use std::{
    fmt,
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// How long a process may take to end by itself: the operator finishes what it has begun.
const GRACE: Duration = Duration::from_secs(10);

/// How often a process that starts or ends is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How many of a log's last lines are shown.
const TAIL: usize = 15;

/// What the guard runs. `read` returns when xtask is gone, however it went, because only xtask holds the other
/// end of the guard's standard input. The guard outlives the signal by which it asks the others to end.
const GUARD: &str = "trap '' HUP INT QUIT TERM; while read -r _; do :; done; kill -TERM 0; sleep 2; kill -KILL 0";

/// A process group that Ctrl-C at the terminal doesn't reach, and that ends when xtask does.
pub(crate) struct Group {
    guard: Child,
}

impl Group {
    /// A group of its guard alone.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let guard = Command::new("/bin/sh")
            .args(["-c", GUARD, "xtask-guard"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()
            .context("cannot start /bin/sh, the guard of the processes")?;
        Ok(Self { guard })
    }

    /// Starts a program in this group. What it prints goes into `logs/NAME.log`.
    pub(crate) fn spawn(&self, name: &str, mut command: Command, logs: &Path) -> anyhow::Result<Process> {
        let log = logs.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("cannot create {}", log.display()))?;
        let other = file.try_clone().with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(other)
            .process_group(Pid::from_child(&self.guard).as_raw_nonzero().get())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Process { name: name.to_owned(), child, log })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The guard has not been waited for, so the id cannot be another group's.
        let _ = kill_process_group(Pid::from_child(&self.guard), Signal::KILL);
        let _ = self.guard.wait();
    }
}

/// A running program. Dropping it stops it.
pub(crate) struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Its id in the system.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// An error if the program has ended.
    pub(crate) fn check_running(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.child.try_wait().with_context(|| format!("cannot look at {}", self.name))? {
            bail!("{} ended by itself: {status}. {}", self.name, self.log_tail());
        }
        Ok(())
    }

    /// What follows `prefix` in the first line of the log that begins with it, as soon as there is one.
    pub(crate) fn printed(&mut self, prefix: &str, timeout: Duration) -> anyhow::Result<String> {
        let deadline = Instant::now() + timeout;
        loop {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            // A line without its end is still being written.
            let complete = log.rsplit_once('\n').map_or("", |(lines, _)| lines);
            if let Some(rest) = complete.lines().find_map(|line| line.strip_prefix(prefix)) {
                return Ok(rest.trim().to_owned());
            }
            self.check_running()?;
            if Instant::now() > deadline {
                bail!("{} is not ready after {} s. {}", self.name, timeout.as_secs(), self.log_tail());
            }
            sleep(LOOK_EVERY);
        }
    }

    /// How the log ends, and where all of it is.
    pub(crate) fn log_tail(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(TAIL)..).unwrap_or_default().join("\n");
        format!("Its log is {} and ends with:\n{tail}", self.log.display())
    }

    /// Where all that it prints is.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Ends the program: SIGTERM, and SIGKILL if it still runs after a while.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::TERM);
        let deadline = Instant::now() + GRACE;
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                self.signal(Signal::KILL);
                let _ = self.child.wait();
                return;
            }
            sleep(LOOK_EVERY);
        }
    }

    fn signal(&mut self, signal: Signal) {
        // Only a program that has not been waited for: its id may be another's then.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(Pid::from_child(&self.child), signal);
        }
    }
}

impl fmt::Display for Process {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} runs: pid {}, log {}", self.name, self.child.id(), self.log.display())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::{process::Command, time::Duration};

    use super::Group;

    #[test]
    fn a_process_prints_ends_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let group = Group::start().unwrap();
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "echo hello; echo at: there; exit 3"]);
        let mut process = group.spawn("greeter", shell, folder.path()).unwrap();
        assert_eq!(process.printed("at:", Duration::from_secs(10)).unwrap(), "there");
        let error = process.printed("never:", Duration::from_secs(10)).unwrap_err().to_string();
        assert!(error.contains("greeter ended by itself") && error.contains("exit status: 3"), "{error}");
        assert!(error.ends_with("greeter.log and ends with:\nhello\nat: there"), "{error}");
    }

    #[test]
    fn a_process_that_runs_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let group = Group::start().unwrap();
        let mut sleeper = Command::new("sleep");
        sleeper.arg("600");
        let process = group.spawn("sleeper", sleeper, folder.path()).unwrap();
        let pid = rustix::process::Pid::from_child(&process.child);
        assert!(rustix::process::test_kill_process(pid).is_ok());
        drop(process);
        assert!(rustix::process::test_kill_process(pid).is_err());
    }
}
