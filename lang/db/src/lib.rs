//! The salsa database, its inputs, and the System trait through which the world enters
