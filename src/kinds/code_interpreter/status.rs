//! What AWS's state means, and what a Ready object says.

use agentcore_engine::kind::{State, View};

use super::InterpreterKind;

/// What AWS's word for the state means.
pub(super) fn state(word: &str) -> State {
    match word {
        "CREATING" => State::Creating,
        "READY" => State::Good,
        "CREATE_FAILED" => State::CreateFailed,
        "DELETING" => State::Deleting,
        "DELETE_FAILED" => State::DeleteFailed,
        "DELETED" => State::Deleted,
        _ => State::Unknown,
    }
}

/// The message of a Ready object.
pub(super) fn message(view: &View<InterpreterKind>) -> String {
    format!("{}: code can run in it", view.facts.state)
}
