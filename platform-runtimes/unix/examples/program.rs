//! A program as `unikc` would write it, by hand: one listener, served with raw request lines, and a key that says what
//! its job does. The tests of this crate start it, ask it, and stop it with signals.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use unik::clock::Sleep;
use unik::http::{Handler, Request, Response, Status};
use unik::net::Listener;
use unik::program::Program;
use unik_platform::{
    Arguments, Device, Failure, Guard, Image, Key, Requirement, choice, guard, job, require, run, started,
};

unik_unix::entry!(IMAGE, start);

static IMAGE: Image = Image {
    name: "program",
    doc: "Answers each request line with the same line.",
    keys: &[PORT, ADDRESS, WORK, LIMIT, WAIT],
    attachments: &[],
};

const PORT: Key =
    Key { short: Some('p'), default: Some("0"), ..Key::new("port", "Port", "TCP port to listen on.") };
const ADDRESS: Key = Key { default: Some("127.0.0.1"), ..Key::new("address", "Ip", "Address to listen on.") };
const WORK: Key = Key {
    short: Some('w'),
    default: Some("serve"),
    choices: &["serve", "fail", "panic", "sleep", "stay", "linger", "abandon", "heed"],
    ..Key::new("work", "Work", "What the job does.")
};
const LIMIT: Key = Key { default: Some("1"), ..Key::new("limit", "Int", "At least 1.") };
const WAIT: Key = Key { default: Some("0s"), ..Key::new("wait", "Duration", "How long an answer takes.") };

const SOCKETS: Device = Device { name: "unix.sockets", place: "app.unik:3" };
const TIMER: Device = Device { name: "unix.timer", place: "app.unik:3" };
const PROGRAM: Device = Device { name: "unix.program", place: "app.unik:3" };
const TCP: Device = Device { name: "std/net.tcp", place: "app.unik:3" };
const ECHO: Device = Device { name: "app.echo", place: "app.unik:5" };
const LOW_PORT: Guard =
    Guard { keys: &[PORT], taken: 1, branches: &["http.server", "net.tcp"], place: "app.unik:4" };
const ENOUGH: Requirement =
    Requirement { keys: &[LIMIT], message: "the limit is at least 1", place: "app.unik:6" };

#[derive(Clone, Copy, Debug, PartialEq)]
enum Work {
    Serve,
    Fail,
    Panic,
    Sleep,
    Stay,
    Linger,
    Abandon,
    Heed,
}

async fn start(arguments: Arguments) -> Result<(), Failure> {
    let port = arguments.get(&PORT)?.unwrap_or(0u16);
    let address = arguments.get(&ADDRESS)?.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let work = arguments.get_with(&WORK, |text| {
        choice(
            text,
            &[
                ("serve", Work::Serve),
                ("fail", Work::Fail),
                ("panic", Work::Panic),
                ("sleep", Work::Sleep),
                ("stay", Work::Stay),
                ("linger", Work::Linger),
                ("abandon", Work::Abandon),
                ("heed", Work::Heed),
            ],
        )
    })?;
    let limit = arguments.get(&LIMIT)?.unwrap_or(1i64);
    let wait = arguments.get(&WAIT)?.unwrap_or(Duration::ZERO);
    guard(&LOW_PORT, if port == 80 { 0 } else { 1 }, &arguments)?;
    require(&ENOUGH, limit >= 1, &arguments)?;

    let timer = started(&TIMER, unik_unix::Timer::new().await)?;
    let sockets = started(&SOCKETS, unik_unix::Sockets::new(address).await)?;
    let program = started(&PROGRAM, unik_unix::Program::new().await)?;
    match work {
        Some(Work::Sleep) => return run([job(&ECHO, sleep(timer))]).await,
        Some(Work::Linger) => return run([job(&ECHO, linger(program, timer))]).await,
        Some(Work::Abandon) => return run([job(&ECHO, abandon(program, timer))]).await,
        Some(Work::Heed) => return run([job(&ECHO, heed(program))]).await,
        _ => {}
    }
    let tcp = started(&TCP, unik_net::Tcp::new(port, sockets, timer.clone()).await)?;
    run([job(&ECHO, echo(tcp, timer, work.unwrap_or(Work::Serve), wait))]).await
}

async fn sleep(timer: impl Sleep) -> Result<(), unik::Failure> {
    announce("ready");
    timer.sleep(Duration::from_secs(3600)).await;
    Ok(())
}

/// Leaves something in the background.
async fn linger(program: impl Program, timer: impl Sleep + 'static) -> Result<(), unik::Failure> {
    program.spawn(async move {
        timer.sleep(Duration::from_millis(100)).await;
        announce("finished");
    });
    announce("ended");
    Ok(())
}

/// Fails, and leaves something in the background that does not end.
async fn abandon(program: impl Program, timer: impl Sleep + 'static) -> Result<(), unik::Failure> {
    program.spawn(async move { timer.sleep(Duration::from_secs(3600)).await });
    Err(unik::Failure::new("the work is abandoned"))
}

/// Works until it is asked to stop.
async fn heed(program: impl Program) -> Result<(), unik::Failure> {
    let stopping = program.stopping();
    announce("ready");
    stopping.await;
    announce("stopped");
    Ok(())
}

async fn echo(
    network: impl Listener,
    timer: impl Sleep,
    work: Work,
    wait: Duration,
) -> Result<(), unik::Failure> {
    announce(&network.local().to_string());
    match work {
        Work::Fail => Err(unik::Failure::new("the work is to fail")),
        Work::Panic => panic!("the work is to panic"),
        Work::Sleep | Work::Stay | Work::Linger | Work::Abandon | Work::Heed => sleep(timer).await,
        Work::Serve => Ok(network.serve(Echo { timer, wait }).await?),
    }
}

#[expect(clippy::print_stdout, reason = "the tests read from it where the program listens")]
fn announce(line: &str) {
    println!("{line}");
}

struct Echo<S> {
    timer: S,
    wait: Duration,
}

impl<S: Sleep> Handler for Echo<S> {
    type Body = unik::Bytes;

    async fn handle(&self, request: &Request<'_>) -> Response {
        self.timer.sleep(self.wait).await;
        Response::plain(Status::OK, request.path.to_owned())
    }
}
