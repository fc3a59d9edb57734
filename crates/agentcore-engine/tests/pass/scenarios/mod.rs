//! One story after another, without troubles, and what must be seen in each.

mod adopt;
mod bounded;
mod deletion;
mod drift;
mod failures;
mod held;
mod life;
mod names;
mod queued;
mod read_only;
mod refusals;
mod rendering;
mod shown;
mod taken;

mod lost;
mod tokens;
