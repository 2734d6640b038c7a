//! What reporters promise to those who log.

use alloc::string::String;
use alloc::vec::Vec;

use log::{Level, Record};
use unik::log::Reporter;

/// Errors are always wanted: each is told, in order, whatever it says. `told` is everything that was told so far.
pub fn reporter(reporter: &impl Reporter, told: impl Fn() -> String) {
    let long = "long ".repeat(10_000);
    let messages = ["first", "", "two\nlines", "\u{1F600} 字\t", "{}", long.as_str(), "last"];
    for message in messages {
        reporter.report(
            &Record::builder()
                .level(Level::Error)
                .target("conformance")
                .args(format_args!("<{message}>"))
                .build(),
        );
    }
    let told = told();
    let places: Vec<_> =
        ["<first>", "<>", "<two", "lines>", "<{}>", "<last>"].map(|part| told.find(part)).into();
    assert!(places.iter().all(Option::is_some), "something was not told: {places:?}");
    assert!(places.is_sorted(), "errors are told in another order: {places:?}");
}
