//! Requests made from the model: good ones, and ones with one thing wrong.
//!
//! What is generated depends on the model and the random numbers alone, so the same seed gives the same requests.

mod breaks;
mod pattern;
mod scalar;
mod value;
mod write;

use std::collections::BTreeMap;

use bytes::Bytes;
use fastrand::Rng;
use http::Request;
use serde_json::Value;

use self::breaks::Breaker;
use self::value::Generator;
use crate::error::Error;
use crate::model::{Model, Operation, Protocol};
use crate::violation::Rule;

/// Values that stand for something, by the names of their members in the model: `memoryId` of a memory that exists. A
/// member of that name has that value wherever it is.
pub type Given = BTreeMap<String, Value>;

/// How many of the optional members a request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// None, except tokens that every client sends.
    Minimal,
    /// Some of them, by chance.
    Random,
    /// All of them, as deep as the shape goes; of one that contains itself, some levels.
    Full,
}

/// A request that breaks one rule.
#[derive(Debug, Clone)]
pub struct Invalid {
    /// The request.
    pub request: Request<Bytes>,
    /// The rule that it breaks. A value that does can break another rule with it: what is too short may not match the
    /// pattern, either.
    pub rule: Rule,
    /// The member that breaks it, as a JSON pointer into the input: `/memoryStrategies/0/name`; `body` for all of it.
    pub place: String,
}

impl Model {
    /// A request that the model takes, ready for the wire.
    pub fn valid_request(
        &self,
        operation: &Operation,
        size: Size,
        given: &Given,
        rng: &mut Rng,
    ) -> Result<Request<Bytes>, Error> {
        let input = Generator::new(self, given, size, rng).input(operation)?;
        write::request(self, operation, &input)
    }

    /// Requests that the model does not take, from one that it takes with all its members: each has one rule broken in
    /// one place, and together they have every rule broken that can be.
    ///
    /// No rule about unknown members is broken, since AWS's services pass over such.
    pub fn invalid_requests(&self, operation: &Operation, given: &Given, rng: &mut Rng) -> Result<Vec<Invalid>, Error> {
        let input = Generator::new(self, given, Size::Full, rng).input(operation)?;
        let mut breaker = Breaker { model: self, rng, found: vec![] };
        breaker.input(operation, &input);
        let breaks = breaker.found;
        let mut invalid = vec![];
        for made in breaks {
            let mut broken = input.clone();
            if made.apply(&mut broken).is_some() {
                let request = write::request(self, operation, &broken)?;
                invalid.push(Invalid { request, rule: made.rule, place: made.place });
            }
        }
        let mut no_json = write::request(self, operation, &input)?;
        if self.metadata.protocol != Protocol::Query && no_json.body().starts_with(b"{") {
            *no_json.body_mut() = Bytes::from_static(b"{\"");
            invalid.push(Invalid { request: no_json, rule: Rule::Body, place: "body".to_owned() });
        }
        Ok(invalid)
    }
}
