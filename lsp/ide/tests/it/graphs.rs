//! The device graph beside a text: what a configuration takes of it, how two differ, what is wrong where, on any text.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use expect_test::{Expect, expect};
use unik_db::MemorySystem;
use unik_eval::KeyValues;
use unik_ide::{Analysis, Difference, Graph, GraphQuery, Host};
use unik_source::FileId;

use crate::support::{library, repository, shown};

mod any;

/// The library and the examples with all that lies beside their files.
fn world() -> (unik_db::Library, Vec<(String, String)>) {
    let (library, mut files) = library();
    let manifest = "[package]\nname = 'unik-it'\nversion.workspace = true\n";
    let manifests: Vec<_> =
        files.iter().map(|(path, _)| path.rsplit_once('/').unwrap().0.to_owned()).collect();
    files.extend(manifests.into_iter().map(|folder| (format!("{folder}/Cargo.toml"), manifest.to_owned())));
    files.push(("/Cargo.toml".to_owned(), "[workspace.package]\nversion = '1.2.3'\n".to_owned()));
    add(&repository().join("examples"), "/examples", &mut files);
    (library, files)
}

/// Everything below a folder that is text.
fn add(folder: &Path, name: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{name}/{}", path.file_name().unwrap().to_str().unwrap());
        match path.is_dir() {
            true if name.ends_with("/target") => {}
            true => add(&path, &name, files),
            false => files.extend(fs::read_to_string(&path).ok().map(|text| (name, text))),
        }
    }
}

fn host() -> Host {
    let (library, files) = world();
    Host::new(Arc::new(MemorySystem::new(files)), library)
}

/// A configuration as it is written on a command line: `target=unix port=80`.
fn values(text: &str) -> KeyValues {
    text.split_whitespace().fold(KeyValues::default(), |values, word| {
        let (option, value) = word.split_once('=').unwrap();
        match option {
            "target" => KeyValues { target: Some(value.into()), ..values },
            option => values.with(option, value),
        }
    })
}

fn query(text: &str) -> GraphQuery {
    GraphQuery { values: values(text), evaluated: true, ..GraphQuery::default() }
}

/// Nodes, one a line, then what differs or is wrong.
fn listed(analysis: &Analysis, file: FileId, graph: &Graph) -> String {
    let mut out = String::new();
    for node in &graph.nodes {
        let sign = match (node.change, node.taken) {
            (Some(change), _) => change.word().chars().next().unwrap(),
            (None, true) => '.',
            (None, false) => '-',
        };
        let _ =
            writeln!(out, "{sign} {} {}: {} | {}", node.kind.word(), node.id, node.name, node.why.join("; "));
        for change in &node.changes {
            let _ = writeln!(out, "    {}", difference(change));
        }
        for (at, problem) in &node.problems {
            let range = unik_ide::Range { file: *at, span: problem.span };
            let _ = writeln!(out, "    {} {}", problem.code, shown(analysis, file, range));
        }
    }
    for change in &graph.changes {
        let _ = writeln!(out, "{}", difference(change));
    }
    for (at, problem) in &graph.problems {
        let range = unik_ide::Range { file: *at, span: problem.span };
        let _ = writeln!(out, "{} {}", problem.code, shown(analysis, file, range));
    }
    out
}

/// `port: 9000 → 8080`; what is not there has a `–`.
fn difference(change: &Difference) -> String {
    let [before, now] = [&change.before, &change.now].map(|value| value.as_deref().unwrap_or("–"));
    format!("{}: {before} → {now}", change.name)
}

fn check(path: &str, text: Option<&str>, query: &GraphQuery, expected: Expect) -> Graph {
    let mut host = host();
    if let Some(text) = text {
        host.set_text(path, text);
    }
    let analysis = host.analysis();
    let file = analysis.file(path);
    let graph = analysis.graph(file, query).unwrap();
    expected.assert_eq(&listed(&analysis, file, &graph));
    graph
}

const FILE_SERVER: &str = "/examples/file-server/app.unik";

