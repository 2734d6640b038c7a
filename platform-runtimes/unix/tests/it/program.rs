//! A whole program as a child process: boot arguments, exit codes, signals.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// The example `program`, which cargo builds beside this test.
fn program() -> Command {
    let mut path = std::env::current_exe().expect("the test has a path");
    path.pop();
    path.pop();
    path.push("examples/program");
    assert!(path.exists(), "`cargo test -p unik-unix` builds {}", path.display());
    let mut command = Command::new(path);
    command.env_clear();
    command
}

struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    /// What it has announced: where it listens.
    line: String,
}

fn start(arguments: &[&str]) -> Running {
    let mut command = program();
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
    let mut line = String::new();
    output.read_line(&mut line).expect("it announces where it listens");
    Running { child, output, line: line.trim().into() }
}

impl Running {
    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.line).expect("it listens")
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).expect("process ids fit");
        kill_process(Pid::from_raw(id).expect("process ids are not zero"), signal).expect("it runs");
    }

    /// Its exit code and what it has complained about.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("its output ends");
        let output = self.child.wait_with_output().expect("it ends");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into())
    }
}

fn ask(mut stream: &TcpStream, line: &str) -> String {
    stream.write_all(line.as_bytes()).expect("the line is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer comes");
    answer
}

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    program().args(arguments).envs(environment.iter().copied()).output().expect("the program starts")
}

#[test]
fn it_serves_request_lines() {
    let running = start(&["-p0", "--work=serve"]);
    assert_eq!(ask(&running.connect(), "/a/b\n"), "/a/b");
    assert_eq!(ask(&running.connect(), "/\u{fc}\r\n"), "/\u{fc}");
    running.signal(Signal::TERM);
    assert_eq!(running.end(), (Some(0), String::new()));
}

#[test]
fn a_signal_lets_answers_finish_and_refuses_new_connections() {
    for signal in [Signal::TERM, Signal::INT] {
        let running = start(&["--wait", "300ms"]);
        let mut before = running.connect();
        before.write_all(b"/begun\n").expect("the line is sent");
        // The line has been read once a later connection has its answer.
        assert_eq!(ask(&running.connect(), "/other\n"), "/other");
        let mut again = running.connect();
        again.write_all(b"/again\n").expect("the line is sent");
        running.signal(signal);
        let mut answer = String::new();
        before.read_to_string(&mut answer).expect("the answer comes");
        assert_eq!(answer, "/begun");
        answer.clear();
        again.read_to_string(&mut answer).expect("who was in the queue is served");
        assert_eq!(answer, "/again");
        let address = running.line.clone();
        assert_eq!(running.end(), (Some(0), String::new()));
        assert!(TcpStream::connect(address).is_err(), "nobody listens");
    }
}

#[test]
fn a_second_signal_ends_it() {
    let running = start(&["--work=stay"]);
    let mut ready = String::new();
    let mut running = running;
    running.output.read_line(&mut ready).expect("it says that it is ready");
    running.signal(Signal::INT);
    // Signals of one kind that come together are one: the second is of the other kind.
    running.signal(Signal::TERM);
    assert_eq!(running.end(), (Some(3), "program: asked to stop a second time\n".into()));
}

#[test]
fn a_program_that_does_not_finish_is_ended() {
    let running = start(&["--work=stay"]);
    running.signal(Signal::TERM);
    assert_eq!(running.end(), (Some(3), "program: still busy 5 s after it was asked to stop\n".into()));
}

#[test]
fn a_program_without_listeners_ends_at_once() {
    let running = start(&["--work=sleep"]);
    assert_eq!(running.line, "ready");
    running.signal(Signal::TERM);
    assert_eq!(running.end(), (Some(0), String::new()));
}

