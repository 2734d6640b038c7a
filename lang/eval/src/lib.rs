//! Application and choice: a checked file and key values become a device graph
