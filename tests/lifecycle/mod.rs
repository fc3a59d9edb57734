//! The life of objects, from apply to gone, with everything real but AWS.

mod adopt;
mod at_rest;
mod deletion;
mod failures;
mod names;
mod observation;
mod quickstart;
mod read_only;
mod restarts;
