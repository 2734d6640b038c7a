//! What is measured: a sink, a source and the file server, over the direct stack or over the host's sockets.
//!
//! It is put together by hand as `unikc` would, so that the benchmark needs no build of another workspace.

use std::net::{IpAddr, Ipv4Addr};

use unik::clock::Sleep;
use unik::kv::{File, Files, Tag};
use unik::net::{Cidr, Listener, Stack, serve_each};
use unik_ip::arp::Arp;
use unik_ip::ethernet::Ethernet;
use unik_ip::icmp::Icmp;
use unik_ip::ipv4::Ipv4;
use unik_ip::ipv6::Ipv6;
use unik_ip::tcp::Tcp;
use unik_ip::udp::Udp;
use unik_platform::{Arguments, Attachment, Device, Failure, Image, Key, job, run, started};

unik_unix::entry!(IMAGE, start);

static IMAGE: Image = Image {
    name: "servers",
    doc: "A sink on port 5001, a source on port 5002, the file server on port 8080.",
    keys: &[DIRECT, IPV4, ADDRESS],
    attachments: &[Attachment { kind: "nic", name: "service", doc: "The interface of the direct stack." }],
};

const DIRECT: Key = Key { flag: true, ..Key::new("direct", "Bool", "Use the direct stack.") };
const IPV4: Key = Key { default: Some("10.77.0.2/24"), ..Key::new("ipv4", "Cidr", "Its address.") };
const ADDRESS: Key = Key { default: Some("127.0.0.1"), ..Key::new("address", "Ip", "Of the sockets.") };

/// How much is read and written at a time: what the caches near a processor hold together with a frame and its copies.
const PIECE: usize = 64 * 1024;

macro_rules! file {
    ($path:literal) => {{
        const DATA: &[u8] = include_bytes!(concat!("../../../../examples/file-server/data/", $path));
        File { path: $path, data: DATA, tag: Tag::of(DATA), modified: None }
    }};
}

static DATA: Files =
    Files::new(&[file!("colophon.txt"), file!("images/crane.svg"), file!("index.html"), file!("style.css")]);

fn device(name: &'static str) -> Device {
    Device { name, place: "bench/direct" }
}

async fn start(arguments: Arguments) -> Result<(), Failure> {
    let timer = started(&device("unix.timer"), unik_unix::Timer::new().await)?;
    if !arguments.get(&DIRECT)?.unwrap_or(false) {
        let address = arguments.get(&ADDRESS)?.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let sockets = started(&device("unix.sockets"), unik_unix::Sockets::new(address).await)?;
        return serve(sockets, timer).await;
    }
    let default = Cidr::new(IpAddr::from([10, 77, 0, 2]), 24);
    let ipv4 = arguments.get(&IPV4)?.or(default);
    let nic = started(&device("unix.tap"), unik_unix::Tap::new("service").await)?;
    let random = started(&device("unix.entropy"), unik_unix::Entropy::new().await)?;
    let program = started(&device("unix.program"), unik_unix::Program::new().await)?;
    let ethernet = Ethernet::new(nic, timer.clone(), random, program).await;
    let ethernet = ethernet.unwrap_or_else(|never| match never {});
    let arp = Arp::new(ethernet.clone()).await.unwrap_or_else(|never| match never {});
    let v4 = started(&device("ip.ipv4"), Ipv4::new(ethernet.clone(), arp, ipv4, None).await)?;
    let v6 = started(&device("ip.ipv6"), Ipv6::new(ethernet, None, None, false).await)?;
    let tcp = started(&device("ip.tcp"), Tcp::new(v4.clone(), v6.clone(), 16 << 20).await)?;
    let udp = started(&device("ip.udp"), Udp::new(v4.clone(), v6.clone()).await)?;
    let icmp = started(&device("ip.icmp"), Icmp::new(v4, v6).await)?;
    let stack = started(&device("ip.stack"), unik_ip::stack::Stack::new(tcp, udp, icmp).await)?;
    serve(stack, timer).await
}

async fn serve<K: Stack + Clone>(stack: K, timer: impl Sleep + Clone) -> Result<(), Failure> {
    let tcp = async |port| {
        let listener = unik_net::Tcp::new(port, stack.clone(), timer.clone()).await;
        started(&device("std/net.tcp"), listener)
    };
    let (sink, source, http) = (tcp(5001).await?, tcp(5002).await?, tcp(8080).await?);
    let crunch = started(&device("std/kv.crunch"), unik_kv::Crunch::new(&DATA).await)?;
    let wall = started(&device("unix.wall"), unik_unix::Wall::new().await)?;
    let server = started(&device("std/http.server"), unik_http::Server::new(http, timer, wall).await)?;
    run([
        job(&device("sink"), swallow(sink)),
        job(&device("source"), pour(source)),
        job(&device("file_server"), file_server::start(crunch, server)),
    ])
    .await
}

/// Reads each connection to its end.
async fn swallow(connections: impl Listener) -> Result<(), unik::Failure> {
    let read = async |mut flow| {
        let mut buffer = vec![0; PIECE];
        while read_some(&mut flow, &mut buffer).await > 0 {}
    };
    Ok(serve_each(&connections, 16, read, || {}).await?)
}

async fn read_some(flow: &mut impl unik::net::Flow, buffer: &mut [u8]) -> usize {
    flow.read(buffer).await.unwrap_or(0)
}

/// Writes to each connection until its peer has had enough.
async fn pour(connections: impl Listener) -> Result<(), unik::Failure> {
    let write = async |mut flow| {
        let piece = vec![0; PIECE];
        while write_some(&mut flow, &piece).await {}
    };
    Ok(serve_each(&connections, 16, write, || {}).await?)
}

async fn write_some(flow: &mut impl unik::net::Flow, piece: &[u8]) -> bool {
    flow.write_all(piece).await.is_ok()
}
