//! Objects as users write them, read and written by the types.

mod round_trip;
mod secrets;
