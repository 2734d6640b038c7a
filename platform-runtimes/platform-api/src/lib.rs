//! What a target gives to a program, and what every generated program does before and after its devices run.
//!
//! It decides the boot arguments ([`Arguments`]), how values are written there ([`Value`]), how a device's failure
//! to start is told ([`started`]), what is checked before ([`guard`], [`require`]), how jobs run side by side
//! ([`run`]), and the exit codes ([`Exit`]). It knows no device.
//!
//! # The generated program
//!
//! This is the shape of `main.rs` for the file server; the whole stands in `examples/file-server/expected`.
//! `platform-runtimes/unix/examples/program.rs` is one by hand that is compiled and run by tests.
//!
//! ```text
//! use core::net::{IpAddr, Ipv4Addr};
//! use unik::kv::{File, Files, Tag};
//! use unik_platform::{Arguments, Device, Failure, Guard, Image, Key, guard, job, run, started};
//!
//! unik_unix::entry!(IMAGE, start);
//!
//! static IMAGE: Image = Image { name: "filesrv", doc: "…", keys: &[PORT, ADDRESS], attachments: &[] };
//!
//! const PORT: Key = Key { short: Some('p'), default: Some("8080"), ..Key::new("port", "Port", "TCP port to listen on.") };
//! const ADDRESS: Key = Key { default: Some("127.0.0.1"), ..Key::new("address", "Ip", "Address to listen on.") };
//!
//! const PORT_CHOICE: Guard = Guard {
//!     keys: &[PORT],
//!     taken: 0,
//!     branches: &["http.server", "net.tcp"],
//!     place: "app.unik:25",
//! };
//!
//! const CRUNCH: Device = Device { name: "std/kv.crunch", place: "app.unik:19" };
//! // … one for each device
//!
//! static FILES: Files = Files::new(&[File {
//!     path: "index.html",
//!     data: include_bytes!("../../../data/index.html"),
//!     tag: Tag(0xbc…),
//!     modified: None,
//! }]);
//!
//! struct Keys { port: u16, address: IpAddr }
//!
//! impl Keys {
//!     fn read(arguments: &Arguments) -> Result<Self, Failure> {
//!         let port = arguments.get(&PORT)?.unwrap_or(8080);
//!         let address = arguments.get(&ADDRESS)?.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
//!         Ok(Self { port, address })
//!     }
//! }
//!
//! async fn start(arguments: Arguments) -> Result<(), Failure> {
//!     let keys = Keys::read(&arguments)?;
//!     guard(&PORT_CHOICE, port_choice(keys.port), &arguments)?;
//!
//!     let crunch = read_only(started(&CRUNCH, unik_kv::Crunch::new(&FILES).await)?);
//!     let sockets = stack(started(&SOCKETS, unik_unix::Sockets::new(keys.address).await)?);
//!     let timer = sleep(started(&TIMER, unik_unix::Timer::new().await)?);
//!     let tcp = listener(started(&TCP, unik_net::Tcp::new(keys.port, sockets, timer.clone()).await)?);
//!     let wall = wall_2(started(&WALL, unik_unix::Wall::new().await)?);
//!     let server = network(started(&SERVER, unik_http::Server::new(tcp, timer, wall).await)?);
//!     run([job(&FILE_SERVER, file_server::start(crunch, server))]).await
//! }
//!
//! fn port_choice(port: u16) -> usize { if port == 80 || port == 8080 { 0 } else { 1 } }
//!
//! // A device that does not implement its module type is rejected at its own line.
//! fn read_only<T: unik::kv::ReadOnly>(device: T) -> T { device }
//! ```
//!
//! - A required key: `arguments.required(&OWNER)?`. Values: [`Value`] says which Rust types there are.
//! - An enum: `arguments.get_with(&MODE, parse_mode)?`, where `parse_mode` is a function that calls [`choice`]; for
//!   lists and options of enums it calls [`list`] and [`option`].
//! - A `require` over boot keys: `require(&REQUIREMENT, condition, &arguments)?`.
//! - Arithmetic that may overflow: `exact(port.checked_add(1), "port + 1", "app.unik:12")?`.
//! - What else expressions over boot keys need: [`compute`].
//! - A job is not started with [`started`]: its constructor is its run, given to [`job`].
//!
//! # What a target's runtime crate gives
//!
//! `entry!(IMAGE, start)`, which makes the entry point of the target; the devices that its `platform` names as roles;
//! and a [`Platform`], with which the executor waits. What aborts and what returns: an error of a device is a value;
//! only a bug panics, and a panic ends the program with [`Exit::PANIC`].

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod arguments;
pub mod compute;
mod exit;
mod image;
mod jobs;
mod start;
mod value;

use alloc::rc::Rc;
use core::time::Duration;

pub use arguments::{Arguments, Stop};
pub use exit::{Exit, Failure};
pub use image::{Attachment, Device, Guard, Image, Key, Requirement};
pub use jobs::{Job, job, run};
pub use start::{exact, guard, require, started};
pub use value::{Value, choice, list, option};

/// What a target gives to the executor: a clock, and a way to wait for the outside world.
pub trait Platform {
    /// The time since the program started.
    fn now(&self) -> Duration;

    /// Waits until something has happened outside, and wakes whoever waits for it; no longer than to the time
    /// `until`, counted as [`Platform::now`]. A time that has passed makes it look without waiting. It may return
    /// early for no reason.
    fn wait(&self, until: Option<Duration>);
}

impl<P: Platform> Platform for Rc<P> {
    fn now(&self) -> Duration {
        P::now(self)
    }

    fn wait(&self, until: Option<Duration>) {
        P::wait(self, until);
    }
}
