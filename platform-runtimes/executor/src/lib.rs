//! The one executor: single-threaded, timers, virtual time for tests
