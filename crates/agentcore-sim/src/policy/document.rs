//! A policy's document, read.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::statement::Statement;

/// Why a document is no policy, in IAM's words where they are known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(String);

impl Malformed {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// What is said of a document whose form is wrong as such.
    pub(super) fn syntax() -> Self {
        Self::new("Syntax errors in policy.")
    }
}

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A role: the policy says what it may do.
    Identity,
    /// A role: the policy says who may become it.
    Trust,
    /// A resource: the policy says who may do what with it.
    Resource,
}

/// A policy.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Policy {
    pub(super) statements: Vec<Statement>,
}

impl Policy {
    /// A policy that allows nothing.
    pub(crate) fn nothing() -> Self {
        Self { statements: Vec::new() }
    }

    /// Reads a document.
    pub(crate) fn parse(text: &str, sort: Sort) -> Result<Self, Malformed> {
        let broken = || match sort {
            Sort::Identity | Sort::Resource => Malformed::syntax(),
            Sort::Trust => Malformed::new("This policy contains invalid Json"),
        };
        let document: Map<String, Value> = serde_json::from_str(text).map_err(|_| broken())?;
        if document.keys().any(|name| !["Version", "Id", "Statement"].contains(&name.as_str())) {
            return Err(Malformed::syntax());
        }
        let variables = match document.get("Version").map(Value::as_str) {
            None | Some(Some("2008-10-17")) => false,
            Some(Some("2012-10-17")) => true,
            Some(_) => return Err(Malformed::syntax()),
        };
        if document.get("Id").is_some_and(|id| !id.is_string()) {
            return Err(Malformed::syntax());
        }
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.as_slice(),
            Some(one @ Value::Object(_)) => std::slice::from_ref(one),
            _ => return Err(Malformed::syntax()),
        };
        if statements.is_empty() {
            return Err(Malformed::syntax());
        }
        unique_sids(statements)?;
        let statements = statements.iter().map(|one| match one {
            Value::Object(members) => Statement::parse(members, sort, variables),
            _ => Err(Malformed::syntax()),
        });
        Ok(Self { statements: statements.collect::<Result<_, _>>()? })
    }
}

fn unique_sids(statements: &[Value]) -> Result<(), Malformed> {
    let mut seen = BTreeSet::new();
    for sid in statements.iter().filter_map(|one| one.get("Sid").and_then(Value::as_str)) {
        if !sid.is_empty() && !seen.insert(sid) {
            return Err(Malformed::new("Statement IDs (SID) in a single policy must be unique."));
        }
    }
    Ok(())
}

/// Text, or a list of texts.
pub(super) fn texts(value: &Value) -> Result<Vec<String>, Malformed> {
    let one = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(Malformed::syntax);
    match value {
        Value::Array(items) => items.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}
