//! The checks of requests and answers.

mod common;
mod failure;
mod request;
mod response;
mod scalar;
mod value;

pub use self::common::COMMON;
