//! The objects as text. Pure: what is known goes in, lines come out.

use jiff::Timestamp;
use serde_json::Value;

/// What is shown of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Kind and name.
    pub(crate) object: String,
    /// The status of the condition Ready; empty while there is none.
    pub(crate) ready: String,
    /// AWS's word for the resource's state.
    pub(crate) state: String,
    /// What the kind's user asks next: a memory's type, a runtime's version.
    pub(crate) details: String,
    /// Why it is as it is.
    pub(crate) message: String,
    /// Whether it can't proceed without help.
    pub(crate) stalled: bool,
    /// Whether there is no such object any more, or not yet.
    pub(crate) gone: bool,
    /// When it was created in the cluster.
    pub(crate) created: Option<Timestamp>,
    /// The resource in AWS.
    pub(crate) arn: Option<String>,
    /// All conditions, a line for each.
    pub(crate) conditions: Vec<String>,
}

impl Row {
    /// An object that is not there.
    pub(crate) fn gone(kind: &str, name: &str) -> Self {
        Self {
            object: format!("{kind}/{name}"),
            ready: String::new(),
            state: String::new(),
            details: String::new(),
            message: String::new(),
            stalled: false,
            gone: true,
            created: None,
            arn: None,
            conditions: Vec::new(),
        }
    }

    /// An object with its status, as the API server gives it.
    pub(crate) fn of(kind: &str, name: &str, created: Option<Timestamp>, status: &Value) -> Self {
        let text = |path: &str| status.pointer(path).and_then(Value::as_str).map(tidy);
        let conditions = status.pointer("/conditions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let of_type = |type_: &str| conditions.iter().find(|condition| member(condition, "type") == type_);
        let ready = of_type("Ready");
        Self {
            ready: ready.map(|ready| member(ready, "status")).unwrap_or_default(),
            state: text("/state").unwrap_or_default(),
            details: text("/memoryType")
                .or_else(|| text("/version").map(|version| format!("version {version}")))
                .unwrap_or_default(),
            message: ready.map_or_else(
                || "not yet seen by the operator".to_owned(),
                |ready| format!("{}: {}", member(ready, "reason"), member(ready, "message")),
            ),
            stalled: of_type("Stalled").is_some_and(|stalled| member(stalled, "status") == "True"),
            gone: false,
            created,
            arn: text("/arn"),
            conditions: conditions.iter().map(condition).collect(),
            ..Self::gone(kind, name)
        }
    }

    /// Whether the object is there and Ready.
    pub(crate) fn is_ready(&self) -> bool {
        !self.gone && self.ready == "True"
    }

    /// Whether this looks the same, but for its age.
    fn looks_like(&self, other: &Self) -> bool {
        self.shown() == other.shown()
    }

    fn shown(&self) -> (bool, &str, &str, &str, &str) {
        (self.gone, &self.ready, &self.state, &self.details, &self.message)
    }

    fn ready_word(&self) -> &str {
        match (self.gone, self.ready.as_str()) {
            (true, _) => "gone",
            (false, "") => "-",
            (false, word) => word,
        }
    }

    /// Where attention is due: an ANSI colour.
    fn colour(&self) -> &'static str {
        match () {
            () if self.gone => "\x1b[2m",
            () if self.stalled => "\x1b[31m",
            () if self.is_ready() => "\x1b[32m",
            () => "\x1b[33m",
        }
    }
}

/// How a table is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// How many columns there are; without a number, as many as it takes.
    pub(crate) width: Option<usize>,
    /// Whether the lines contain ANSI colours.
    pub(crate) colour: bool,
}

/// The table, a line for its head and one for each object.
pub(crate) fn render(rows: &[Row], now: Timestamp, style: Style) -> Vec<String> {
    let head = ["OBJECT", "READY", "STATE", "DETAILS", "AGE", "MESSAGE"].map(str::to_owned);
    let cells: Vec<[String; 6]> = rows.iter().map(|row| cells(row, now)).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|column| std::iter::once(&head).chain(&cells).filter_map(|line| line.get(column)).map(length).max())
        .map(Option::unwrap_or_default)
        .collect();
    let line = |cells: &[String; 6]| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}", width = *width)).collect();
        cut(padded.join("  ").trim_end(), style.width)
    };
    let mut lines = vec![line(&head)];
    for (row, cells) in rows.iter().zip(&cells) {
        let text = line(cells);
        lines.push(if style.colour { format!("{}{text}\x1b[0m", row.colour()) } else { text });
    }
    lines
}

/// The rows that look different from those that were shown before, as one line each.
pub(crate) fn changes(before: &[Row], rows: &[Row]) -> Vec<String> {
    let same = |row: &Row| before.iter().any(|old| old.object == row.object && old.looks_like(row));
    rows.iter().filter(|row| !same(row)).map(change).collect()
}

fn change(row: &Row) -> String {
    if row.gone {
        return format!("{}: gone", row.object);
    }
    let mut parts = vec![format!("Ready={}", if row.ready.is_empty() { "-" } else { &row.ready })];
    parts.extend([&row.state, &row.details, &row.message].into_iter().filter(|part| !part.is_empty()).cloned());
    format!("{}: {}", row.object, parts.join(", "))
}

fn cells(row: &Row, now: Timestamp) -> [String; 6] {
    let age = row.created.map_or_else(|| "-".to_owned(), |created| age(now.as_second() - created.as_second()));
    [
        row.object.clone(),
        row.ready_word().to_owned(),
        dash(&row.state),
        dash(&row.details),
        age,
        row.message.trim_end_matches([':', ' ']).to_owned(),
    ]
}

fn dash(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { text.to_owned() }
}

/// An age as kubectl writes it, roughly.
fn age(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..120 => format!("{seconds}s"),
        seconds @ 120..7200 => format!("{}m", seconds / 60),
        seconds => format!("{}h", seconds / 3600),
    }
}

fn length(text: impl AsRef<str>) -> usize {
    text.as_ref().chars().count()
}

/// Shortens a line to the width, with an ellipsis in place of what is left out.
fn cut(line: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if length(line) > width => {
            let mut short: String = line.chars().take(width.saturating_sub(1)).collect();
            short.push('…');
            short
        }
        _ => line.to_owned(),
    }
}

fn condition(condition: &Value) -> String {
    let part = |name| member(condition, name);
    format!("{}={} ({}): {}", part("type"), part("status"), part("reason"), part("message"))
}

fn member(object: &Value, name: &str) -> String {
    object.get(name).and_then(Value::as_str).map(tidy).unwrap_or_default()
}

/// One line, and nothing that a terminal would act upon.
fn tidy(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
