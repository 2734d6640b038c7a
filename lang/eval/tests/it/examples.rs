//! The examples of the repository, with the real library.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use expect_test::{Expect, expect};
use unik_db::{Database, Library, LibraryFile, MemorySystem};

use crate::support::said;

/// The platforms that tests know, whatever others there are: what is said of all of them does not change with a new one.
const PLATFORMS: [&str; 2] = ["unix", "virtio"];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn add(folder: &str, files: &mut Vec<(String, String)>, shelf: &mut Vec<LibraryFile>) {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        if let Ok(text) = fs::read_to_string(folder.join(format!("{name}.unik"))) {
            let path = format!("library/{name}/{name}.unik");
            shelf.push(LibraryFile { name: name.as_str().into(), path: path.as_str().into() });
            files.push((path, text));
        }
    }
}

#[track_caller]
fn check(example: &str, command: &str, expected: Expect) {
    let mut library = Library::default();
    let mut files = Vec::new();
    add("stdlib-devices", &mut files, &mut library.std);
    add("platform-runtimes", &mut files, &mut library.platforms);
    library.platforms.retain(|platform| PLATFORMS.contains(&&*platform.name));
    let (folder, name) = example.split_once('/').unwrap();
    for entry in fs::read_dir(root().join("examples").join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        match path.is_dir() {
            true => files.push((format!("{file}/index.html"), String::new())),
            false if file.ends_with(".unik") => files.push((file, fs::read_to_string(&path).unwrap())),
            false => {}
        }
    }
    let db = Database::new(Arc::new(MemorySystem::new(files)), library);
    let file = db.open(name);
    expected.assert_eq(&said(&db, file, command));
}

