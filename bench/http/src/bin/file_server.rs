//! The file server of `examples/file-server`, put together by hand as `unikc` would with its default keys.
//!
//! It stands in for the generated program, so that the benchmark needs no build of another workspace; `--program` measures that one.

use std::net::{IpAddr, Ipv4Addr};

use unik::kv::{File, Files, Tag};
use unik_platform::{Arguments, Device, Failure, Image, Key, job, run, started};

unik_unix::entry!(IMAGE, start);

static IMAGE: Image = Image { name: "filesrv", doc: "The file server.", keys: &[PORT], attachments: &[] };

const PORT: Key =
    Key { short: Some('p'), default: Some("8080"), ..Key::new("port", "Port", "TCP port to listen on.") };

macro_rules! file {
    ($path:literal) => {{
        const DATA: &[u8] = include_bytes!(concat!("../../../../examples/file-server/data/", $path));
        File { path: $path, data: DATA, tag: Tag::of(DATA), modified: None }
    }};
}

static DATA: Files =
    Files::new(&[file!("colophon.txt"), file!("images/crane.svg"), file!("index.html"), file!("style.css")]);

async fn start(arguments: Arguments) -> Result<(), Failure> {
    let port = arguments.get(&PORT)?.unwrap_or(8080u16);
    let device = |name| Device { name, place: "bench/http" };
    let crunch = started(&device("std/kv.crunch"), unik_kv::Crunch::new(&DATA).await)?;
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let sockets = started(&device("unix.sockets"), unik_unix::Sockets::new(address).await)?;
    let timer = started(&device("unix.timer"), unik_unix::Timer::new().await)?;
    let wall = started(&device("unix.wall"), unik_unix::Wall::new().await)?;
    let tcp = started(&device("std/net.tcp"), unik_net::Tcp::new(port, sockets, timer.clone()).await)?;
    let server = started(&device("std/http.server"), unik_http::Server::new(tcp, timer, wall).await)?;
    run([job(&device("file_server"), file_server::start(crunch, server))]).await
}
