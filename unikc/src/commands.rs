//! The commands, one file each. Each gives the exit code, and has said why if it is not 0.

pub(crate) mod explain;
pub(crate) mod new;
