//! Random bytes: of the platform, or seeded for tests
