//! The life of objects, from apply to gone, with everything real but AWS.

mod quickstart;
