//! The guest: built once, booted with what a test wants, watched until it ends.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// No guest takes so long, on any machine.
const LIMIT: Duration = Duration::from_secs(120);

/// The machines that everything is tried on.
pub(crate) const MACHINES: [&str; 3] = ["microvm", "pc", "q35"];

/// Where the image is, which is built when it is first asked for.
fn image() -> &'static Path {
    static IMAGE: OnceLock<PathBuf> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guest");
        let output = Command::new(env!("CARGO"))
            .args(["build", "--release", "--quiet"])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", &target)
            // What the tests themselves are built with is not for the image.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .output()
            .expect("cargo runs");
        assert!(
            output.status.success(),
            "the guest is not built:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        target.join("x86_64-unknown-linux-gnu/release/guest")
    })
}

/// How to boot it.
pub(crate) struct Boot {
    machine: String,
    command_line: String,
    cpu: &'static str,
    processors: u32,
    memory: u32,
    serial: &'static [&'static str],
    debug_exit: bool,
}

impl Boot {
    pub(crate) fn new(machine: &str, command_line: &str) -> Self {
        Self {
            machine: machine.into(),
            command_line: command_line.into(),
            cpu: "max",
            processors: 1,
            memory: 64,
            serial: &["-serial", "stdio"],
            debug_exit: true,
        }
    }

    pub(crate) fn mode(machine: &str, mode: &str) -> Self {
        Self::new(machine, &format!("--mode={mode}"))
    }

    pub(crate) fn cpu(self, cpu: &'static str) -> Self {
        Self { cpu, ..self }
    }

    pub(crate) fn processors(self, processors: u32) -> Self {
        Self { processors, ..self }
    }

    /// Memory in MiB.
    pub(crate) fn memory(self, memory: u32) -> Self {
        Self { memory, ..self }
    }

    /// The console is that of debuggers.
    pub(crate) fn debug_console(self) -> Self {
        Self { serial: &["-debugcon", "stdio"], ..self }
    }

    /// It has to switch itself off, since it cannot tell its exit code. A reset would start it again.
    pub(crate) fn without_debug_exit(self) -> Self {
        Self { debug_exit: false, ..self }
    }

    pub(crate) fn start(self) -> Running {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("unik-x86_64-{}-{number}", std::process::id());
        let monitor = std::env::temp_dir().join(name);
        let mut qemu = Command::new("qemu-system-x86_64");
        qemu.args(["-smp", &self.processors.to_string()]);
        qemu.args([
            "-accel",
            "tcg",
            "-cpu",
            self.cpu,
            "-M",
            &self.machine,
            "-m",
            &format!("{}M", self.memory),
        ])
        .args(["-nodefaults", "-no-user-config", "-display", "none"])
        .args(self.serial)
        .arg("-monitor")
        .arg(format!("unix:{},server,nowait", monitor.display()))
        .arg("-kernel")
        .arg(image())
        .args(["-append", &self.command_line])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
        if self.debug_exit {
            qemu.args(["-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]);
        }
        let mut child = qemu.spawn().unwrap_or_else(|error| {
            panic!("qemu-system-x86_64 does not start ({error}): these tests need it; Debian has it in qemu-system-x86")
        });
        let out = child.stdout.take().expect("it is piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Running { child, lines, said: Vec::new(), monitor, until: Instant::now() + LIMIT }
    }

    /// Boots it and waits until it has ended.
    pub(crate) fn run(self) -> Ended {
        self.start().end()
    }
}

/// A guest that runs.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
    monitor: PathBuf,
    until: Instant,
}

impl Running {
    /// Waits for a line that starts so; gives it.
    pub(crate) fn line(&mut self, start: &str) -> String {
        loop {
            let left = self.until.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("the guest has not said `{start}`, but:\n{}", self.said.join("\n"));
            };
            self.said.push(line.clone());
            if line.starts_with(start) {
                return line;
            }
        }
    }

    /// Tells QEMU something.
    pub(crate) fn tell(&self, command: &str) {
        let mut monitor = UnixStream::connect(&self.monitor).expect("QEMU has its monitor there");
        monitor.write_all(format!("{command}\n").as_bytes()).expect("it listens");
        // It answers once it has done it; the prompt comes first.
        let mut answer = BufReader::new(monitor);
        let mut bytes = Vec::new();
        for _ in 0..2 {
            answer.read_until(b')', &mut bytes).expect("it answers");
        }
    }

    /// How long QEMU has used a processor so far, in hundredths of a second, as Linux counts (proc(5)).
    pub(crate) fn used(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("it runs");
        let (_, fields) = text.rsplit_once(')').expect("the name is in parentheses");
        let times = fields.split_whitespace().skip(11).take(2);
        times.map(|time| time.parse::<u64>().expect("times are numbers")).sum()
    }

    /// Waits until it has ended.
    pub(crate) fn end(mut self) -> Ended {
        loop {
            let left = self.until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.said.push(line),
                Err(_) if Instant::now() < self.until => break,
                Err(_) => panic!("the guest does not end; it has said:\n{}", self.said.join("\n")),
            }
        }
        let status = self.child.wait().expect("it was started");
        let mut errors = String::new();
        let pipe = self.child.stderr.take().expect("it is piped");
        let lines = BufReader::new(pipe).lines().map_while(Result::ok);
        // Models of processors name features that an interpreter does not have.
        lines.filter(|line| !line.contains("TCG doesn't support")).for_each(|line| errors += &line);
        assert!(errors.is_empty(), "QEMU complains: {errors}");
        Ended { code: status.code(), text: self.said.join("\n") }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and has no monitor any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.monitor);
    }
}

/// What a guest has left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// QEMU's: of the debug exit device, twice the guest's and one.
    code: Option<i32>,
    pub(crate) text: String,
}

impl Ended {
    /// Checks the guest's exit code, of which all but success is said too.
    pub(crate) fn expect(&self, code: u8) {
        self.expect_code(code);
        let last = self.text.lines().last().unwrap_or_default();
        if code == 0 {
            assert!(!last.starts_with("exit status"), "{}", self.text);
        } else {
            assert_eq!(last, format!("exit status {code}"), "{}", self.text);
        }
    }

    /// Checks the guest's exit code alone.
    pub(crate) fn expect_code(&self, code: u8) {
        assert_eq!(self.code, Some(2 * i32::from(code) + 1), "{}", self.text);
    }

    /// Checks that the machine was switched off.
    pub(crate) fn expect_off(&self) {
        assert_eq!(self.code, Some(0), "{}", self.text);
    }
}
