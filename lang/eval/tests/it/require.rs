//! `require`.

use expect_test::expect;

use crate::support::check;

const WORKERS: &str = r#"
enum Store { crunch, direct }
configure key store: Store = crunch
key workers: Int = 2
run key late: Int = 1
let enough = workers >= 1
require store != direct || target != unix, "direct needs something else"
require enough && workers <= 64, "workers are 1 to 64"
require late < workers
device d: Job { rust d }
unikernel u = d
"#;

#[test]
fn what_can_change_is_checked_at_boot() {
    check(
        "eval",
        WORKERS,
        expect![[r#"
        d = app.d: Job

        configure key --store: Store = crunch (default)
        key --workers: Int = 2 (default)
        run key --late: Int = 1 (default)

        require 1 <= workers && workers <= 64, "workers are 1 to 64"
        require late < workers, "late < workers"
    "#]],
    );
}

#[test]
fn what_does_not_hold_is_an_error() {
    check(
        "eval --store direct --workers 0",
        WORKERS,
        expect![[r#"
        d = app.d: Job

        configure key --store: Store = direct (given)
        key --workers: Int = 0 (given)
        run key --late: Int = 1 (default)

        require 1 <= workers && workers <= 64, "workers are 1 to 64"
        require late < workers, "late < workers"
        E0404 a requirement does not hold: direct needs something else
          ^ 7:9 «store != direct || target != unix» this is false
          - 3:15 «store» `store` is `direct`, as given
          note: the target is `unix`
          help: give other values to these keys
        E0404 a requirement does not hold: workers are 1 to 64
          ^ 8:9 «enough && workers <= 64» this is false
          - 4:5 «workers» `workers` is `0`, as given
          help: give other values to these keys
    "#]],
    );
    check(
        "graph --workers 65",
        WORKERS,
        expect![[r#"
        d = app.d: Job

        configure key --store: Store = crunch (default)
        key --workers: Int = 65 (given)
        run key --late: Int = 1 (default)

        require 1 <= workers && workers <= 64, "workers are 1 to 64"
        require late < workers, "late < workers"
        E0404 a requirement does not hold: workers are 1 to 64
          ^ 8:9 «enough && workers <= 64» this is false
          - 4:5 «workers» `workers` is `65`, as given
          help: give other values to these keys
    "#]],
    );
}
