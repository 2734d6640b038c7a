//! The reporter, installed: one per program, so this is one test.

use std::sync::{Arc, Mutex};

use unik::log::{Console, Reporter};
use unik::{Error as _, ErrorKind};
use unik_conformance::virtual_time;
use unik_log::{ConsoleReporter, Error};

#[derive(Clone, Debug, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Console for Lines {
    fn write_line(&self, line: &str) {
        self.0.lock().expect("no test panics while it holds the lines").push(line.into());
    }
}

#[test]
fn records_that_are_wanted_become_lines() {
    virtual_time::run(async |_| {
        let lines = Lines::default();
        let error = ConsoleReporter::new(lines.clone(), "loud").await.expect_err("this is no level");
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert_eq!(
            error.to_string(),
            "`loud` is no level: off, error, warn, info, debug, trace, or source:level"
        );

        let reporter = ConsoleReporter::new(lines.clone(), "warn,net:debug").await.expect("the first starts");
        log::warn!(target: "app", "disk is {}", "full");
        log::info!(target: "app", "not wanted");
        log::debug!(target: "unik_net::lines", "wanted");
        log::trace!(target: "unik_net::lines", "not wanted");
        reporter.report(
            &log::Record::builder().level(log::Level::Error).target("x").args(format_args!("direct")).build(),
        );
        let expected = ["warn app: disk is full", "debug unik_net::lines: wanted", "error x: direct"];
        assert_eq!(*lines.0.lock().expect("nobody panicked"), expected);

        unik_conformance::log::reporter(&reporter, || lines.0.lock().expect("nobody panicked").join("\n"));

        let second = ConsoleReporter::new(lines, "info").await;
        assert_eq!(second.err(), Some(Error::Installed));
    });
}
