//! How a document is written: from text, forms and XML to JSON values, which the checks are made on.
//!
//! A text has no types, so its shape says what it is read as. What can't be read so stays a string, which the check of
//! types then finds.

pub(crate) mod form;
pub(crate) mod text;
pub(crate) mod xml;
