//! What operators before this one have left: objects with their records, and AWS as it was at that moment.
//!
//! `tests/golden/records/FORMAT/` holds one set for each format that the record ever had: `format.json`, the schema of
//! the record; `objects.json`, the namespace and the objects as etcd had them; `aws.json`, what the simulator saved.
//! They were kept when the operator was killed in the middle of everything. This operator takes each set up.

mod keep;
mod put;
mod set;
mod stages;
mod take_up;