#[test]
fn file_server() {
    check(
        "file-server/app.unik",
        "graph --target unix --net host",
        expect![[r#"
            file_server = app.file_server: Job
              store: choice = choice(store): std/kv.ReadOnly
                crunch (default): crunch = std/kv.crunch(files: files("data/")): std/kv.ReadOnly
                direct: direct = std/kv.direct(root: "data/"): std/kv.ReadWrite
              network: choice_2 = choice(port == 80 || port == 8080): std/net.Network
                then (default): server = std/http.server: std/net.Network
                  connections: tcp = std/net.tcp(port: port): std/net.Listener
                    stack: sockets = unix.sockets(address: address): std/net.Stack
                    sleep: timer = unix.timer: std/clock.Sleep
                  sleep: (shared: timer)
                  wall: wall = unix.wall: std/clock.Wall
                else: (shared: tcp)

            configure key --store: Store = crunch (default)
            key --port, -p: Port = 8080 (default)
            configure key --net: Net = host (given)
            key --address: Ip = "127.0.0.1" (default)
        "#]],
    );
    check(
        "file-server/app.unik",
        "eval",
        expect![[r#"
            file_server = app.file_server: Job
              store: crunch = std/kv.crunch(files: files("data/")): std/kv.ReadOnly
              network: server = std/http.server: std/net.Network
                connections: tcp = std/net.tcp(port: port): std/net.Listener
                  stack: sockets = unix.sockets(address: address): std/net.Stack
                  sleep: timer = unix.timer: std/clock.Sleep
                sleep: (shared: timer)
                wall: wall = unix.wall: std/clock.Wall

            configure key --store: Store = crunch (default)
            key --port, -p: Port = 8080 (default)
            configure key --net: Net = host (default)
            key --address: Ip = "127.0.0.1" (default)

            guard port == 80 || port == 8080: http.server, not net.tcp
        "#]],
    );
    check(
        "file-server/app.unik",
        "eval --store direct --port 4000",
        expect![[r#"
            file_server = app.file_server: Job
              store: direct = std/kv.direct(root: "data/"): std/kv.ReadWrite
              network: tcp = std/net.tcp(port: port): std/net.Listener
                stack: sockets = unix.sockets(address: address): std/net.Stack
                sleep: timer = unix.timer: std/clock.Sleep

            configure key --store: Store = direct (given)
            key --port, -p: Port = 4000 (given)
            configure key --net: Net = host (default)
            key --address: Ip = "127.0.0.1" (default)

            guard port == 80 || port == 8080: net.tcp, not http.server
        "#]],
    );
    check("file-server/app.unik", "check", expect![[""]]);
}

#[test]
fn hello() {
    check(
        "hello/app.unik",
        "eval",
        expect![[r#"
        greeter = app.greeter(name: name, count: count, pause: pause): Job
          sleep: timer = unix.timer: std/clock.Sleep
          after: console = std/log.console(log: log): std/log.Reporter
            out: stderr = unix.stderr: std/log.Console

        run key --name, -n: Str = "World" (default)
        run key --count: Int = 4 (default)
        run key --pause: Duration = 1s (default)
        run key --log, -l: Str = "info" (default)
    "#]],
    );
}

#[test]
fn keys() {
    check(
        "keys/app.unik",
        "eval",
        expect![[r#"
        report = app.report(port: port, next_port: port + 1, volume: volume, debug: debug, owner: owner, workers: workers, peer: peer, ipv4: ipv4, ipv6: ipv6, network: network, mac: mac, timeout: if debug then timeout * 10 else timeout, cache: cache, output: output, names: names ++ [owner]): Job
          after: console = std/log.console(log: log): std/log.Reporter
            out: stderr = unix.stderr: std/log.Console

        configure key --short-report: Bool = false (default)
        key --port, -p: Port = 8080 (default)
        key --volume: Volume = normal (default)
        run key --debug, -d: Bool = false (default)
        run key --owner: Str (required)
        run key --workers: Int = 2 (default)
        run key --peer: Ip = "192.0.2.1" (default)
        run key --ipv4: Ipv4 = "10.0.0.2" (default)
        run key --ipv6: Ipv6 = "2001:db8::1" (default)
        run key --network: Cidr = "10.0.0.2/24" (default)
        run key --mac: Mac = "02:00:00:00:00:01" (default)
        run key --timeout: Duration = 5s (default)
        run key --cache: Size = 64KiB (default)
        run key --output: Option(Path) = none (default)
        run key --names: List(Str) = ["localhost", "example.org"] (default)
        run key --log, -l: Str = "info" (default)

        require 1 <= workers && workers <= 64, "workers are 1 to 64"
    "#]],
    );
    check("keys/app.unik", "check", expect![[""]]);
}

#[test]
fn two_servers() {
    check(
        "two-servers/app.unik",
        "eval --admin-port 9000",
        expect![[r#"
            public_site = app.site: Job in public
              store: crunch = std/kv.crunch(files: files("public/")): std/kv.ReadOnly
              network: public_server = std/http.server: std/net.Network in public
                connections: public_tcp = std/net.tcp(port: public.port): std/net.Listener in public
                  stack: sockets = unix.sockets(address: address): std/net.Stack
                  sleep: timer = unix.timer: std/clock.Sleep
                sleep: (shared: timer)
                wall: wall = unix.wall: std/clock.Wall
            mirror_site = app.site: Job in mirror
              store: (shared: crunch)
              network: mirror_server = std/http.server: std/net.Network in mirror
                connections: mirror_tcp = std/net.tcp(port: mirror.port): std/net.Listener in mirror
                  stack: (shared: sockets)
                  sleep: (shared: timer)
                sleep: (shared: timer)
                wall: (shared: wall)
            admin_site = app.site: Job in admin
              store: admin_crunch = std/kv.crunch(files: files("admin/")): std/kv.ReadOnly in admin
              network: admin_server = std/http.server: std/net.Network in admin
                connections: admin_tcp = std/net.tcp(port: admin.port): std/net.Listener in admin
                  stack: (shared: sockets)
                  sleep: (shared: timer)
                sleep: (shared: timer)
                wall: (shared: wall)

            key --public-port: Port = 8080 (default)
            configure key --net: Net = host (default)
            key --address: Ip = "127.0.0.1" (default)
            key --mirror-port: Port = 8081 (default)
            key --admin-port: Port = 9000 (given)
        "#]],
    );
    check(
        "two-servers/clash.unik",
        "eval",
        expect![[r#"
            site = app.site: Job
              store: crunch = std/kv.crunch(files: files("public/")): std/kv.ReadOnly
              network: server = std/http.server: std/net.Network
                connections: tcp = std/net.tcp(port: 8080): std/net.Listener
                  stack: sockets = unix.sockets(address: address): std/net.Stack
                  sleep: timer = unix.timer: std/clock.Sleep
                sleep: (shared: timer)
                wall: wall = unix.wall: std/clock.Wall
            site_2 = app.site: Job
              store: (shared: crunch)
              network: raw_tcp = std/net.tcp(port: 8080): std/net.Listener in raw
                stack: (shared: sockets)
                sleep: (shared: timer)

            configure key --net: Net = host (default)
            key --address: Ip = "127.0.0.1" (default)
            E0403 `tcp` and `raw_tcp` claim the same TCP port: sockets, 8080
              ^ 11:16 «net.tcp(4040 + 4040)» `raw_tcp` claims it here
              - 10:28 «net.tcp(8080)» `tcp` claims it here
              - std/net:81:3 «exclusive stack, port as "TCP port"» only one device of an image may have it
              help: give one of them another value, or share one device by a `let`
        "#]],
    );
}

#[test]
fn functors() {
    check(
        "functors/app.unik",
        "graph --target unix --net host",
        expect![[r#"
            site = app.site: Job
              store: crunch = std/kv.crunch(files: files("data/")): std/kv.ReadOnly
              network: choice = choice(layers): std/net.Network
                bare: server = std/http.server: std/net.Network
                  connections: tcp = std/net.tcp(port: port): std/net.Listener
                    stack: sockets = unix.sockets(address: address): std/net.Stack
                    sleep: timer = unix.timer: std/clock.Sleep
                  sleep: (shared: timer)
                  wall: wall = unix.wall: std/clock.Wall
                counted: counted = app.counted: std/net.Network
                  inner: (shared: server)
                both (default): below = app.below(prefix: "/v1"): std/net.Network
                  inner: (shared: counted)

            configure key --layers: Layers = both (default)
            key --port, -p: Port = 8080 (default)
            configure key --net: Net = host (given)
            key --address: Ip = "127.0.0.1" (default)
        "#]],
    );
    check(
        "functors/app.unik",
        "eval",
        expect![[r#"
            site = app.site: Job
              store: crunch = std/kv.crunch(files: files("data/")): std/kv.ReadOnly
              network: below = app.below(prefix: "/v1"): std/net.Network
                inner: counted = app.counted: std/net.Network
                  inner: server = std/http.server: std/net.Network
                    connections: tcp = std/net.tcp(port: port): std/net.Listener
                      stack: sockets = unix.sockets(address: address): std/net.Stack
                      sleep: timer = unix.timer: std/clock.Sleep
                    sleep: (shared: timer)
                    wall: wall = unix.wall: std/clock.Wall

            configure key --layers: Layers = both (default)
            key --port, -p: Port = 8080 (default)
            configure key --net: Net = host (default)
            key --address: Ip = "127.0.0.1" (default)
        "#]],
    );
}

#[test]
fn skeleton_network() {
    check(
        "skeleton-network/app.unik",
        "eval",
        expect![[r#"
            sink = app.sink: Job
              connections: tcp = std/net.tcp(port: port): std/net.Listener
                stack: sockets = unix.sockets(address: address): std/net.Stack
                sleep: timer = unix.timer: std/clock.Sleep
              after: console = std/log.console(log: log): std/log.Reporter
                out: stderr = unix.stderr: std/log.Console

            key --port, -p: Port = 8080 (default)
            configure key --net: Net = host (default)
            key --address: Ip = "127.0.0.1" (default)
            run key --log, -l: Str = "info" (default)
        "#]],
    );
}
