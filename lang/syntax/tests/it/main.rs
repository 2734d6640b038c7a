//! Tests of the parser, in one binary.

mod damage;
