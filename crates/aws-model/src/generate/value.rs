//! Documents that fit a shape.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::scalar::{lengths, make};
use super::{Given, Size};
use crate::error::Error;
use crate::model::{Kind, Location, Member, Model, Operation, Protocol, Shape, TimestampFormat};

/// Below this depth only what is required is made.
const DEEP: usize = 12;

/// After this many values only what is required is made: some inputs have thousands of parts.
const MANY: usize = 2000;

/// Below this depth nothing is made: a shape that requires itself has no finite value.
const TOO_DEEP: usize = 40;

/// More items than this are made only where the shape asks for them.
const USUAL_ITEMS: usize = 2;

pub(super) struct Generator<'a> {
    pub(super) model: &'a Model,
    pub(super) given: &'a Given,
    pub(super) size: Size,
    pub(super) rng: &'a mut Rng,
    /// The shapes that the value in the making is a part of.
    around: Vec<String>,
    made: usize,
    /// Whether the place is one where nothing can't be told from an empty list.
    text: bool,
}

impl<'a> Generator<'a> {
    pub(super) fn new(model: &'a Model, given: &'a Given, size: Size, rng: &'a mut Rng) -> Self {
        Self { model, given, size, rng, around: vec![], made: 0, text: false }
    }

    /// The input of an operation: its members by their names in the model, and inside of them by those on the wire.
    pub(super) fn input(&mut self, operation: &Operation) -> Result<Map<String, Value>, Error> {
        let Some(input) = &operation.input else { return Ok(Map::new()) };
        let model = self.model;
        let shape = model.shape(&input.shape);
        let mut map = Map::new();
        for (name, member) in &shape.members {
            // What is in the path is required, whether or not the model says so again.
            let required = shape.required.contains(name) || member.location == Some(Location::Uri);
            self.text = member.location.is_some() || model.metadata.protocol == Protocol::Query;
            if required || self.wants(member, 0) {
                map.insert(name.clone(), self.value(name, member, format(model, member), 0)?);
            }
        }
        Ok(map)
    }

    /// A value of a part of a JSON body.
    pub(super) fn part(&mut self, member: &Member) -> Result<Value, Error> {
        self.value("", member, TimestampFormat::UnixTimestamp, 0)
    }

    /// Whether an optional member is made.
    fn wants(&mut self, member: &Member, depth: usize) -> bool {
        member.idempotency_token
            || !self.enough(depth)
                && match self.size {
                    Size::Minimal => false,
                    Size::Random => self.rng.bool(),
                    Size::Full => true,
                }
    }

    /// Whether it is time to make only what is required: also in a shape that is a part of itself, which would grow
    /// without end.
    fn enough(&self, depth: usize) -> bool {
        let again = self.around.split_last().is_some_and(|(last, outer)| outer.contains(last));
        depth >= DEEP || self.made >= MANY || again
    }

    fn value(&mut self, name: &str, member: &Member, format: TimestampFormat, depth: usize) -> Result<Value, Error> {
        if let Some(value) = self.given.get(name) {
            return Ok(value.clone());
        }
        let model = self.model;
        let shape = model.shape(&member.shape);
        self.made += 1;
        if shape.document {
            return Ok(json!({"key": self.rng.u8(..)}));
        }
        let impossible = || Error::NoValue { shape: member.shape.clone() };
        if depth > TOO_DEEP {
            return Err(impossible());
        }
        match shape.kind {
            Kind::Structure => {
                self.around.push(member.shape.clone());
                let made = self.structure(shape, format, depth);
                self.around.pop();
                made
            }
            Kind::List => {
                let count = self.count(shape, depth);
                let of = shape.member.as_ref().ok_or_else(impossible)?;
                (0..count).map(|_| self.value("", of, format, depth + 1)).collect()
            }
            Kind::Map => {
                let count = self.count(shape, depth);
                let (key, of) = shape.key.as_ref().zip(shape.value.as_ref()).ok_or_else(impossible)?;
                let mut map = Map::new();
                // Keys can come twice by chance.
                for _ in 0..count * 20 {
                    if map.len() < count
                        && let Value::String(key) = self.value("", key, format, depth + 1)?
                    {
                        map.insert(key, self.value("", of, format, depth + 1)?);
                    }
                }
                Ok(Value::Object(map))
            }
            _ => make(member, shape, format, self.rng).ok_or_else(impossible),
        }
    }

    fn structure(&mut self, shape: &Shape, format: TimestampFormat, depth: usize) -> Result<Value, Error> {
        let mut map = Map::new();
        if shape.union {
            let mut choices: Vec<_> = shape.members.iter().collect();
            if self.enough(depth) {
                // The one that ends soonest.
                choices.sort_by_key(|(_, member)| self.height(member, 6));
                choices.truncate(1);
            }
            if let Some((name, member)) = self.rng.choice(choices) {
                let value = self.value(name, member, format, depth + 1)?;
                map.insert(member.wire_name(name).to_owned(), value);
            }
            return Ok(Value::Object(map));
        }
        let bare = self.text && shape.required.is_empty();
        for (name, member) in &shape.members {
            if shape.required.contains(name) || bare && map.is_empty() || self.wants(member, depth) {
                let value = self.value(name, member, format, depth + 1)?;
                map.insert(member.wire_name(name).to_owned(), value);
            }
        }
        Ok(Value::Object(map))
    }

    fn count(&mut self, shape: &Shape, depth: usize) -> usize {
        let (least, most) = lengths(shape);
        let least = least.max(usize::from(self.text));
        if self.size == Size::Minimal || self.enough(depth) {
            return least;
        }
        // Not empty: all that can be in it is to be seen.
        let least = least.max(1);
        self.rng.usize(least..=most.unwrap_or(usize::MAX).clamp(least, least + USUAL_ITEMS))
    }

    /// How deep the least value of the member's shape is; at most `fuel` levels are looked at.
    fn height(&self, member: &Member, fuel: usize) -> usize {
        let Some(fuel) = fuel.checked_sub(1) else { return 1 };
        let shape = self.model.shape(&member.shape);
        let below = match shape.kind {
            Kind::Structure if shape.union => shape.members.values().map(|member| self.height(member, fuel)).min(),
            Kind::Structure => {
                let required = shape.members.iter().filter(|(name, _)| shape.required.contains(name));
                required.map(|(_, member)| self.height(member, fuel)).max()
            }
            Kind::List if lengths(shape).0 > 0 => shape.member.as_ref().map(|member| self.height(member, fuel)),
            _ => None,
        };
        1 + below.unwrap_or(0)
    }
}

/// How timestamps are written in the place of a member of an input.
fn format(model: &Model, member: &Member) -> TimestampFormat {
    match (member.location, model.metadata.protocol) {
        (Some(Location::Header | Location::Headers), _) => TimestampFormat::Rfc822,
        (None, Protocol::RestJson | Protocol::Json) => TimestampFormat::UnixTimestamp,
        _ => TimestampFormat::Iso8601,
    }
}
