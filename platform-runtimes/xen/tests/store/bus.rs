//! Front ends through everything that becomes of their back ends, and what the tools ask of a domain.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use unik::concurrent::race;
use unik_xen::bus::{Back, Driver, Error, Front, Request, State, listen};

use crate::bench::run;

/// A driver that writes down what it does.
#[derive(Default)]
struct Log {
    lines: RefCell<Vec<String>>,
    failed: RefCell<Option<String>>,
}

impl Log {
    fn take(&self) -> Vec<String> {
        self.lines.take()
    }
}

impl Driver for Log {
    const OFFERED: State = State::Initialised;

    async fn offer(&self, back: &Back) -> Result<Vec<(String, String)>, Error> {
        let (extra, depth) = (back.has("feature-extra").await?, back.number::<u8>("depth").await?);
        self.lines.borrow_mut().push(format!("offer to {}: {extra} {depth:?}", back.domain().0));
        Ok(vec![("ring-ref".into(), "8".into()), ("event-channel".into(), "3".into())])
    }

    async fn connected(&self, back: &Back) -> Result<(), Error> {
        let sectors = back.number::<u64>("sectors").await?;
        self.lines.borrow_mut().push(format!("connected, {sectors:?} sectors"));
        Ok(())
    }

    fn released(&self) {
        self.lines.borrow_mut().push("released".into());
    }

    async fn failed(&self) -> String {
        poll_fn(|_| self.failed.take().map_or(Poll::Pending, Poll::Ready)).await
    }
}

const BACK: &str = "/local/domain/0/backend/vbd/7/51712";
const TREE: &[(&str, &str)] = &[
    ("device/vbd/51712/backend", BACK),
    ("device/vbd/51712/backend-id", "0"),
    ("device/vbd/51712/state", "1"),
    ("device/vbd/51728/state", "1"),
    ("device/vbd/6/state", "1"),
    ("device/vbd/x/state", "1"),
];

