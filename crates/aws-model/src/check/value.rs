//! A document against its shape.

use serde_json::{Map, Value};

use super::scalar;
use crate::model::{Kind, Member, Model, Shape, TimestampFormat};
use crate::violation::{Rule, Violation};

/// The check of one request or answer, which collects what it finds.
pub(crate) struct Checker<'a> {
    pub(crate) model: &'a Model,
    /// How timestamps are written in this place, where neither member nor shape says otherwise.
    pub(crate) format: TimestampFormat,
    pub(crate) found: Vec<Violation>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(model: &'a Model, format: TimestampFormat) -> Self {
        Self { model, format, found: vec![] }
    }

    pub(crate) fn violation(&mut self, place: &str, rule: Rule, detail: impl Into<String>) {
        self.found.push(Violation::new(place, rule, detail));
    }

    /// A value against the shape that a member has.
    pub(crate) fn value(&mut self, member: &Member, value: &Value, place: &str) {
        let shape = self.model.shape(&member.shape);
        if shape.document {
            return;
        }
        match (shape.kind, value) {
            (Kind::Structure, Value::Object(map)) => self.structure(shape, map, place, |_| true),
            (Kind::List, Value::Array(items)) => {
                self.bounds(shape, items.len(), place, "items");
                for (index, item) in items.iter().enumerate() {
                    if let Some(of) = &shape.member {
                        self.value(of, item, &format!("{place}[{index}]"));
                    }
                }
            }
            (Kind::Map, Value::Object(map)) => {
                self.bounds(shape, map.len(), place, "entries");
                for (key, item) in map {
                    let place = format!("{place}.{key}");
                    if let Some(of) = &shape.key {
                        self.value(of, &Value::String(key.clone()), &format!("{place} (key)"));
                    }
                    if let Some(of) = &shape.value {
                        self.value(of, item, &place);
                    }
                }
            }
            (Kind::Structure | Kind::List | Kind::Map, other) => {
                let detail = format!("{} where {:?} should be", brief(other), shape.kind);
                self.violation(place, Rule::Type, detail);
            }
            _ => {
                let format = member.timestamp_format.or(shape.timestamp_format).unwrap_or(self.format);
                self.found.extend(scalar::check(member, shape, format, value, place));
            }
        }
    }

    /// The members of a structure: those that `here` says are in this place.
    pub(crate) fn structure(
        &mut self,
        shape: &'a Shape,
        map: &Map<String, Value>,
        place: &str,
        here: impl Fn(&Member) -> bool,
    ) {
        let members = || shape.members.iter().filter(|(_, member)| here(member));
        // The SDKs send no null, and read one as if the member were not there.
        let present = |wire: &str| map.get(wire).filter(|value| !value.is_null());
        for (name, member) in members() {
            let wire = member.wire_name(name);
            let place = format!("{place}.{wire}");
            match present(wire) {
                Some(value) => self.value(member, value, &place),
                None if shape.required.contains(name) => self.violation(&place, Rule::Required, "it is not there"),
                None if member.idempotency_token => self.violation(&place, Rule::Token, "it is not there"),
                None => {}
            }
        }
        let known = |wire: &str| members().any(|(name, member)| member.wire_name(name) == wire);
        for unknown in map.keys().filter(|wire| !known(wire)) {
            self.violation(&format!("{place}.{unknown}"), Rule::Unknown, "the model has no such member here");
        }
        if shape.union {
            let count = members().filter(|(name, member)| present(member.wire_name(name)).is_some()).count();
            if count != 1 {
                self.violation(place, Rule::Union, format!("{count} members where there must be one"));
            }
        }
    }

    fn bounds(&mut self, shape: &Shape, count: usize, place: &str, unit: &str) {
        self.found.extend(scalar::length(shape, count, place, unit));
    }
}

/// A value for a message.
pub(crate) fn brief(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 { text } else { text.chars().take(57).chain("...".chars()).collect() }
}
