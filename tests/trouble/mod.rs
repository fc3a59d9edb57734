//! What goes wrong around the operator: what it says then, and that it recovers by itself.

mod api_server;
mod golden;
mod isolation;
mod limits;
mod orphans;
mod outages;
mod rights;
mod rights_too_small;
mod tenancy;
mod trace;
mod unreadable;
pub mod vendor;
