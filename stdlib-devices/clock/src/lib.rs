//! Monotonic and wall clocks, and sleeping
