//! The graphs whose crates are golden: between them they have every value type, key stage, operator and way to use a
//! device.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use unik_graph::{Cidr, Const, DeviceGraph, Expr, ExprId, Op, Stage, ValueType};

use crate::build::{Arg, Build, enumeration, host, mode};

/// All of them, by name.
pub(crate) fn all() -> Vec<(&'static str, DeviceGraph)> {
    vec![
        ("small", small()),
        ("server", server()),
        ("values", values()),
        ("keys", keys()),
        ("exprs", exprs()),
        ("bare", bare()),
    ]
}

/// One job, no key.
pub(crate) fn small() -> DeviceGraph {
    let mut build = Build::new("small");
    let one = build.int(1);
    build.device("count", "count", None, vec![("number", Arg::Value(one))]);
    build.graph
}

/// Shared and moved devices, one that is only started, a guard, a device that computes its port, two jobs.
pub(crate) fn server() -> DeviceGraph {
    let mut build = Build::new("server");
    let default = build.port(8080);
    let port = build.key("port", ValueType::Port, Some(default));
    build.edit_key("port").short = Some('p');
    let files = build.value(Const::Files(host("both/")), ValueType::Files);
    let root = build.value(Const::Path(host("data/")), ValueType::Path);
    let crunch = build.device("crunch", "Crunch::new", Some("Store"), vec![("files", Arg::Value(files))]);
    let direct = build.device("direct", "Direct::new", Some("Store"), vec![("root", Arg::Value(root))]);
    build.edit(direct).features = vec!["direct".into()];
    let sockets = build.device("sockets", "Sockets::new", None, vec![]);
    build.edit(sockets).job = false;
    build.graph.roots.clear();
    let listen = Some("net::Listener");
    let first = build.device(
        "tcp",
        "Tcp::new",
        listen,
        vec![("port", Arg::Value(port)), ("stack", Arg::Node(sockets))],
    );
    let one = build.port(1);
    let next = build.binary(Op::Add, port, one);
    let second = build.device(
        "tcp_2",
        "Tcp::new",
        listen,
        vec![("port", Arg::Value(next)), ("stack", Arg::Node(sockets))],
    );
    let both =
        build.device("both", "Both::new", listen, vec![("a", Arg::Node(first)), ("b", Arg::Node(second))]);
    let name = build.str("both");
    let serve = build.device(
        "serve",
        "serve",
        None,
        vec![("store", Arg::Node(crunch)), ("listener", Arg::Node(both)), ("name", Arg::Value(name))],
    );
    build.after(serve, direct);
    let number = build.int(-77);
    let count = build.device("count", "count", None, vec![("number", Arg::Value(number))]);
    build.graph.roots = vec![serve, count, serve];
    let (http, other) = (build.port(80), build.port(8080));
    let (left, right) = (build.binary(Op::Equal, port, http), build.binary(Op::Equal, port, other));
    let either = build.binary(Op::Or, left, right);
    build.guard(either, ["http.server", "net.tcp"]);
    build.graph
}

/// A constant of every type.
pub(crate) fn constants() -> Vec<(&'static str, Const, ValueType)> {
    let strings = |texts: &[&str]| Const::List(texts.iter().map(|text| Const::Str((*text).into())).collect());
    vec![
        ("bool", Const::Bool(true), ValueType::Bool),
        ("int", Const::Int(i64::MIN), ValueType::Int),
        ("str", Const::Str("quote \" and \u{202e}line\n".into()), ValueType::Str),
        ("path", Const::Path(host("data/index.html")), ValueType::Path),
        ("port", Const::Port(443), ValueType::Port),
        ("ip", Const::Ip(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))), ValueType::Ip),
        ("ipv4", Const::Ipv4(Ipv4Addr::LOCALHOST), ValueType::Ipv4),
        ("ipv6", Const::Ipv6(Ipv6Addr::LOCALHOST), ValueType::Ipv6),
        (
            "cidr",
            Const::Cidr(Cidr { address: IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)), prefix: 24 }),
            ValueType::Cidr,
        ),
        ("mac", Const::Mac([2, 0, 0, 0, 0, 0xff]), ValueType::Mac),
        ("duration", Const::Duration(1_500_000_000), ValueType::Duration),
        ("size", Const::Size(65536), ValueType::Size),
        (
            "list",
            strings(&["localhost", "example.org", "www.example.org", "ftp.example.org", "x"]),
            list(ValueType::Str),
        ),
        ("option", Const::Some(Box::new(Const::Int(5))), option(ValueType::Int)),
        ("mode", Const::Case(1), mode()),
        ("modes", Const::List(vec![Const::Case(0), Const::Case(1)]), list(mode())),
    ]
}

