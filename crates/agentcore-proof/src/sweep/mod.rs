//! Each fault at each step of each scenario.
