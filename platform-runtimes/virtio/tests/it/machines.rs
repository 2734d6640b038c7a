//! Drivers in virtual machines: QEMU, with every kind of device that it has.

use std::io::Write;
use std::net::UdpSocket;

use tempfile::NamedTempFile;

use crate::bench::Numbers;
use crate::virtual_machine::{Machine, SETUPS};

/// A disk of zeros, but for its first byte.
fn file(first: u8, kibibytes: u64) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("there is room");
    file.write_all(&[first]).expect("there is room");
    file.as_file().set_len(kibibytes * 1024).expect("there is room");
    file
}

/// Datagrams there and back, one by one and many at once.
pub fn exchange(socket: &UdpSocket, name: &str) {
    let mut numbers = Numbers(5);
    let mut buffer = [0; 2048];
    for _ in 0..100 {
        let length = 18 + numbers.below(1400);
        let datagram = [numbers.bytes(length), vec![0]].concat();
        socket.send(&datagram).expect("it is sent");
        let length = socket.recv(&mut buffer).unwrap_or_else(|error| panic!("{name}: no answer: {error}"));
        assert!(buffer[..length] == datagram, "{name}: another answer");
    }
    let many: Vec<Vec<u8>> = (0..40).map(|_| numbers.bytes(100)).collect();
    for datagram in &many {
        socket.send(datagram).expect("it is sent");
    }
    for _ in &many {
        let length = socket.recv(&mut buffer).unwrap_or_else(|error| panic!("{name}: lost: {error}"));
        assert!(many.iter().any(|datagram| *datagram == buffer[..length]), "{name}: another answer");
    }
}

#[test]
fn datagrams_go_to_and_fro_on_every_kind_of_interface() {
    for setup in SETUPS {
        let (machine, socket) = Machine::new(setup, "echo").nic(",mac=52:54:00:00:00:07");
        let mut running = machine.start();
        running.line("ready");
        exchange(&socket, &format!("{setup:?}"));
        socket.send(b"a datagram that says stop").expect("it is sent");
        let text = running.end(0);
        assert!(text.contains("nic 0: 52:54:00:00:00:07"), "{setup:?}: {text}");
    }
}

#[test]
fn an_interface_without_any_features_works() {
    for setup in [SETUPS[0], SETUPS[3], SETUPS[4], SETUPS[5]] {
        let off = ",mrg_rxbuf=off,csum=off,guest_csum=off,gso=off,guest_tso4=off,guest_tso6=off,event_idx=off,mac=52:54:00:00:00:07";
        let (machine, socket) = Machine::new(setup, "echo").nic(off);
        let mut running = machine.start();
        running.line("ready");
        exchange(&socket, &format!("{setup:?}"));
        socket.send(b"a datagram that says stop").expect("it is sent");
        running.end(0);
    }
}

#[test]
fn interfaces_come_in_order() {
    for setup in [SETUPS[0], SETUPS[1], SETUPS[3], SETUPS[5]] {
        let (machine, first) = Machine::new(setup, "echo-two").nic(",mac=52:54:00:00:00:01");
        let (machine, second) = machine.nic(",mac=52:54:00:00:00:02");
        let mut running = machine.start();
        running.line("ready");
        exchange(&second, &format!("{setup:?}"));
        exchange(&first, &format!("{setup:?}"));
        first.send(b"a datagram that says stop").expect("it is sent");
        let text = running.end(0);
        let order = [text.find("nic 0: 52:54:00:00:00:01"), text.find("nic 1: 52:54:00:00:00:02")];
        assert!(order.iter().all(Option::is_some), "{setup:?}: {text}");
    }
}

#[test]
fn disks_are_disks_on_every_kind_of_device() {
    for setup in SETUPS {
        let file = file(b'x', 4096);
        let text = Machine::new(setup, "disk").disk(file.path(), "").run(0);
        assert_eq!(text, "sectors of 512: 8192\nit is a disk\n", "{setup:?}");
    }
}

#[test]
fn disks_with_large_sectors_few_requests_or_read_only_work() {
    let check = |setup, options: &str, expected: &str| {
        let file = file(b'x', 4096);
        let text = Machine::new(setup, "disk").disk(file.path(), options).run(0);
        assert_eq!(text, expected, "{setup:?} {options}");
    };
    for setup in [SETUPS[0], SETUPS[3]] {
        let large = ",logical_block_size=4096,physical_block_size=4096";
        check(setup, large, "sectors of 4096: 1024\nit is a disk\n");
        check(setup, ",queue-size=4", "sectors of 512: 8192\nit is a disk\n");
        check(setup, ",write-cache=off", "sectors of 512: 8192\nit is a disk\n");
    }
}