pub(crate) fn list(of: ValueType) -> ValueType {
    ValueType::List(Box::new(of))
}

pub(crate) fn option(of: ValueType) -> ValueType {
    ValueType::Option(Box::new(of))
}

/// An image without an operating system, with what the host attaches, and a key whose values need a parser.
pub(crate) fn bare() -> DeviceGraph {
    let mut build = Build::bare("bare");
    let volume = enumeration("app", "Volume", &["quiet", "loud"]);
    let quiet = build.value(Const::Case(0), volume.clone());
    let volume = build.key("volume", volume, Some(quiet));
    let is_quiet = build.binary(Op::Equal, volume, quiet);
    build.guard(is_quiet, ["log.none", "log.console"]);
    let (lan, uplink) = (build.str("lan"), build.str("uplink"));
    let text = build.str("is up");
    let text = build.key("text", ValueType::Str, Some(text));
    let mut show = |label, id: &str| {
        let port = build.device(id, "Port::new", Some("Label"), vec![("label", Arg::Value(label))]);
        let args = vec![("port", Arg::Node(port)), ("text", Arg::Value(text))];
        let job = build.device(&format!("show_{id}"), "show", None, args);
        for node in [port, job] {
            let device = build.edit(node);
            let places = device.rust.iter_mut().chain(&mut device.bound);
            places.for_each(|rust| rust.folder = "bare".into());
        }
        port
    };
    let (first, second) = (show(lan, "port"), show(uplink, "port_2"));
    build.attach(first, "lan", "A port to the \"inside\".");
    build.attach(second, "uplink", "It goes far. ".repeat(10).trim_end());
    build.graph
}

/// Constants of every type as arguments.
pub(crate) fn values() -> DeviceGraph {
    let mut build = Build::new("values");
    let args =
        constants().into_iter().map(|(name, value, ty)| (name, Arg::Value(build.value(value, ty)))).collect();
    build.device("report", "report", None, args);
    build.graph
}

/// Keys of every type and stage as arguments.
pub(crate) fn keys() -> DeviceGraph {
    let mut build = Build::new("keys");
    let mut args = Vec::new();
    for (name, value, ty) in constants() {
        let default = build.value(value.clone(), ty.clone());
        let key = build.key(name, ty, Some(default));
        args.push((name, Arg::Value(key)));
    }
    build.edit_key("bool").short = Some('b');
    // A default that was replaced when configuring.
    build.edit_key("port").given = Some(Const::Port(8443));
    // Required.
    build.edit_key("int").default = None;
    build.edit_key("int").stage = Stage::Run;
    build.edit_key("mode").default = None;
    // A default over another key, which may overflow, and one that is another key.
    let (port, one) = (build.key("base", ValueType::Port, None), build.port(1));
    let next = build.binary(Op::Add, port, one);
    build.edit_key("port").default = Some(next);
    build.edit_key("port").given = None;
    let eighty = build.port(80);
    build.edit_key("base").default = Some(eighty);
    let name = build.key("name", ValueType::Str, None);
    build.edit_key("str").default = Some(name);
    let nobody = build.str("nobody");
    build.edit_key("name").default = Some(nobody);
    build.edit_key("name").doc = "Who this is. ".repeat(20).into();
    // An enum that no device takes, and a key that only a guard reads.
    let volume = enumeration("app", "Volume", &["quiet", "loud"]);
    let quiet = build.value(Const::Case(0), volume.clone());
    let volume = build.key("volume", volume, Some(quiet));
    let is_quiet = build.binary(Op::Equal, volume, quiet);
    build.guard(is_quiet, ["log.none", "log.console"]);
    // Keys that nobody reads are checked all the same; a name that is a keyword.
    let zero = build.int(0);
    build.key("type", ValueType::Int, Some(zero));
    build.key("unread", ValueType::Bool, None);
    // Known when configuring only: no key of the program.
    let fixed = build.value(Const::Size(7), ValueType::Size);
    let fixed = build.key("fixed", ValueType::Size, Some(fixed));
    build.edit_key("fixed").stage = Stage::Configure;
    for arg in &mut args {
        if arg.0 == "size" {
            arg.1 = Arg::Value(fixed);
        }
    }
    let many = build.int(64);
    let int = args.iter().find_map(|(name, arg)| match arg {
        Arg::Value(value) if *name == "int" => Some(*value),
        _ => None,
    });
    let few = build.binary(Op::LessEqual, int.unwrap(), many);
    build.require(few, "at most 64 \"ints\"");
    build.device("report", "report", None, args);
    build.graph
}

