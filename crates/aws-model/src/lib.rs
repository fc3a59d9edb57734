//! AWS's public service models, for tests: what a request and an answer must look like, by a source other than ours.
//!
//! The models are the `service-2.json` files in the Python package botocore, which AWS publishes and from which its
//! own Python client works. None of them is part of this repository: [`python::locate`] installs the package from the
//! pins of `tools/python/requirements.txt`, and [`Model::load`] reads what is in it.
//!
//! ```no_run
//! # fn check(request: &http::Request<bytes::Bytes>, answer: &http::Response<bytes::Bytes>)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! use aws_model::Model;
//!
//! let model = Model::load("bedrock-agentcore-control")?;
//! assert_eq!(model.check_request(request), []);
//! let operation = model.operation_of(request).ok_or("no operation")?;
//! assert_eq!(model.check_response(operation, answer, &["ThrottlingException"]), []);
//! # Ok(())
//! # }
//! ```
//!
//! How the crate is laid out: `python` makes the environment, `model` is what a file says, `route` finds the operation
//! of a request, `wire` reads what is not JSON, `pattern` makes the models' patterns usable, `check` has the
//! checks of requests and answers, and `generate` makes requests.

pub mod audit;
mod check;
mod error;
mod generate;
pub mod model;
mod pattern;
pub mod python;
mod route;
mod violation;
mod wire;

pub use self::check::COMMON;
pub use self::error::Error;
pub use self::generate::{Given, Invalid, Size};
pub use self::model::{Model, Operation};
pub use self::pattern::Unusable;
pub use self::violation::{Rule, Violation};
