//! What a developer sees on stderr during a build of minutes.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use crate::note::note;

/// Often enough to see that it goes on, seldom enough for the log of a CI run.
const LINE_EVERY: Duration = Duration::from_secs(15);

/// On a terminal the one line is drawn again.
const REDRAW_EVERY: Duration = Duration::from_secs(1);

/// Tells about one step of a build.
#[derive(Debug)]
pub(crate) struct Progress {
    step: String,
    started: Instant,
    told: Instant,
    terminal: bool,
}

impl Progress {
    /// Announces the step.
    pub(crate) fn start(step: String) -> Self {
        let now = Instant::now();
        let progress = Self { step, started: now, told: now, terminal: stderr().is_terminal() };
        progress.tell("...");
        progress
    }

    /// Tells that the step still goes on, if it is time to. To be called often.
    pub(crate) fn tick(&mut self) {
        let every = if self.terminal { REDRAW_EVERY } else { LINE_EVERY };
        if self.told.elapsed() >= every {
            self.told = Instant::now();
            self.tell(&format!("... {} s", self.started.elapsed().as_secs()));
        }
    }

    /// Tells how long the step took.
    pub(crate) fn finish(self) {
        self.tell(&format!("done in {} s", self.started.elapsed().as_secs()));
    }

    fn tell(&self, state: &str) {
        if self.terminal {
            // Back to the start of the line, and erase what is longer there.
            let _ = write!(stderr(), "\r{}: {state}\x1b[K", self.step);
        } else {
            note(&format!("{}: {state}", self.step));
        }
    }
}

impl Drop for Progress {
    /// Leaves the line that was drawn again and again, also when the step failed.
    fn drop(&mut self) {
        if self.terminal {
            note("");
        }
    }
}
