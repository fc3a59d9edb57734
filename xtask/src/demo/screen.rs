//! What the user sees: on a terminal a table that changes in place, elsewhere a line for each change.

use std::{
    io::{self, IsTerminal, Write},
    time::Instant,
};

use jiff::Timestamp;
use rustix::termios::tcgetwinsize;

use super::table::{self, Row, Style};

/// Standard output, as a terminal or as a stream of lines.
pub(crate) struct Screen {
    started: Instant,
    terminal: bool,
    colour: bool,
    /// How many lines of the table are above the cursor, to be drawn over.
    drawn: usize,
    shown: Vec<Row>,
}

impl Screen {
    /// A screen on which nothing is yet. Times count from here.
    pub(crate) fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let terminal = io::stdout().is_terminal() && !dumb;
        let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { started: Instant::now(), terminal, colour, drawn: 0, shown: Vec::new() }
    }

    /// Says something; a table that is on the screen stays above it.
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        if self.drawn > 0 {
            writeln!(stdout)?;
        }
        self.drawn = 0;
        writeln!(stdout, "{text}")?;
        stdout.flush()
    }

    /// Says what is done now, and when.
    pub(crate) fn step(&mut self, text: &str) -> io::Result<()> {
        let clock = self.clock();
        self.say(&format!("{clock} {text}"))
    }

    /// Shows the objects as they are now.
    pub(crate) fn show(&mut self, rows: &[Row]) -> io::Result<()> {
        let changes = table::changes(&self.shown, rows);
        // Below what was said meanwhile, a new table is begun when there is news only.
        let redraw = self.drawn > 0 || !changes.is_empty();
        self.shown = rows.to_vec();
        match self.terminal {
            true if redraw => self.draw(),
            true => Ok(()),
            false => changes.iter().try_for_each(|change| self.step(change)),
        }
    }

    /// Shows the table as it is in the end, where it was not shown all the time.
    pub(crate) fn conclude(&mut self) -> io::Result<()> {
        if self.terminal && self.drawn > 0 {
            return self.draw();
        }
        let lines = table::render(&self.shown, Timestamp::now(), self.style());
        self.say(&format!("\n{}\n", lines.join("\n")))
    }

    /// The objects as they were shown last.
    pub(crate) fn shown(&self) -> &[Row] {
        &self.shown
    }

    fn draw(&mut self) -> io::Result<()> {
        let lines = table::render(&self.shown, Timestamp::now(), self.style());
        let mut stdout = io::stdout().lock();
        if self.drawn > 0 {
            write!(stdout, "\x1b[{}A", self.drawn)?;
        } else {
            writeln!(stdout)?;
        }
        for line in &lines {
            writeln!(stdout, "\r\x1b[2K{line}")?;
        }
        stdout.flush()?;
        self.drawn = lines.len();
        Ok(())
    }

    fn style(&self) -> Style {
        // A line that fills the last column would be broken by some terminals.
        let width = tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col)).filter(|width| *width > 1);
        Style { width: if self.terminal { width.map(|width| width - 1) } else { None }, colour: self.colour }
    }

    fn clock(&self) -> String {
        format!("[{:5.1} s]", self.started.elapsed().as_secs_f32())
    }
}