/// What is written, the state of the front end afterwards, and what the driver has done.
type Line<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a [&'a str]);

/// Runs a front end beside a script of what the tools and the back end write; a line of the script says what is expected.
fn check(script: &[Line<'_>]) {
    run(TREE, async |server, store, executor| {
        let log = Rc::new(Log::default());
        let fronts = Front::all(&store, "vbd").await.expect("the server is there");
        let numbers: Vec<&str> = fronts.iter().map(Front::number).collect();
        assert_eq!(numbers, ["6", "51712", "51728"]);
        let (front, driver) = (fronts[1].clone(), log.clone());
        executor.spawn(async move {
            let error = front.run(&*driver).await;
            driver.lines.borrow_mut().push(format!("ended: {error}"));
        });
        for (written, state, expected) in script {
            for (path, value) in *written {
                let path = match path.strip_prefix("front/") {
                    Some(name) => format!("device/vbd/51712/{name}"),
                    None => format!("{BACK}/{path}"),
                };
                if *value == "gone" { server.remove(&path) } else { server.set(&path, value.as_bytes()) }
            }
            executor.sleep(Duration::from_secs(1)).await;
            assert_eq!(log.take(), *expected, "after {written:?}");
            assert_eq!(
                server.get("device/vbd/51712/state").as_deref().unwrap_or("-"),
                *state,
                "after {written:?}"
            );
        }
    });
}

const OFFER: &str = "offer to 0: true Some(4)";
const UP: &[(&str, &str)] = &[("feature-extra", "1"), ("depth", "4"), ("sectors", "99"), ("state", "2")];

#[test]
fn a_device_comes_into_use_and_goes() {
    check(&[
        (&[], "1", &[]),
        (&[("state", "1")], "1", &[]),
        (UP, "3", &[OFFER]),
        (&[("state", "4")], "4", &["connected, Some(99) sectors"]),
        (&[("online", "0"), ("state", "5")], "6", &["released"]),
        (&[("state", "6")], "6", &[]),
        (&[("front/state", "gone"), ("front/backend", "gone"), ("", "gone")], "-", &[]),
        // Attached again.
        (&[("front/state", "1"), ("front/backend", BACK), ("online", "1")], "1", &[]),
        (UP, "3", &[OFFER]),
        (&[("state", "4")], "4", &["connected, Some(99) sectors"]),
    ]);
}

#[test]
fn a_back_end_that_vanishes_may_return() {
    check(&[
        (UP, "3", &[OFFER]),
        (&[("state", "4")], "4", &["connected, Some(99) sectors"]),
        (&[("state", "gone")], "6", &["released"]),
        (&[("state", "2")], "3", &[OFFER]),
        (&[("state", "4")], "4", &["connected, Some(99) sectors"]),
        // It was closed, and waits for this end.
        (&[("state", "6")], "1", &["released"]),
        (&[("state", "2")], "3", &[OFFER]),
        // It moves to another domain.
        (&[("front/backend-id", "5"), ("front/backend", "/other")], "6", &["released"]),
    ]);
}

#[test]
fn a_back_end_that_takes_no_rings_is_not_offered_them_for_ever() {
    let refused: Line<'_> = (&[("state", "5"), ("state", "6")], "1", &["released"]);
    let offered: Line<'_> = (&[("state", "2")], "3", &[OFFER]);
    let connected: Line<'_> = (&[("state", "4")], "4", &["connected, Some(99) sectors"]);
    let gives_up: &[&str] = &["released", "ended: its back end refuses what it is offered"];
    let first: Line<'_> = (UP, "3", &[OFFER]);
    check(&[first, refused, offered, refused, offered, refused, (&[("state", "2")], "6", gives_up)]);
    // What was taken once counts anew.
    check(&[
        first, refused, offered, refused, offered, connected, refused, offered, refused, offered, connected,
    ]);
}

#[test]
fn what_makes_no_sense_ends_the_device() {
    let malformed = |path: &str| format!("ended: what stands in {path} of XenStore makes no sense");
    check(&[(
        &[("front/backend-id", "70000"), ("front/backend", "/x")],
        "6",
        &["released", &malformed("device/vbd/51712/backend-id")],
    )]);
    check(&[(&[("front/backend", "x")], "6", &["released", &malformed("device/vbd/51712/backend")])]);
    check(&[(
        &[("feature-extra", "yes"), ("state", "2")],
        "6",
        &["released", &malformed(&format!("{BACK}/feature-extra"))],
    )]);
}

#[test]
fn a_driver_gives_a_back_end_up() {
    run(TREE, async |server, store, executor| {
        let log = Log::default();
        let front = Front::all(&store, "vbd").await.expect("the server is there").remove(1);
        let script = async {
            UP.iter().for_each(|(name, value)| server.set(&format!("{BACK}/{name}"), value.as_bytes()));
            executor.sleep(Duration::from_secs(1)).await;
            server.set(&format!("{BACK}/state"), b"4");
            *log.failed.borrow_mut() = Some("it answers what it was not asked".into());
            executor.sleep(Duration::from_secs(9)).await;
            Error::GivenUp("too late".into())
        };
        let error = race(front.run(&log), script).await;
        assert_eq!(error, Error::GivenUp("it answers what it was not asked".into()));
        assert_eq!(server.get("device/vbd/51712/state").as_deref(), Some("6"));
        let told = server.get("error/device/vbd/51712/error");
        assert_eq!(told.as_deref(), Some("it answers what it was not asked"));
        assert_eq!(server.watches(), 0);
    });
}

#[test]
fn requests_of_the_tools_are_heeded_and_acknowledged() {
    run(&[("control/shutdown", "")], async |server, store, executor| {
        let asked = RefCell::new(Vec::new());
        let script = async {
            for (command, left) in [
                ("poweroff", ""),
                ("suspend", "suspend"),
                ("", ""),
                ("reboot", ""),
                ("\u{1}", "\u{1}"),
                ("halt", ""),
            ] {
                executor.sleep(Duration::from_secs(1)).await;
                server.set("control/shutdown", command.as_bytes());
                executor.sleep(Duration::from_secs(1)).await;
                assert_eq!(server.get("control/shutdown").as_deref(), Some(left));
            }
            server.set("control/shutdown", b"\xff");
            executor.sleep(Duration::from_secs(1)).await;
        };
        let listening =
            async { panic!("{}", listen(&store, |request| asked.borrow_mut().push(request)).await) };
        race(script, listening).await;
        assert_eq!(asked.take(), [Request::PowerOff, Request::Reboot, Request::PowerOff]);
        assert_eq!(server.get("control/feature-suspend").as_deref(), Some("0"));
    });
}
