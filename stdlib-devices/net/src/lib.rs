//! TCP listeners
