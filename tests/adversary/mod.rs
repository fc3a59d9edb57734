//! Edits that nobody has thought of: drawn from our own schemas, and whatever of them the API server accepts must end
//! well or in plain words.

mod edits;
mod generate;
mod pattern;
mod rules;
