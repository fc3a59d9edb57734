//! All ways to break one rule in one place of an input.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::scalar::lengths;
use crate::model::{Kind, Location, Member, Model, Operation, Protocol, Shape};
use crate::pattern::compiled;
use crate::violation::Rule;

/// Longer values than this are not made to be too long.
const LONGEST: usize = 100_000;

/// More items than this are not made to be too many.
const MOST_ITEMS: usize = 1000;

/// One change that breaks one rule.
#[derive(Debug, Clone)]
pub(super) struct Break {
    pub(super) rule: Rule,
    /// Where, as a JSON pointer.
    pub(super) place: String,
    /// What is there then; `None` if nothing is.
    value: Option<Value>,
}

impl Break {
    /// Makes the change.
    pub(super) fn apply(&self, input: &mut Map<String, Value>) -> Option<()> {
        let mut document = Value::Object(std::mem::take(input));
        let (parent, name) = self.place.rsplit_once('/')?;
        match &self.value {
            Some(value) => match document.pointer_mut(&self.place) {
                Some(there) => *there = value.clone(),
                // A second member of a union.
                None => drop(document.pointer_mut(parent)?.as_object_mut()?.insert(plain(name), value.clone())),
            },
            None => drop(document.pointer_mut(parent)?.as_object_mut()?.remove(&plain(name))?),
        }
        let Value::Object(changed) = document else { return None };
        *input = changed;
        Some(())
    }
}

/// A name as a part of a JSON pointer: <https://www.rfc-editor.org/rfc/rfc6901#section-3>
fn part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn plain(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

pub(super) struct Breaker<'a> {
    pub(super) model: &'a Model,
    pub(super) rng: &'a mut Rng,
    pub(super) found: Vec<Break>,
}

