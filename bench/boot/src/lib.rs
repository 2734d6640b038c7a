//! Nothing: what is here is the benchmark `boot`, and cargo wants a crate around it.