#[test]
fn what_the_host_cannot_read_fails_and_the_rest_works() {
    for setup in [SETUPS[0], SETUPS[3], SETUPS[4]] {
        let (file, mut rules) = (file(b'x', 64), NamedTempFile::new().expect("there is room"));
        rules
            .write_all(
                b"[inject-error]\nevent = \"read_aio\"\nerrno = \"5\"\nsector = \"0\"\nonce = \"off\"\n",
            )
            .expect("there is room");
        let disk = format!("blkdebug:{}:{}", rules.path().display(), file.path().display());
        let text = Machine::new(setup, "failing").disk(disk.as_ref(), "").run(0);
        let expected = "sector 0: Err(Corrupt)\nsector 1: Ok(())\nsector 2: Ok(())\nwritten: Ok(())\n";
        assert_eq!(text, expected, "{setup:?}");
    }
}

#[test]
fn disks_have_the_names_that_the_host_gives_them() {
    let files = [file(b'a', 1024), file(b'b', 2048), file(b'c', 3072)];
    let told = |order: [usize; 3]| {
        let line = |(number, disk): (usize, usize)| {
            let letter = char::from(b'a' + disk as u8);
            format!("disk {number}: {} sectors, {letter}\n", 2048 * (disk + 1))
        };
        order.into_iter().enumerate().map(line).collect::<String>()
    };
    for setup in [SETUPS[0], SETUPS[1], SETUPS[3], SETUPS[4], SETUPS[5]] {
        let disks = |serials: [&str; 3]| {
            let machine = Machine::new(setup, "disks");
            let add = |machine: Machine, (file, serial): (&NamedTempFile, &str)| {
                let serial = if serial.is_empty() { String::new() } else { format!(",serial={serial}") };
                machine.disk(file.path(), &serial)
            };
            files.iter().zip(serials).fold(machine, add).run(0)
        };
        assert_eq!(disks(["", "", ""]), told([0, 1, 2]), "{setup:?}");
        assert_eq!(disks(["second", "third", "first"]), told([2, 0, 1]), "{setup:?}");
        assert_eq!(disks(["second", "", "first"]), told([2, 0, 1]), "{setup:?}");
        assert_eq!(disks(["other", "first", ""]), told([1, 0, 2]), "{setup:?}");
    }
}

#[test]
fn as_many_devices_as_a_target_takes_work_together() {
    for setup in [SETUPS[0], SETUPS[5], SETUPS[8]] {
        let files: Vec<NamedTempFile> = (0..15).map(|number| file(b'a' + number, 1024)).collect();
        let mut machine = Machine::new(setup, "everything");
        for (number, file) in files.iter().enumerate() {
            machine = machine.disk(file.path(), ["", ",serial=first"][usize::from(number == 14)]);
        }
        let mut sockets = Vec::new();
        for _ in 0..8 {
            let (with, socket) = machine.nic("");
            machine = with;
            sockets.push(socket);
        }
        let mut running = machine.device("rng", "").start();
        running.line("ready");
        for socket in &sockets[..2] {
            exchange(socket, &format!("{setup:?}"));
        }
        sockets[0].send(b"a datagram that says stop").expect("it is sent");
        let text = running.end(0);
        assert!(text.contains("disk 0: 2048 sectors, o\ndisk 1: 2048 sectors, a\n"), "{setup:?}: {text}");
    }
}

#[test]
fn entropy_comes_from_the_host() {
    for setup in SETUPS {
        let text = Machine::new(setup, "entropy").device("rng", "").run(0);
        assert_eq!(text, "entropy is good\n", "{setup:?}");
    }
}

#[test]
fn what_is_not_attached_is_told_with_what_to_do() {
    for setup in [SETUPS[0], SETUPS[1], SETUPS[3]] {
        let text = Machine::new(setup, "echo").run(2);
        assert!(
            text.starts_with("guest: the host has attached no network interface for `management`"),
            "{text}"
        );
        let file = file(b'x', 64);
        let text = Machine::new(setup, "disks").disk(file.path(), ",serial=second").run(2);
        assert!(text.starts_with("guest: the host has attached no disk for `first`"), "{text}");
        assert!(text.contains("`--disk first=…` of `unikc run`"), "{text}");
    }
}

#[test]
fn a_device_that_cannot_interrupt_is_told_apart() {
    let file = file(b'x', 64);
    let text = Machine::new(SETUPS[3], "disk").disk(file.path(), ",vectors=0").run(2);
    assert!(text.contains("does not work: it has no interrupt that this target can use"), "{text}");
}

#[test]
fn a_console_gets_everything_to_the_last_word() {
    for setup in SETUPS {
        let file = NamedTempFile::new().expect("there is room");
        let chardev = format!("file,id=console,path={}", file.path().display());
        let machine = Machine::new(setup, "console").argument("-chardev", &chardev).device("serial", "");
        let serial = machine.argument("-device", "virtconsole,chardev=console").run(101);
        let text = std::fs::read_to_string(file.path()).expect("it is text").replace('\r', "");
        let line = format!("ü, and a line of many letters: {}\npanicked at src/main.rs:", "x".repeat(3000));
        assert!(text.starts_with(&line) && text.contains("on purpose"), "{setup:?}: {text}");
        assert_eq!(serial, text, "{setup:?}");
    }
}
