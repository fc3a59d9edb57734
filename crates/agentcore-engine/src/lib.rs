//! The pass: what is to be done for one object, as a pure function.
//!
//! [`next`] is asked again and again, each time with the answers that it has got so far, until it rests:
//!
//! ```text
//! next(rules, settings, object, known, now) -> Ask(query) | Act(act) | Rest(report)
//! ```
//!
//! It reads no clock, calls nobody and remembers nothing: the object's status holds a *record* of what was asked of
//! AWS, and `known` the answers of this pass. (One answer may bring what was seen before the pass, `Known::shown`; it
//! counts only with a read that agrees.) The same function serves the operator, its tests and a model checker.
//!
//! How the crate is laid out, in the order in which a pass goes through it:
//!
//! | module | what it knows |
//! |---|---|
//! | [`object`] | what a pass begins with: the object, and the operator's settings |
//! | [`known`] | queries, and their answers |
//! | [`kind`] | what a kind must say of itself |
//! | [`pass`](next) | validate, observe, plan, for an object that is to be there |
//! | `create`, `lookup`, `take`, `adopt`, `gone`, `present`, `change`, `update`, `tagging`, `drift`, `replace`, `held`, `delete` | one idea of the pass each |
//! | `verdict` | how a pass ends: status, events, when to look again |
//! | [`digest`], [`differ`], [`tags`] | bodies by value, what differs between two, whose tags say a resource is |
//! | [`queued`] | what users are told of an object whose write waits for its turn |
//! | [`defect`] | what users are told of an object whose pass panicked |
//! | [`record`] | how a record changes |
//! | [`conclusion`] | how what became of a write to AWS gets into the API server |
//! | [`step`] | what a pass asks for, and what it reports |
//! | [`rules`] | the times and bounds that a pass holds to |
//! | [`conditions`] | the one place that turns a verdict into conditions |
//! | [`contract`] | what holds of every status and every create |
//! | [`fault`] | AWS's errors, by class |

pub mod conclusion;
pub mod conditions;
pub mod contract;
pub mod differ;
pub mod digest;
pub mod fault;
pub mod kind;
pub mod known;
pub mod object;
pub mod record;
pub mod rules;
pub mod step;
pub mod tags;

mod adopt;
mod change;
mod create;
mod defect;
mod delete;
mod drift;
mod gone;
mod held;
mod lookup;
mod pass;
mod present;
mod queued;
mod replace;
mod tagging;
mod take;
mod update;
mod verdict;

pub use defect::defect;
pub use pass::next;
pub use queued::queued;
