use jiff::Timestamp;
use serde_json::json;

use super::{Row, Style, age, changes, render};

const PLAIN: Style = Style { width: None, colour: false };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn memory(ready: &str, state: &str, memory_type: &str, message: &str) -> Row {
    let status = json!({
        "state": state,
        "memoryType": memory_type,
        "conditions": [{ "type": "Ready", "status": ready, "reason": "Why", "message": message }],
    });
    Row::of("AgentMemory", "a", Some(at(100)), &status)
}

#[test]
fn columns_line_up() {
    let runtime = Row::of("AgentRuntime", "quickstart", Some(at(40)), &json!({ "observedGeneration": -1 }));
    let rows = [memory("True", "ACTIVE", "STM only", "fine"), runtime, Row::gone("CodeInterpreter", "c")];
    assert_eq!(
        render(&rows, at(103), PLAIN),
        [
            "OBJECT                   READY  STATE   DETAILS   AGE  MESSAGE",
            "AgentMemory/a            True   ACTIVE  STM only  3s   Why: fine",
            "AgentRuntime/quickstart  -      -       -         63s  not yet seen by the operator",
            "CodeInterpreter/c        gone   -       -         -",
        ]
    );
}

#[test]
fn narrow_lines_are_cut() {
    let rows = [memory("True", "ACTIVE", "STM only", "a long message that does not fit")];
    for width in [0, 1, 20, 50, 60] {
        for line in render(&rows, at(103), Style { width: Some(width), colour: false }) {
            assert!(line.chars().count() <= width.max(1), "{width}: {line}");
        }
    }
    let lines = render(&rows, at(103), Style { width: Some(50), colour: false });
    assert_eq!(lines[1], "AgentMemory/a  True   ACTIVE  STM only  3s   Why:…");
}

#[test]
fn colours_are_by_need() {
    let style = Style { width: Some(30), colour: true };
    let coloured = |row: Row| render(&[row], at(100), style)[1].clone();
    assert!(coloured(memory("True", "ACTIVE", "", "")).starts_with("\x1b[32m"));
    assert!(coloured(memory("Unknown", "CREATING", "", "")).starts_with("\x1b[33m"));
    assert!(coloured(Row { stalled: true, ..memory("False", "FAILED", "", "") }).starts_with("\x1b[31m"));
    let gone = coloured(Row::gone("AgentMemory", "a"));
    assert!(gone.starts_with("\x1b[2m") && gone.ends_with("\x1b[0m"), "{gone}");
    assert!(!render(&[memory("True", "", "", "")], at(100), PLAIN).concat().contains('\x1b'));
}

#[test]
fn a_change_is_told_once() {
    let creating = memory("Unknown", "CREATING", "STM+LTM (provisioning...)", "wait");
    let active = memory("True", "ACTIVE", "STM+LTM (3 strategies)", "fine");
    let told = changes(&[], std::slice::from_ref(&creating));
    assert_eq!(told, ["AgentMemory/a: Ready=Unknown, CREATING, STM+LTM (provisioning...), Why: wait"]);
    let older = Row { created: Some(at(1)), ..creating.clone() };
    assert!(changes(std::slice::from_ref(&creating), &[older]).is_empty());
    let told = changes(&[creating], std::slice::from_ref(&active));
    assert_eq!(told, ["AgentMemory/a: Ready=True, ACTIVE, STM+LTM (3 strategies), Why: fine"]);
    assert_eq!(changes(&[active], &[Row::gone("AgentMemory", "a")]), ["AgentMemory/a: gone"]);
}

#[test]
fn a_status_cannot_command_the_terminal() {
    let row = memory("True", "A\x1b[2J", "x\ny", "one\r\n\ttwo\x07");
    assert_eq!((row.state.as_str(), row.details.as_str()), ("A [2J", "x y"));
    assert_eq!(row.message, "Why: one two");
    assert_eq!(row.conditions, ["Ready=True (Why): one two"]);
}

#[test]
fn a_runtime_shows_its_version_and_what_stalls_it() {
    let row = Row::of(
        "AgentRuntime",
        "r",
        None,
        &json!({
            "version": "3",
            "arn": "arn:aws:x",
            "conditions": [
                { "type": "Ready", "status": "False", "reason": "RoleNotAllowed", "message": "m" },
                { "type": "Stalled", "status": "True", "reason": "RoleNotAllowed", "message": "m" },
            ],
        }),
    );
    assert_eq!(row.details, "version 3");
    assert_eq!(row.arn.as_deref(), Some("arn:aws:x"));
    assert!(row.stalled && !row.is_ready());
    assert_eq!(row.conditions.len(), 2);
}

#[test]
fn ages_are_short() {
    assert_eq!([-5, 0, 119, 120, 7199, 7200].map(age), ["0s", "0s", "119s", "2m", "119m", "2h"]);
}
