//! Much to serve, nobody who asks, and little room. Many who ask at once are in `network`: QEMU's own network does not take them.

use std::thread;
use std::time::Duration;

use unik_boot_tests::client::{curl, forward};
use unik_boot_tests::guest::Guest;
use unik_boot_tests::image::Image;
use unik_boot_tests::machine::{ALL, MICROVM};
use unik_boot_tests::project;

fn site() -> Image {
    Image::build(&project::troubles(), MICROVM.target, "site", &["--unikernel", "site"])
}

#[test]
fn a_megabyte_arrives_byte_by_byte() {
    let image = site();
    let big = project::big();
    for machine in ALL {
        let (port, lead) = forward(8080);
        let guest = Guest::start(&image, machine, &["--forward", &lead], &[]);
        let url = format!("http://127.0.0.1:{port}/big.bin");
        for _ in 0..3 {
            assert!(curl(&[&url]) == big, "it differs on {}", machine.name);
        }
        let part = curl(&["--range", "1000000-1048652", &url]);
        assert!(part == big[1_000_000..], "the end differs on {}", machine.name);
        guest.stops();
    }
}

/// Not a measure of speed: a guest that polls uses the whole of a core, one that sleeps hardly any of it.
#[test]
fn an_idle_guest_sleeps() {
    const FOR: Duration = Duration::from_secs(5);
    let image = site();
    for machine in [&MICROVM, &ALL[1]] {
        let (port, lead) = forward(8080);
        let guest = Guest::start(&image, machine, &["--forward", &lead], &[]);
        curl(&[&format!("http://127.0.0.1:{port}/small.txt")]);
        thread::sleep(Duration::from_millis(500));
        let before = guest.busy();
        thread::sleep(FOR);
        let spent = guest.busy() - before;
        assert!(spent < FOR / 100, "{spent:?} of {FOR:?} on {}", machine.name);
        guest.stops();
    }
}

#[test]
fn little_memory_is_enough_to_serve() {
    let image = Image::example("file-server", MICROVM.target, &[]);
    let (port, lead) = forward(8080);
    let guest = Guest::start(&image, &MICROVM, &["--memory", "8", "--forward", &lead], &[]);
    curl(&[&format!("http://127.0.0.1:{port}/")]);
    guest.stops();
}
