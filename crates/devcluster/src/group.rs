//! A process group that ends with this process, however this process ends.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::error::Error;

/// What the guard runs. Its standard input is a pipe whose write end only this
/// process holds, and nothing is ever written to it. So `read` returns when this
/// process is gone: after a normal exit, a panic, Ctrl-C and SIGKILL alike,
/// because the kernel closes the pipe.
///
/// The guard ignores the signals by which the group is asked to stop: it has to
/// outlive the others. It removes the folder before the last line, which ends
/// the guard too.
const GUARD: &str = "\
trap '' HUP INT QUIT TERM
while read -r _; do :; done
kill -TERM 0
sleep 1
rm -rf -- \"$1\" || { sleep 1; rm -rf -- \"$1\"; }
kill -KILL 0
";

/// A process group, led by a guard process.
///
/// Programs are put into it with [`join`](Self::join). Dropping it kills what is
/// left of it. If this process dies without dropping it, the guard does that, and
/// removes the group's folder.
///
/// The group is not the terminal's foreground group, so Ctrl-C reaches this
/// process only, and this process decides about the order of the end.
#[derive(Debug)]
pub(crate) struct ProcessGroup {
    /// Holds the write end of the guard's pipe. The standard library opens pipes
    /// close-on-exec, so no other child inherits it and keeps the guard waiting.
    guard: Child,
}

impl ProcessGroup {
    /// Starts a group with no program but its guard. `folder` is removed by the
    /// guard if this process dies.
    pub(crate) fn start(folder: &Path) -> Result<Self, Error> {
        let guard = Command::new("/bin/sh")
            .args([OsStr::new("-c"), OsStr::new(GUARD), OsStr::new("devcluster-guard"), folder.as_os_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Elsewhere than in the folder that it will remove.
            .current_dir("/")
            .process_group(0)
            .spawn()
            .map_err(Error::process("start", "/bin/sh, the guard of the process group"))?;
        Ok(Self { guard })
    }

    /// Makes the program a member of this group when it is started.
    pub(crate) fn join<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.process_group(self.pid().as_raw_nonzero().get())
    }

    /// The id of the group, which is the process id of its guard.
    pub(crate) fn id(&self) -> u32 {
        self.guard.id()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.guard)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        // The guard has not been waited for, so the id cannot be another group's.
        // An error means that the group is gone already, which is the aim.
        let _ = kill_process_group(self.pid(), Signal::KILL);
        let _ = self.guard.wait();
    }
}