#[test]
fn what_is_left_in_the_background_is_finished() {
    let output = run(&["--work=linger"], &[]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ended\nfinished\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_failure_is_told_before_the_background_is_waited_for() {
    let mut child = program()
        .arg("--work=abandon")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let line = lines.next().expect("it tells why it failed").expect("text");
    assert_eq!(line, "program: app.echo failed: the work is abandoned");
    // Nobody heeds a signal any more, and it changes nothing of what the program has come to.
    let id = i32::try_from(child.id()).expect("process ids fit");
    kill_process(Pid::from_raw(id).expect("process ids are not zero"), Signal::TERM).expect("it runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn who_heeds_the_signal_decides_when_it_ends() {
    let mut running = start(&["--work=heed"]);
    assert_eq!(running.line, "ready");
    running.signal(Signal::TERM);
    let mut line = String::new();
    running.output.read_line(&mut line).expect("it says that it stops");
    assert_eq!(line, "stopped\n");
    assert_eq!(running.end(), (Some(0), String::new()));
}

#[test]
fn it_ends_with_a_code_and_says_why() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = taken.local_addr().expect("it has an address").port().to_string();
    let in_use = format!(
        "program: std/net.tcp failed to start: 127.0.0.1:{port}: Address already in use (os error 98)\n  at app.unik:3\n"
    );
    for (arguments, environment, code, message) in [
        (&["--port", &port][..], &[][..], 2, in_use.as_str()),
        (&["--work", "fail"], &[], 1, "program: app.echo failed: the work is to fail\n  at app.unik:5\n"),
        (
            &[],
            &[("UNIK_WORK", "fail")],
            1,
            "program: app.echo failed: the work is to fail\n  at app.unik:5\n",
        ),
        (
            &["--port=80"],
            &[],
            65,
            "program: --port=80 would choose http.server over net.tcp: configure again with --port 80\n  at app.unik:4\n",
        ),
        (
            &[],
            &[("UNIK_PORT", "80")],
            65,
            "program: UNIK_PORT=80 would choose http.server over net.tcp: configure again with --port 80\n  at app.unik:4\n",
        ),
        (&["--limit=-1"], &[], 65, "program: the limit is at least 1, with --limit=-1\n  at app.unik:6\n"),
        (&["--prot=1"], &[], 64, "program: there is no key --prot: did you mean --port?\n"),
        (&["--port=http"], &[], 64, "program: --port=http is wrong: expected a port, 0 to 65535\n"),
    ] {
        let output = run(arguments, environment);
        assert_eq!(String::from_utf8_lossy(&output.stderr), message, "{arguments:?} {environment:?}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {environment:?}");
    }
}

#[test]
fn a_panic_says_where_and_ends_with_its_code() {
    let output = run(&["--work", "panic"], &[]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("program.rs") && message.contains("the work is to panic"), "{message}");
    assert_eq!(output.status.code(), Some(101));
}

#[test]
fn help_goes_to_standard_output() {
    for argument in ["--help", "-h"] {
        let output = run(&[argument], &[]);
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&output.stdout).contains("-p, --port <Port>"));
        assert!(output.stderr.is_empty());
    }
}

#[test]
fn arguments_that_are_no_text_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let bytes = std::ffi::OsStr::from_bytes(b"--port=\xff");
    let output = program().arg(bytes).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(64));
    let output = program().env("UNIK_PORT", std::ffi::OsStr::from_bytes(b"\xff")).output();
    assert_eq!(output.expect("the program starts").status.code(), Some(64));
}

#[test]
fn a_shortage_of_descriptors_passes() {
    use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
    let running = start(&["--wait=500ms"]);
    let id = i32::try_from(running.child.id()).expect("process ids fit");
    let id = Pid::from_raw(id).expect("process ids are not zero");
    // Standard streams, epoll, signals and the listener have theirs; few are left.
    let limit = Rlimit { current: Some(12), ..getrlimit(Resource::Nofile) };
    prlimit(Some(id), Resource::Nofile, limit).expect("the limit is lowered");
    let clients: Vec<TcpStream> = (0..20).map(|_| running.connect()).collect();
    for mut client in &clients {
        client.write_all(b"/x\n").expect("the line is sent");
    }
    for mut client in clients {
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("an answer comes");
        assert_eq!(answer, "/x");
    }
    running.signal(Signal::TERM);
    assert_eq!(running.end().0, Some(0));
}
