//! A host with Xen: what a test does in its dom0, and what comes from there.
//!
//! Scripts run one after another, each to its end, and are answered (`xen/init` says how that goes over the wire). What happens
//! meanwhile, consoles of guests above all, comes over a stream of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::PATIENCE;
use crate::console::{Console, Stream};
use crate::root;
use crate::xen::prepared::{Prepared, scripts};

/// What a script has come to.
type Answer = (i32, Vec<u8>);

/// A host that runs. It is gone when it is dropped; what was said there is shown if the test has failed.
#[derive(Debug)]
pub struct Host {
    child: Child,
    questions: Sender<Vec<u8>>,
    answers: Receiver<Answer>,
    pub(crate) console: Console,
    serial: PathBuf,
    _prepared: Prepared,
}

impl Host {
    /// Resumes one. `forwards` are of [`client::forward`](crate::client::forward): ports of this machine that lead to ports of
    /// [`GUEST`](Self::GUEST), which is on dom0's bridge.
    pub fn start(forwards: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let prepared = Prepared::get();
        let serials = root().join("target/tmp/boot/xen");
        fs::create_dir_all(&serials).expect("the target folder is writable");
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let serial = serials.join(format!("{}-{number}.serial", std::process::id()));

        // Whatever is not led in stays in: the address of a guest that has gone is nobody's.
        let mut net = String::from("user,id=net,restrict=on");
        for forward in forwards {
            let (host, guest) = forward.split_once(':').expect("it is HOST:GUEST");
            net += &format!(",hostfwd=tcp:127.0.0.1:{host}-{}:{guest}", Self::GUEST);
        }
        let mut command = Command::new(scripts().join("machine"));
        command.arg(&prepared.folder).args(["-netdev", &net]);
        command.args([
            "-chardev",
            "stdio,id=shell,signal=off",
            "-chardev",
            "file,id=console,path=/dev/stderr",
        ]);
        command.args(["-serial", &format!("file:{}", serial.display()), "-monitor", "none"]);
        command.args(["-incoming", "exec:cat state"]).current_dir(&prepared.folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("sh is installed");
        let stdout = child.stdout.take().expect("it was asked for");
        let stderr = child.stderr.take().expect("it was asked for");
        let questions = ask(child.stdin.take().expect("it was asked for"));
        let console = Console::new([Box::new(stderr) as Stream]);
        Self { child, questions, answers: listen(stdout), console, serial, _prepared: prepared }
    }

    /// The address to which ports lead; dom0 has 10.0.2.15, and 10.0.2.2 is outside.
    pub const GUEST: &str = "10.0.2.16";

    /// Runs a script in dom0, with this on its standard input: its exit status, and what it has said.
    #[track_caller]
    pub fn run(&mut self, script: &str, input: &[u8]) -> Answer {
        let frame = [format!("{} {}\n{script}", script.len(), input.len()).as_bytes(), input].concat();
        self.questions.send(frame).expect("the host has ended");
        self.answers
            .recv_timeout(2 * PATIENCE)
            .unwrap_or_else(|_| panic!("dom0 does not come back from: {script}"))
    }

    /// Runs a script that must succeed; what it has said.
    #[track_caller]
    pub fn sh(&mut self, script: &str) -> String {
        let (status, said) = self.run(script, &[]);
        let said = String::from_utf8_lossy(&said).trim_end().to_owned();
        assert_eq!(status, 0, "dom0: {script}\n{said}");
        said
    }

    /// Makes a file in dom0, of what a file of this machine holds.
    #[track_caller]
    pub fn put(&mut self, path: &str, file: &Path) {
        let content = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.write(path, &content);
    }

    /// Makes a file in dom0.
    #[track_caller]
    pub fn write(&mut self, path: &str, content: &[u8]) {
        let (status, said) = self.run(&format!("cat >'{path}'"), content);
        assert_eq!(status, 0, "dom0: {path}: {}", String::from_utf8_lossy(&said));
    }

    /// Waits for a line with these words, of a guest's console or of a script in the background; gives it.
    #[track_caller]
    pub fn says(&mut self, words: &str) -> String {
        self.console.says(words)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if thread::panicking() {
            // What the tools know, if dom0 still answers.
            const LOOK: &str = include_str!("../../xen/look");
            if self.questions.send(format!("{} 0\n{LOOK}", LOOK.len()).into_bytes()).is_ok()
                && let Ok((_, said)) = self.answers.recv_timeout(PATIENCE / 10)
            {
                show("what dom0 knows", &String::from_utf8_lossy(&said));
            }
            show("the host's own console", &fs::read_to_string(&self.serial).unwrap_or_default());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.console.show_if_failed("the guests");
        let _ = fs::remove_file(&self.serial);
    }
}

/// Takes what is to be sent: a host that does not read does not hold up the test.
fn ask(mut stream: impl Write + Send + 'static) -> Sender<Vec<u8>> {
    let (questions, receive) = channel::<Vec<u8>>();
    thread::spawn(move || {
        while let Ok(frame) = receive.recv()
            && stream.write_all(&frame).and_then(|()| stream.flush()).is_ok()
        {}
    });
    questions
}

/// The answers to scripts, as they come.
fn listen(stream: impl Read + Send + 'static) -> Receiver<Answer> {
    let (send, answers) = channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line).is_ok_and(|length| length > 0) {
            let numbers = line.trim().split_once(' ');
            let numbers =
                numbers.and_then(|(status, length)| Some((status.parse().ok()?, length.parse().ok()?)));
            let Some((status, length)) = numbers else { break };
            let mut said: Vec<u8> = vec![0; length];
            if stream.read_exact(&mut said).is_err() || send.send((status, said)).is_err() {
                break;
            }
            line.clear();
        }
    });
    answers
}

#[expect(clippy::print_stderr, reason = "what people need when a test has failed")]
fn show(what: &str, text: &str) {
    eprintln!("{what}:");
    text.lines().for_each(|line| eprintln!("  | {line}"));
}