impl Breaker<'_> {
    /// Finds the ways for all that is in an input.
    pub(super) fn input(&mut self, operation: &Operation, input: &Map<String, Value>) {
        let Some(reference) = &operation.input else { return };
        let model = self.model;
        let shape = model.shape(&reference.shape);
        for (name, member) in &shape.members {
            let Some(value) = input.get(name) else { continue };
            let place = format!("/{}", part(name));
            let raw = shape.payload.as_ref() == Some(name) && model.shape(&member.shape).kind != Kind::Structure;
            // Without a label it would be another path, and a body that is one text may be empty.
            if shape.required.contains(name) && member.location != Some(Location::Uri) && !raw {
                self.found.push(Break { rule: Rule::Required, place: place.clone(), value: None });
            }
            let text = raw || member.location.is_some() || model.metadata.protocol == Protocol::Query;
            self.value(member, value, &place, text);
        }
    }

    fn value(&mut self, member: &Member, value: &Value, place: &str, text: bool) {
        let model = self.model;
        let shape = model.shape(&member.shape);
        if shape.document {
            return;
        }
        self.wrong_type(shape, place, text);
        match (shape.kind, value) {
            (Kind::Structure, Value::Object(map)) => self.structure(shape, map, place, text),
            (Kind::List, Value::Array(items)) => {
                self.items(shape, items, place);
                for (index, item) in items.iter().enumerate() {
                    if let Some(of) = &shape.member {
                        self.value(of, item, &format!("{place}/{index}"), text);
                    }
                }
            }
            (Kind::Map, Value::Object(map)) => {
                if lengths(shape).0 > 0 && !text {
                    self.set(Rule::Min, place, json!({}));
                }
                for (key, item) in map {
                    if let Some(of) = &shape.value {
                        self.value(of, item, &format!("{place}/{}", part(key)), text);
                    }
                }
            }
            (Kind::Integer | Kind::Long | Kind::Float | Kind::Double, Value::Number(_)) => self.number(shape, place),
            (Kind::String, Value::String(was)) => self.string(member, shape, was, place),
            _ => {}
        }
    }

    fn set(&mut self, rule: Rule, place: &str, value: Value) {
        self.found.push(Break { rule, place: place.to_owned(), value: Some(value) });
    }

    /// In text only numbers and truth values have a type. A timestamp has a rule of its own.
    fn wrong_type(&mut self, shape: &Shape, place: &str, text: bool) {
        let rule = if shape.kind == Kind::Timestamp { Rule::Timestamp } else { Rule::Type };
        match shape.kind {
            Kind::Integer | Kind::Long | Kind::Float | Kind::Double | Kind::Boolean | Kind::Timestamp => {
                self.set(rule, place, json!("x"));
            }
            Kind::Structure | Kind::List | Kind::Map if !text => self.set(rule, place, json!("x")),
            Kind::String | Kind::Blob if !text => self.set(rule, place, json!({"x": 1})),
            _ => {}
        }
    }

    fn structure(&mut self, shape: &Shape, map: &Map<String, Value>, place: &str, text: bool) {
        if shape.union && !text {
            self.set(Rule::Union, place, json!({}));
        }
        for (name, member) in &shape.members {
            let wire = member.wire_name(name);
            let place = format!("{place}/{}", part(wire));
            match map.get(wire) {
                Some(value) => {
                    // A form can't say a structure without members.
                    if shape.required.contains(name) && !(text && map.len() == 1) {
                        self.found.push(Break { rule: Rule::Required, place: place.clone(), value: None });
                    }
                    self.value(member, value, &place, text);
                }
                // Its own value does not matter, as long as nothing else is wrong with it.
                None if shape.union && !text => {
                    if let Some(value) = self.some(member) {
                        self.set(Rule::Union, &place, value);
                    }
                }
                None => {}
            }
        }
    }

    /// A value of the shape.
    fn some(&mut self, member: &Member) -> Option<Value> {
        let given = super::Given::new();
        let size = super::Size::Minimal;
        super::Generator::new(self.model, &given, size, self.rng).part(member).ok()
    }

    fn items(&mut self, shape: &Shape, items: &[Value], place: &str) {
        let (least, most) = lengths(shape);
        if least > 0 {
            self.set(Rule::Min, place, items.iter().take(least - 1).cloned().collect());
        }
        if let Some(most) = most.filter(|most| *most < MOST_ITEMS && !items.is_empty()) {
            self.set(Rule::Max, place, items.iter().cycle().take(most + 1).cloned().collect());
        }
    }

    fn number(&mut self, shape: &Shape, place: &str) {
        let integer = matches!(shape.kind, Kind::Integer | Kind::Long);
        // Beyond the type's own range another rule is broken.
        let fits = |number: f64| shape.kind != Kind::Integer || number.abs() < f64::from(i32::MAX);
        let value = |number: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "it is an integer")]
            if integer { json!(number as i64) } else { json!(number) }
        };
        if let Some(number) = shape.min.map(|least| least - 1.0).filter(|number| fits(*number)) {
            self.set(Rule::Min, place, value(number));
        }
        if let Some(number) = shape.max.map(|most| most + 1.0).filter(|number| fits(*number)) {
            self.set(Rule::Max, place, value(number));
        }
    }

    fn string(&mut self, member: &Member, shape: &Shape, was: &str, place: &str) {
        if !shape.values.is_empty() {
            self.set(Rule::Enum, place, format!("{was}_x").into());
            return;
        }
        let (least, most) = lengths(shape);
        // An empty label would be another path, and an empty header is often none.
        let shortest = usize::from(member.location.is_some());
        if least > shortest {
            self.set(Rule::Min, place, was.chars().take(least - 1).collect::<String>().into());
        }
        if let Some(most) = most.filter(|most| *most < LONGEST) {
            let filler = was.chars().last().filter(char::is_ascii_alphanumeric).unwrap_or('x');
            let longer = was.chars().chain(std::iter::repeat(filler)).take(most + 1);
            self.set(Rule::Max, place, longer.collect::<String>().into());
        }
        if let Some(broken) = shape.pattern.as_ref().and_then(|pattern| self.unmatched(pattern, was, member)) {
            self.set(Rule::Pattern, place, broken.into());
        }
    }

    /// The string with one other character, so that the pattern no longer matches.
    fn unmatched(&mut self, pattern: &str, was: &str, member: &Member) -> Option<String> {
        let compiled = compiled(pattern);
        let regex = compiled.as_ref().as_ref().ok()?;
        // What few patterns allow; headers can't have all of it.
        let mut others = vec!['!', ' ', '"', '{', '*', '\\', ':', '/', '-'];
        if member.location != Some(Location::Header) {
            others.extend(['\n', '\u{7}', '🙂']);
        }
        self.rng.shuffle(&mut others);
        // In the middle: headers lose spaces at their ends.
        let middle = was.chars().count() / 2;
        others.into_iter().find_map(|other| {
            let changed = |(index, char)| if index == middle { other } else { char };
            let text: String = was.chars().enumerate().map(changed).collect();
            (!text.trim().is_empty() && !regex.is_match(&text).unwrap_or(true)).then_some(text)
        })
    }
}
