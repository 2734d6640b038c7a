//! The program as a device: what runs in the background, and being asked to stop.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use unik::program::Program as _;
use unik_executor::virtual_time::Virtual;
use unik_executor::{Executor, GRACE, Program};

fn program() -> (Executor<Virtual>, Program<Virtual>) {
    let executor = Executor::new(Virtual::default());
    (executor.clone(), Program::of(executor))
}

#[test]
fn a_program_waits_for_what_it_left_in_the_background() {
    let (executor, program) = program();
    let ended = Rc::new(Cell::new(false));
    let (inside, sleeper) = (ended.clone(), executor.clone());
    executor.run(async {
        program.spawn(async move {
            sleeper.sleep(Duration::from_secs(2)).await;
            inside.set(true);
        });
    });
    assert!(ended.get());
    assert_eq!(executor.now(), Duration::from_secs(2));
}

#[test]
fn a_program_does_not_wait_for_ever() {
    let (executor, program) = program();
    executor.run(async { program.spawn(std::future::pending()) });
    assert_eq!(executor.now(), GRACE);
}

#[test]
fn a_program_without_background_ends_at_once() {
    let (executor, _) = program();
    assert_eq!(executor.run(async { 7 }), 7);
    assert_eq!(executor.now(), Duration::ZERO);
}

#[test]
fn everybody_who_waits_is_told_to_stop() {
    let (executor, program) = program();
    executor.run(async {
        let (first, second) = (program.stopping(), program.stopping());
        let unpolled = program.stopping();
        let asker = async {
            executor.sleep(Duration::from_secs(1)).await;
            assert!(!program.is_stopping());
            assert!(executor.stop());
        };
        unik::concurrent::join(asker, unik::concurrent::join(first, second)).await;
        assert!(program.is_stopping());
        unpolled.await;
        program.stopping().await;
    });
}

#[test]
fn a_program_in_which_nobody_waits_has_nothing_to_finish() {
    let (executor, program) = program();
    let stopping = program.stopping();
    drop(stopping);
    assert!(!executor.stop());
    let _stopping = program.stopping();
    assert!(executor.stop());
}
