//! Nothing: what is here is the benchmark `lsp`, and cargo wants a crate around it.
