//! What happens between the arguments and the end of the jobs.

use std::cell::Cell;
use std::future::pending;

use unik_conformance::virtual_time;
use unik_platform::{
    Arguments, Device, Exit, Failure, Guard, Image, Key, Requirement, exact, guard, job, require, run,
    started,
};

const PORT: Key = Key::new("port", "Port", "");
const DEBUG: Key = Key { flag: true, ..Key::new("debug", "Bool", "") };
const DEVICE: Device = Device { name: "std/net.tcp", place: "app.unik:31" };
const OTHER: Device = Device { name: "app.other", place: "app.unik:40" };

fn given(arguments: &[&str]) -> Arguments {
    const IMAGE: Image = Image { name: "sample", doc: "", keys: &[PORT, DEBUG], attachments: &[] };
    Arguments::read(&IMAGE, arguments.iter().map(|text| String::from(*text)), |_| None)
        .expect("they are right")
}

fn fails(exit: Exit, message: &str) -> Failure {
    Failure { exit, message: message.into() }
}

#[derive(Debug)]
struct Nested;

impl std::fmt::Display for Nested {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the store is damaged")
    }
}

impl std::error::Error for Nested {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&unik::kv::key::Malformed::Dots)
    }
}

#[test]
fn a_device_that_does_not_start_is_named_with_cause_and_place() {
    assert_eq!(started::<_, Nested>(&DEVICE, Ok(5)), Ok(5));
    assert_eq!(
        started::<(), _>(&DEVICE, Err(Nested)),
        Err(fails(
            Exit::DEVICE,
            "std/net.tcp failed to start: the store is damaged: `.` and `..` cannot stand in a key\n  at app.unik:31"
        ))
    );
    assert_eq!(
        started::<(), _>(&DEVICE, Err(unik::Failure::new("no luck"))),
        Err(fails(Exit::DEVICE, "std/net.tcp failed to start: no luck\n  at app.unik:31"))
    );
}

#[test]
fn another_choice_is_refused() {
    let choice = |keys| Guard { keys, taken: 0, branches: &["http.server", "net.tcp"], place: "app.unik:9" };
    let one = choice(&[PORT]);
    let both = choice(&[PORT, DEBUG]);
    assert_eq!(guard(&one, 0, &given(&["--port=9000"])), Ok(()));
    for (guarded, arguments, message) in [
        (
            &one,
            &["--port=9000"][..],
            "--port=9000 would choose net.tcp over http.server: configure again with --port 9000\n  at app.unik:9",
        ),
        (
            &both,
            &["--debug", "--port=1"],
            "--port=1 --debug=true would choose net.tcp over http.server: configure again with --port 1 --debug=true\n  at app.unik:9",
        ),
        (
            &one,
            &["--debug"],
            "the default would choose net.tcp over http.server: configure again with --port\n  at app.unik:9",
        ),
    ] {
        assert_eq!(guard(guarded, 1, &given(arguments)), Err(fails(Exit::REFUSED, message)));
    }
}

#[test]
fn a_requirement_is_told_with_the_values() {
    let requirement = Requirement { keys: &[PORT], message: "ports are high", place: "app.unik:7" };
    assert_eq!(require(&requirement, true, &given(&[])), Ok(()));
    assert_eq!(
        require(&requirement, false, &given(&["--port", "1"])),
        Err(fails(Exit::REFUSED, "ports are high, with --port=1\n  at app.unik:7"))
    );
    assert_eq!(
        require(&requirement, false, &given(&[])),
        Err(fails(Exit::REFUSED, "ports are high\n  at app.unik:7"))
    );
}

#[test]
fn overflow_is_refused() {
    assert_eq!(exact(1u16.checked_add(1), "port + 1", "app.unik:12"), Ok(2));
    assert_eq!(
        exact(u16::MAX.checked_add(1), "port + 1", "app.unik:12"),
        Err(fails(Exit::REFUSED, "`port + 1` is outside the range of its type\n  at app.unik:12"))
    );
}

#[test]
fn jobs_run_side_by_side_until_all_have_ended() {
    virtual_time::run(async |timer| {
        use unik::clock::{Monotonic, Sleep};
        let ended = Cell::new(0);
        let work = async |seconds| {
            timer.sleep(std::time::Duration::from_secs(seconds)).await;
            ended.set(ended.get() + 1);
            Ok::<(), unik::Failure>(())
        };
        assert_eq!(run([job(&DEVICE, work(3)), job(&OTHER, work(5))]).await, Ok(()));
        assert_eq!((ended.get(), timer.now().as_secs()), (2, 5));
        assert_eq!(run([]).await, Ok(()));
    });
}

#[test]
fn a_job_that_fails_ends_the_others() {
    virtual_time::run(async |_| {
        let fail = async { Err(unik::Failure::new("no luck")) };
        let wait = pending::<Result<(), unik::Failure>>();
        assert_eq!(
            run([job(&DEVICE, wait), job(&OTHER, fail)]).await,
            Err(fails(Exit::JOB, "app.other failed: no luck\n  at app.unik:40"))
        );
    });
}
