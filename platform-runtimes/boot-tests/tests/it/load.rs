//! Much to serve, many who ask, and nobody who asks.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use unik_boot_tests::client::{connect, curl, forward};
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

/// 1,000 connections, many at a time, each with one question; then one more is answered as ever.
#[test]
fn a_thousand_connections_are_answered() {
    const AT_ONCE: usize = 50;
    let image = site();
    let (port, lead) = forward(8080);
    let guest = Guest::start(&image, &MICROVM, &["--forward", &lead], &[]);
    let url = format!("http://127.0.0.1:{port}/small.txt");
    curl(&[&url]);
    let ask = move || {
        let mut answered = 0;
        for _ in 0..1000 / AT_ONCE {
            let mut stream = connect(port).expect("the host takes the connection");
            let question = b"GET /small.txt HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n";
            let mut answer = String::new();
            let done = stream.write_all(question).and_then(|()| stream.read_to_string(&mut answer));
            answered += usize::from(done.is_ok() && answer.ends_with("\r\n\r\nsmall\n"));
        }
        answered
    };
    let clients: Vec<_> = (0..AT_ONCE).map(|_| thread::spawn(ask)).collect();
    let answered: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
    assert_eq!(answered, 1000);
    assert_eq!(curl(&[&url]), b"small\n");
    guest.stops();
}

/// Connections that are opened and left alone, or cut off in the middle of a question, take nothing from the others.
#[test]
fn connections_that_say_nothing_do_not_keep_others_out() {
    let image = site();
    let (port, lead) = forward(8080);
    let guest = Guest::start(&image, &MICROVM, &["--forward", &lead], &[]);
    let url = format!("http://127.0.0.1:{port}/small.txt");
    curl(&[&url]);
    let mut silent = Vec::new();
    for number in 0..100 {
        let mut stream = connect(port).unwrap();
        if number % 2 == 0 {
            stream.write_all(b"GET /sma").unwrap();
        }
        silent.push(stream);
    }
    silent.truncate(50);
    assert_eq!(curl(&[&url]), b"small\n");
    drop(silent);
    assert_eq!(curl(&[&url]), b"small\n");
    guest.stops();
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