#[test]
fn what_a_configuration_takes() {
    check(
        FILE_SERVER,
        None,
        &query("target=unix store=direct"),
        expect![[r#"
            . device direct: std/kv.direct | argument `store` of `file_server`
            . device sockets: unix.sockets | argument `stack` of `tcp_2`
            . device timer: unix.timer | argument `sleep` of `tcp_2`; argument `sleep` of `server`
            . device tcp_2: std/net.tcp | argument `connections` of `server`
            . device wall: unix.wall | argument `wall` of `server`
            . device server: std/http.server | argument `network` of `file_server`
            . job file_server: app.file_server | a job of the unikernel `filesrv`
        "#]],
    );
    let whole = GraphQuery { evaluated: false, ..query("target=unix port=9000") };
    let graph = check(
        "/examples/functors/app.unik",
        None,
        &whole,
        expect![[r#"
            . device crunch: std/kv.crunch | argument `store` of `site`
            . device sockets: unix.sockets | branch `unix` of the choice by `target`
            - device tap: unix.tap | branch `unix` of the choice by `target`, which is not taken
            - device nic: virtio.nic | branch `virtio` of the choice by `target`, which is not taken
            - choice choice:std/net.Nic:target: target | argument `nic` of `ethernet`, which is not taken
            . device timer: unix.timer | branch `unix` of the choice by `target`
            - device timer_2: virtio.timer | branch `virtio` of the choice by `target`, which is not taken
            . choice choice:std/clock.Sleep:target: target | argument `sleep` of `tcp_2`; argument `sleep` of `server`; argument `sleep` of `ethernet`, which is not taken
            - device entropy: unix.entropy | branch `unix` of the choice by `target`, which is not taken
            - device entropy_2: virtio.entropy | branch `virtio` of the choice by `target`, which is not taken
            - choice choice:std/random.Random:target: target | argument `entropy` of `ethernet`, which is not taken
            - device process: unix.process | branch `unix` of the choice by `target`, which is not taken
            - device process_2: virtio.process | branch `virtio` of the choice by `target`, which is not taken
            - choice choice:std/program.Program:target: target | argument `running` of `ethernet`, which is not taken
            - device ethernet: std/ip.ethernet | argument `ethernet` of `arp`, which is not taken; argument `ethernet` of `dhcp`, which is not taken; argument `ethernet` of `ipv4`, which is not taken; argument `ethernet` of `ipv6`, which is not taken
            - device arp: std/ip.arp | argument `arp` of `dhcp`, which is not taken; argument `arp` of `ipv4`, which is not taken
            - device dhcp: std/ip.dhcp | branch `then` of the choice by `dhcp`, which is not taken
            - device ipv4: std/ip.ipv4 | branch `else` of the choice by `dhcp`, which is not taken
            - choice choice:std/ip.V4:dhcp: dhcp | argument `ipv4` of `tcp`, which is not taken; argument `ipv4` of `udp`, which is not taken; argument `ipv4` of `icmp`, which is not taken
            - device ipv6: std/ip.ipv6 | argument `ipv6` of `tcp`, which is not taken; argument `ipv6` of `udp`, which is not taken; argument `ipv6` of `icmp`, which is not taken
            - device tcp: std/ip.tcp | argument `tcp` of `stack`, which is not taken
            - device udp: std/ip.udp | argument `udp` of `stack`, which is not taken
            - device icmp: std/ip.icmp | argument `icmp` of `stack`, which is not taken
            - device stack: std/ip.stack | branch `virtio` of the choice by `target`, which is not taken; branch `direct` of the choice by `net`, which is not taken
            . choice choice:std/net.Stack:target: target | branch `host` of the choice by `net`
            . choice choice:std/net.Stack:net: net | argument `stack` of `tcp_2`
            . device tcp_2: std/net.tcp | argument `connections` of `server`
            . device wall: unix.wall | branch `unix` of the choice by `target`
            - device wall_2: virtio.wall | branch `virtio` of the choice by `target`, which is not taken
            . choice choice:std/clock.Wall:target: target | argument `wall` of `server`
            . device server: std/http.server | argument `inner` of `counted`; branch `bare` of the choice by `layers`, which is not taken
            . device counted: app.counted | argument `inner` of `below`; branch `counted` of the choice by `layers`, which is not taken
            . device below: app.below | branch `both` of the choice by `layers`
            . choice choice:std/net.Network:layers: layers | argument `network` of `site`
            . job site: app.site | a job of the unikernel `layered`
        "#]],
    );
    let solid = graph.edges.iter().filter(|edge| edge.taken && edge.kind == "branch").count();
    let made = graph.nodes.iter().filter(|node| node.taken && node.kind.word() == "choice").count();
    assert_eq!(solid, made, "each choice takes one branch");
}

#[test]
fn two_configurations_differ() {
    let against =
        GraphQuery { against: Some(values("target=unix store=direct port=9000")), ..query("target=unix") };
    let graph = check(
        FILE_SERVER,
        None,
        &against,
        expect![[r#"
            a device crunch: std/kv.crunch | argument `store` of `file_server`
                files: – → files("data/")
            r device direct: std/kv.direct | argument `store` of `file_server`
                root: "data/" → –
            . device sockets: unix.sockets | argument `stack` of `tcp_2`
            . device timer: unix.timer | argument `sleep` of `tcp_2`; argument `sleep` of `server`
            c device tcp_2: std/net.tcp | argument `connections` of `server`; argument `network` of `file_server`
                port: 9000 → 8080
            a device wall: unix.wall | argument `wall` of `server`
            a device server: std/http.server | argument `network` of `file_server`
                connections: – → tcp_2
                sleep: – → timer
                wall: – → wall
            c job file_server: app.file_server | a job of the unikernel `filesrv`
                store: direct → crunch
                network: tcp_2 → server
            --store: direct → crunch
            --port: 9000 → 8080
        "#]],
    );
    for edge in &graph.edges {
        let removed = edge.change.is_some_and(|change| change.word() == "removed");
        assert_eq!(edge.taken, !removed, "{edge:?}");
    }
    let svg = graph.svg.unwrap();
    assert!(svg.contains("9000 → 8080"));
    for (class, count) in [
        ("node added", 3),
        ("node removed", 1),
        ("node changed", 1),
        ("node job changed", 1),
        ("argument added", 5),
    ] {
        assert_eq!(svg.matches(&format!("class=\"{class}\"")).count(), count, "{class}");
    }
    let same = GraphQuery { against: Some(values("target=unix port=8080")), ..query("target=unix") };
    let graph = host().analysis();
    let graph = graph.graph(graph.file(FILE_SERVER), &same).unwrap();
    assert!(graph.nodes.iter().all(|node| node.change.is_none()), "the same by other words is the same");
    assert!(graph.changes.is_empty() && graph.nodes.iter().all(|node| node.changes.is_empty()));
}

#[test]
fn a_difference_says_from_what_to_what() {
    let check = |path: &str, now: &str, before: &str, whole: bool, collapsed: &[&str], expected: Expect| {
        let host = host();
        let analysis = host.analysis();
        let query = GraphQuery {
            against: Some(values(before)),
            evaluated: !whole,
            collapsed: collapsed.iter().map(|scope| (*scope).to_owned()).collect(),
            ..query(now)
        };
        let graph = analysis.graph(analysis.file(path), &query).unwrap();
        let mut out: String = graph.changes.iter().map(|it| difference(it) + "\n").collect();
        for node in graph.nodes.iter().filter(|node| node.change.is_some()) {
            let word = node.change.map_or("", |change| change.word());
            let _ = writeln!(out, "{word} {}", node.id);
            node.changes.iter().for_each(|it| out.push_str(&format!("    {}\n", difference(it))));
        }
        let unmarked = graph.nodes.iter().find(|node| node.change.is_none() && !node.changes.is_empty());
        assert!(unmarked.is_none(), "{unmarked:?}");
        expected.assert_eq(&out);
    };
    // The whole graph: what is not taken by either has no difference.
    check(
        FILE_SERVER,
        "port=9000 store=direct",
        "target=unix",
        true,
        &[],
        expect![[r#"
        --store: crunch → direct
        --port: 8080 → 9000
        removed crunch
            files: files("data/") → –
        added direct
            root: – → "data/"
        changed choice:std/kv.ReadOnly:store
            branch: crunch → direct
        changed tcp_2
            port: 8080 → 9000
        removed wall
        removed choice:std/clock.Wall:target
            branch: unix → –
        removed server
            connections: tcp_2 → –
            sleep: choice by target → –
            wall: choice by target → –
        changed choice:std/net.Network:port == 80 || port == 8080
            branch: then → else
    "#]],
    );
    check(
        FILE_SERVER,
        "target=virtio net=direct",
        "target=unix net=direct",
        false,
        &[],
        expect![[r#"
        target: unix → virtio
        removed tap
            interface: "service" → –
        added nic
            interface: – → "service"
        removed timer
        added timer_2
        removed entropy
        added entropy_2
        removed process
        added process_2
        changed ethernet
            nic: tap → nic
            sleep: timer → timer_2
            entropy: entropy → entropy_2
            running: process → process_2
        changed tcp_2
            sleep: timer → timer_2
        removed wall
        added wall_2
        changed server
            sleep: timer → timer_2
            wall: wall → wall_2
    "#]],
    );
    // A scope that is one box differs in what its nodes do.
    let two = "/examples/two-servers/app.unik";
    check(
        two,
        "target=unix mirror-port=99",
        "target=unix",
        false,
        &["mirror"],
        expect![[r#"
        --mirror-port: 8081 → 99
        changed scope:mirror
            mirror_tcp: port: 8081 → 99
    "#]],
    );
}

#[test]
fn scopes_are_gathered() {
    let collapsed = ["public", "admin", "nowhere"].map(str::to_owned).to_vec();
    let graph = check(
        "/examples/two-servers/app.unik",
        None,
        &GraphQuery { collapsed, ..query("target=unix mirror-port=99") },
        expect![[r#"
            . device crunch: std/kv.crunch | argument `store` of the scope `public`; argument `store` of `mirror_site`
            . device sockets: unix.sockets | argument `stack` of the scope `public`; argument `stack` of `mirror_tcp`; argument `stack` of the scope `admin`
            . device timer: unix.timer | argument `sleep` of the scope `public`; argument `sleep` of `mirror_tcp`; argument `sleep` of `mirror_server`; argument `sleep` of the scope `admin`
            . device wall: unix.wall | argument `wall` of the scope `public`; argument `wall` of `mirror_server`; argument `wall` of the scope `admin`
            . scope scope:public: public | a job of the unikernel `servers`
            . device mirror_tcp: std/net.tcp | argument `connections` of `mirror_server`
            . device mirror_server: std/http.server | argument `network` of `mirror_site`
            . job mirror_site: app.site | a job of the unikernel `servers`
            . scope scope:admin: admin | a job of the unikernel `servers`
        "#]],
    );
    let scope = graph.nodes.iter().find(|node| node.id == "scope:admin").unwrap();
    assert_eq!((scope.members.len(), scope.keys.len()), (4, 1));
    let port = graph.keys.iter().find(|key| key.option == "mirror-port").unwrap();
    assert_eq!(
        (port.value.as_deref(), port.origin, port.declared_by.as_str()),
        (Some("99"), Some("given"), "app.server")
    );
}

#[test]
fn what_is_known_of_a_node() {
    let host = host();
    let analysis = host.analysis();
    let graph = analysis.graph(analysis.file(FILE_SERVER), &query("target=virtio port=80")).unwrap();
    let node = graph.nodes.iter().find(|node| node.name == "std/net.tcp").unwrap();
    let krate = node.krate.as_ref().unwrap();
    assert_eq!((krate.name.as_str(), krate.version.as_deref()), ("unik-it", Some("1.2.3")));
    assert_eq!(node.keys, ["port"]);
    assert!(!node.doc.is_empty());
    assert_eq!(shown(&analysis, node.range.file, node.range), "25:50 «net.tcp(port)»");
    assert!(analysis.path(node.declared.unwrap().file).ends_with("/net/net.unik"));
    let own = graph.nodes.iter().find(|node| node.id == "file_server").unwrap();
    assert_eq!(own.krate.as_ref().unwrap().name, "file-server");
}

#[test]
fn keys_say_what_they_do_not_take() {
    let host = host();
    let analysis = host.analysis();
    let check = |path: &str, configuration: &str, option: &str, expected: Expect| {
        let graph = analysis.graph(analysis.file(path), &query(configuration)).unwrap();
        let key = graph.keys.iter().find(|key| key.option == option).unwrap();
        let cases = key.cases.as_ref().map(|cases| cases.join("|"));
        let shown = format!("{:?} {:?} {:?} {:?} {:?}", key.stage, cases, key.value, key.origin, key.problem);
        expected.assert_eq(&shown);
    };
    check(FILE_SERVER, "port=80", "port", expect![[r#"Both None Some("80") Some("given") None"#]]);
    check(
        FILE_SERVER,
        "port=80000",
        "port",
        expect![[
            r#"Both None Some("8080") Some("default") Some("a port is at most 65535, and at least 0")"#
        ]],
    );
    check(
        FILE_SERVER,
        "store=nowhere unknown=1",
        "store",
        expect![[
            r#"Configure Some("crunch|direct") Some("crunch") Some("default") Some("the cases of Store are `crunch`, `direct`")"#
        ]],
    );
    check(
        FILE_SERVER,
        "ipv4=10.0.0.2/33",
        "ipv4",
        expect![[
            r#"Both None Some("none") Some("default") Some("«33»: the prefix of this network is at most 32 bits long")"#
        ]],
    );
    check(
        "/examples/hello/app.unik",
        "name=you",
        "name",
        expect![[r#"Run None None None Some("it has a value only at boot: it is a `run key`")"#]],
    );
}

#[test]
fn a_key_that_needs_a_value_says_so() {
    let text = "import std/clock\nconfigure key fast: Bool\ndevice a(s: clock.Sleep): Job { rust a }\n\
                device b(s: clock.Sleep): Job { rust b }\n\
                unikernel u = if fast then a(clock.sleep) else b(clock.sleep)\n";
    let mut host = host();
    let file = host.set_text("/app.unik", text);
    let analysis = host.analysis();
    let open = analysis.graph(file, &query("target=unix")).unwrap();
    assert_eq!(open.keys[0].problem.as_deref(), Some("it needs a value"));
    assert!(open.nodes.iter().any(|node| node.kind.word() == "choice"), "nothing decides it");
    let given = analysis.graph(file, &query("target=unix fast=true")).unwrap();
    assert_eq!((given.keys[0].problem.as_deref(), given.nodes.len()), (None, 2));
    assert!(given.problems.is_empty(), "{:?}", given.problems);
}

#[test]
fn mistakes_stand_at_their_nodes() {
    check(
        "/examples/two-servers/clash.unik",
        None,
        &query("target=unix"),
        expect![[r#"
            . device crunch: std/kv.crunch | argument `store` of `site`; argument `store` of `site_2`
            . device sockets: unix.sockets | argument `stack` of `tcp_2`; argument `stack` of `raw_tcp`
            . device timer: unix.timer | argument `sleep` of `tcp_2`; argument `sleep` of `server`; argument `sleep` of `raw_tcp`
            . device tcp_2: std/net.tcp | argument `connections` of `server`
            . device wall: unix.wall | argument `wall` of `server`
            . device server: std/http.server | argument `network` of `site`
            . job site: app.site | a job of the unikernel `clash`
            . device raw_tcp: std/net.tcp | argument `network` of `site_2`
                E0403 11:16 «net.tcp(4040 + 4040)»
            . job site_2: app.site | a job of the unikernel `clash`
        "#]],
    );
    let text = fs::read_to_string(repository().join("examples/file-server/app.unik")).unwrap();
    let broken = text.replace("then http.server(net.tcp(port))", "then http.server(net.tcp(portt))");
    check(
        FILE_SERVER,
        Some(&broken),
        &query("target=unix"),
        expect![[r#"
            . device crunch: std/kv.crunch | argument `store` of `file_server`
            . device sockets: unix.sockets | argument `stack` of `tcp_2`
            . device timer: unix.timer | argument `sleep` of `tcp_2`
                E0101 25:58 «portt»
            . device tcp_2: std/net.tcp | argument `network` of `file_server`
            . job file_server: app.file_server | a job of the unikernel `filesrv`
        "#]],
    );
    let nothing = text.replace("unikernel filesrv = file_server", "unikernel filesrv = fil_server");
    let graph = check(
        FILE_SERVER,
        Some(&nothing),
        &query("target=unix"),
        expect![[r#"
        E0101 32:21 «fil_server»
    "#]],
    );
    assert!(graph.svg.is_none() && !graph.keys.is_empty());
    let mut host = host();
    let file = host.set_text("/app.unik", "let a = 1\n");
    assert_eq!(host.analysis().graph(file, &GraphQuery::default()), None);
}

#[test]
fn a_choice_keeps_its_name_when_another_goes() {
    let ids = |text: &str| {
        let mut host = host();
        let file = host.set_text(FILE_SERVER, text);
        let graph = host.analysis().graph(file, &GraphQuery::default()).unwrap();
        graph.nodes.into_iter().map(|node| node.id.to_string()).collect::<Vec<_>>()
    };
    let text = fs::read_to_string(repository().join("examples/file-server/app.unik")).unwrap();
    let fewer = ids(&text.replace("default_store(\"data/\")", "kv.crunch(files(\"data/\"))"));
    let all = ids(&text);
    assert!(fewer.iter().all(|id| all.contains(id)), "{fewer:?}");
    let gone: Vec<_> = all.iter().filter(|id| !fewer.contains(id)).collect();
    assert_eq!(gone, ["direct", "choice:std/kv.ReadOnly:store"]);
}