/// Expressions: a job that counts for each.
pub(crate) fn exprs() -> DeviceGraph {
    let mut build = Build::new("exprs");
    let (three, big) = (build.int(3), build.int(i64::MAX));
    let n = build.key("n", ValueType::Int, Some(three));
    let wide = build.key("a_key_with_a_rather_long_name", ValueType::Int, Some(three));
    let off = build.value(Const::Bool(false), ValueType::Bool);
    let debug = build.key("debug", ValueType::Bool, Some(off));
    let none = build.value(Const::None, option(ValueType::Int));
    let maybe = build.key("maybe", option(ValueType::Int), Some(none));
    let is_some = build.graph.exprs.add(Expr::IsSome(maybe), ValueType::Bool);
    let content = build.graph.exprs.add(Expr::Unwrap(maybe), ValueType::Int);
    let negative = build.graph.exprs.add(Expr::Negate(n), ValueType::Int);

    let sum = build.binary(Op::Add, n, wide);
    let mut numbers: Vec<ExprId> = vec![sum, negative];
    // Lazy: it overflows only in the branch that is taken.
    let overflow = build.binary(Op::Multiply, big, n);
    numbers.push(build.choose(debug, overflow, three));
    // `match maybe { some(x) => x, none => n }`, in a chain of `else if`.
    let from_option = build.choose(is_some, content, n);
    numbers.push(build.choose(debug, wide, from_option));
    // The right side of `&&` overflows only if the left side holds.
    let large = build.binary(Op::Less, three, overflow);
    let both = build.binary(Op::And, debug, large);
    let neither = build.not(both);
    numbers.push(build.choose(neither, n, three));
    // What stands twice is computed once: 2 to the power of 60 otherwise.
    let mut doubled = n;
    for _ in 0..60 {
        doubled = build.binary(Op::Add, doubled, doubled);
    }
    let fits = build.binary(Op::Less, n, three);
    numbers.push(build.choose(fits, doubled, n));
    // Deep.
    let mut deep = n;
    for step in 0..200 {
        let step = build.int(step);
        deep = build.binary(if debug == deep { Op::Add } else { Op::Subtract }, deep, step);
    }
    numbers.push(deep);
    // A chain of comparisons as of a long `match`, and conditions of all kinds.
    let mut chain = three;
    for at in 0..5 {
        let at = build.int(at * 100_000_000);
        let is = build.binary(Op::Equal, wide, at);
        let (or, less) = (build.binary(Op::Less, n, at), build.binary(Op::LessEqual, at, wide));
        let (not_less, not_equal) = (build.not(or), build.not(is));
        let condition = build.binary(Op::And, not_less, not_equal);
        let condition = build.binary(Op::Or, condition, less);
        chain = build.choose(condition, at, chain);
    }
    numbers.push(chain);
    for number in numbers {
        let id = format!("count_{}", build.graph.graph.node_count());
        build.device(&id, "count", None, vec![("number", Arg::Value(number))]);
    }

    let mut args = Vec::new();
    for (name, value, ty) in constants() {
        let value = build.value(value, ty);
        args.push((name, value));
    }
    let find = |name: &str| args.iter().position(|(known, _)| *known == name).unwrap();
    let (str, list_at, duration, size, opt, mode_at, port) = (
        find("str"),
        find("list"),
        find("duration"),
        find("size"),
        find("option"),
        find("mode"),
        find("port"),
    );
    let name = build.str("name");
    let owner = build.key("owner", ValueType::Str, Some(name));
    let prefix = build.str("short: ");
    let joined = build.binary(Op::Concat, prefix, owner);
    args[str].1 = build.binary(Op::Concat, joined, owner);
    let names = args[list_at].1;
    let own = build.graph.exprs.add(Expr::List(vec![owner, name]), list(ValueType::Str));
    args[list_at].1 = build.binary(Op::Concat, names, own);
    let five = build.value(Const::Duration(5_000_000_000), ValueType::Duration);
    let timeout = build.key("timeout", ValueType::Duration, Some(five));
    let longer = build.binary(Op::Multiply, timeout, n);
    args[duration].1 = build.choose(debug, longer, timeout);
    let cache = args[size].1;
    let cache = build.key("cache", ValueType::Size, Some(cache));
    args[size].1 = build.binary(Op::Multiply, n, cache);
    args[opt].1 = build.graph.exprs.add(Expr::Some(sum), option(ValueType::Int));
    let slow = args[mode_at].1;
    let fast = build.value(Const::Case(0), mode());
    args[mode_at].1 = build.choose(debug, fast, slow);
    let eighty = args[port].1;
    let other = build.key("port", ValueType::Port, Some(eighty));
    args[port].1 = build.binary(Op::Subtract, other, eighty);
    let args = args.into_iter().map(|(name, value)| (name, Arg::Value(value))).collect();
    build.device("report", "report", None, args);
    build.graph
}
