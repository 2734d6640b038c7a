//! The console reporter of the log facade
