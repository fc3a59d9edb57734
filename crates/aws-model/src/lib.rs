//! AWS's public service models, for tests: what a request and an answer must look like, by a source other than ours.
//!
//! The models are the `service-2.json` files in the Python package botocore, which AWS publishes and from which its
//! own Python client works. None of them is part of this repository: [`python::locate`] installs the package from the
//! pins of `tools/python/requirements.txt`, and [`Model::load`] reads what is in it.
//!
//! How the crate is laid out: `python` makes the environment, and `model` is what a file says.

mod error;
pub mod model;
pub mod python;

pub use self::error::Error;
pub use self::model::Model;
