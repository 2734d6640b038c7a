//! Runs the code fences of the specification
