//! What a target gives to a program, and the boot arguments that every target shares
