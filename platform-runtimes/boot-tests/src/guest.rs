//! A machine that runs an image: its console, its end, and what it costs.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use crate::PATIENCE;
use crate::console::{Console, Stream};
use crate::image::Image;
use crate::machine::Machine;

/// A machine that runs, or has ended. It is ended when it is dropped, and what it said is shown if the test has failed.
#[derive(Debug)]
pub struct Guest {
    what: String,
    child: Child,
    console: Console,
}

impl Guest {
    /// Starts an image by its launcher. `options` are the launcher's, `boot` are boot arguments.
    pub fn start(image: &Image, machine: &Machine, options: &[&str], boot: &[&str]) -> Self {
        let mut command = Command::new(&image.launcher);
        command.args(machine.options).args(options).arg("--").args(boot);
        Self::run(command, format!("{} on {}", image.path.display(), machine.name))
    }

    /// Starts whatever runs a machine; `what` is its name in messages.
    pub fn run(mut command: Command, what: String) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|reason| panic!("{what}: {command:?}: {reason}"));
        let out = child.stdout.take().map(|out| Box::new(out) as Stream);
        let errors = child.stderr.take().map(|errors| Box::new(errors) as Stream);
        Self { what, child, console: Console::new(out.into_iter().chain(errors)) }
    }

    /// Waits for a line with these words; gives it.
    #[track_caller]
    pub fn says(&mut self, words: &str) -> String {
        self.console.says(words)
    }

    /// Whether it has ended already.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Waits for its end: the exit code, and everything that it has said.
    #[track_caller]
    pub fn end(&mut self) -> (i32, String) {
        let until = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status;
            }
            assert!(Instant::now() < until, "it has not ended in time");
            self.console.hear(Duration::from_millis(10));
        };
        // Both streams end with it.
        self.console.finish();
        (status.code().unwrap_or(-1), self.console.said().join("\n"))
    }

    /// Asks it to stop, as an operator would; the exit code, and everything that it has said.
    #[track_caller]
    pub fn stop(&mut self) -> (i32, String) {
        self.signal("-TERM");
        self.end()
    }

    /// Waits for its end, which must have this code and a line with these words.
    #[track_caller]
    pub fn ends(&mut self, code: i32, words: &str) {
        let (found, said) = self.end();
        assert_eq!(found, code, "the exit code");
        assert!(said.contains(words), "it has not said `{words}`");
    }

    /// Asks it to stop; it must do so cleanly.
    #[track_caller]
    pub fn stops(mut self) {
        let (code, _) = self.stop();
        assert_eq!(code, 0, "the exit code after it was asked to stop");
    }

    /// The time that the processor has spent on the machine so far.
    #[track_caller]
    pub fn busy(&self) -> Duration {
        let machine = children(self.child.id()).into_iter().find(|stat| stat.contains("(qemu"));
        let machine = machine.expect("the launcher has a child that is the machine");
        let fields: Vec<&str> = machine.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks =
            |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or_default();
        // utime and stime of proc(5), in hundredths of a second.
        Duration::from_millis(10 * (ticks(11) + ticks(12)))
    }

    /// Sends a signal to the launcher, named as for kill(1).
    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).stderr(Stdio::null()).status();
        sent.expect("kill is installed: the README's test command sees to it");
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        if !self.has_ended() {
            // The launcher takes its machine with it: the first asks, the second does not.
            self.signal("-TERM");
            thread::sleep(Duration::from_millis(100));
            self.signal("-TERM");
            let _ = self.child.wait();
        }
        self.console.show_if_failed(&self.what);
    }
}

/// `/proc/PID/stat` of the children of a process.
fn children(of: u32) -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("there is a /proc").flatten();
    let stats = entries.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let parent =
        |stat: &String| -> Option<u32> { stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok() };
    stats.filter(|stat| parent(stat) == Some(of)).collect()
}
