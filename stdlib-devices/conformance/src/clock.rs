//! What clocks and timers promise.

use core::time::Duration;

use unik::clock::{Monotonic, Sleep, Timestamp, Wall};
use unik::concurrent::{join, race};

/// A monotonic clock never goes back.
pub fn monotonic(clock: &impl Monotonic) {
    let mut last = clock.now();
    for _ in 0..10_000 {
        let now = clock.now();
        assert!(now >= last, "the clock went back from {last:?} to {now:?}");
        last = now;
    }
}

/// A timer waits for at least as long as asked, and forgets waits that are dropped.
pub async fn sleep(timer: &impl Sleep) {
    monotonic(timer);
    for milliseconds in [0, 1, 3, 20] {
        let duration = Duration::from_millis(milliseconds);
        let start = timer.now();
        timer.sleep(duration).await;
        let passed = timer.now() - start;
        assert!(passed >= duration, "a sleep of {duration:?} ended after {passed:?}");
    }

    let start = timer.now();
    let long = Duration::from_secs(3600);
    race(timer.sleep(Duration::from_millis(2)), timer.sleep(long)).await;
    assert!(timer.now() - start < long, "the shorter of two sleeps ends first");

    // Two that run at once end in the order in which they are due, which is not that of their start. Whoever runs this may lose the
    // processor between the two starts, so when each is due is looked at and not taken for granted.
    let sleeps = async |milliseconds| {
        let due = timer.now() + Duration::from_millis(milliseconds);
        timer.sleep(Duration::from_millis(milliseconds)).await;
        (due, timer.now())
    };
    let ((late_due, late), (early_due, early)) = join(sleeps(10), sleeps(5)).await;
    assert!(early <= late || early_due > late_due, "a sleep that was due earlier ended later");
}

/// A wall clock shows a time of this century.
pub fn wall(clock: &impl Wall) {
    let Timestamp { seconds, nanoseconds } = clock.now();
    assert!(seconds > 1_577_836_800, "before 2020: {seconds}");
    assert!(seconds < 4_102_444_800, "after 2099: {seconds}");
    assert!(nanoseconds < 1_000_000_000, "nanoseconds of a second: {nanoseconds}");
}
