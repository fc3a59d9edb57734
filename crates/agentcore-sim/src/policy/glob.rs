//! Patterns with `*`, `?` and variables.

use super::Context;
use super::document::Malformed;
use crate::wildcard::{Token, like, matches};

/// What a variable stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Token(Token),
    /// The value of a key, or what stands in its place.
    Key(String, Option<String>),
}

/// A pattern as it stands in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

impl Template {
    /// Reads a pattern. Variables are looked for in the newer version of the language only.
    pub(super) fn parse(text: &str, variables: bool) -> Result<Self, Malformed> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some(inside) = rest.strip_prefix("${").filter(|_| variables) {
                let (name, after) = inside
                    .split_once('}')
                    .ok_or_else(|| Malformed::new(format!("The policy variable in {text} is not closed.")))?;
                parts.push(variable(name)?);
                rest = after;
                continue;
            }
            parts.push(Part::Token(Token::of(first)));
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
        Ok(Self(parts))
    }

    /// The pattern with the variables' values in it; none if one has no value.
    pub(super) fn fill(&self, context: &Context) -> Option<Vec<Token>> {
        let mut tokens = Vec::new();
        for part in &self.0 {
            match part {
                Part::Token(token) => tokens.push(*token),
                Part::Key(key, otherwise) => {
                    let value = context.one(key).or(otherwise.as_deref())?;
                    tokens.extend(value.chars().map(Token::Char));
                }
            }
        }
        Some(tokens)
    }

    /// The text with the variables' values in it, where `*` and `?` mean nothing.
    pub(super) fn text(&self, context: &Context) -> Option<String> {
        let tokens = self.fill(context)?;
        let plain = |token: &Token| match token {
            Token::Char(one) => *one,
            Token::Any => '*',
            Token::One => '?',
        };
        Some(tokens.iter().map(plain).collect())
    }
}

/// A variable by what stands between its braces: a key, perhaps with a default, or one of three characters.
fn variable(name: &str) -> Result<Part, Malformed> {
    if let "*" | "?" | "$" = name {
        return Ok(Part::Token(Token::Char(name.chars().next().unwrap_or_default())));
    }
    let (key, otherwise) = match name.split_once(',') {
        None => (name, None),
        Some((key, quoted)) => {
            let value = quoted.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            let wrong = || Malformed::new(format!("The default of the policy variable {key} is not quoted."));
            (key, Some(value.ok_or_else(wrong)?.to_owned()))
        }
    };
    let key = key.trim();
    if !key.contains(':') {
        return Err(Malformed::new(format!("There is no policy variable {key}.")));
    }
    Ok(Part::Key(key.to_owned(), otherwise))
}

/// Whether an ARN has the form of a pattern: part by part, since a `*` does not reach over a colon. Parts that the
/// pattern lacks can be anything.
pub(super) fn matches_arn(pattern: &[Token], arn: &str) -> bool {
    const PARTS: usize = 6;
    if pattern == [Token::Any] {
        return true;
    }
    let mut wanted = pattern.splitn(PARTS, |token| *token == Token::Char(':'));
    let mut found = arn.splitn(PARTS, ':');
    (0..PARTS).all(|_| match (wanted.next(), found.next()) {
        (None, _) => true,
        (Some(wanted), Some(found)) => matches(wanted, found),
        (Some(_), None) => false,
    })
}

/// A pattern without variables, compared without regard to capitals: the names of actions.
pub(super) fn matches_action(pattern: &str, action: &str) -> bool {
    like(&pattern.to_lowercase(), &action.to_lowercase())
}
