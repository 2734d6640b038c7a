//! A loop over epoll that parses nothing: whatever comes is answered with one and the same page.
//!
//! It makes the system calls that an answer cannot do without, and none besides: what a server could reach at best on
//! this host. `bare_loop PORT LENGTH` answers with so many bytes of content.

use std::net::{Ipv4Addr, SocketAddrV4};

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, sockopt};

/// The event of the listener; a connection's is its place in the table.
const LISTENER: u64 = u64::MAX;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().ok_or("a port is missing")?.parse()?;
    let length: usize = arguments.next().ok_or("a length is missing")?.parse()?;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: {length}\r\n\
         Content-Type: text/html; charset=utf-8\r\nAccept-Ranges: bytes\r\n\
         ETag: \"00000000000000000000000000000000\"\r\n\r\n{}",
        "x".repeat(length)
    );

    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let listener = rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    sockopt::set_socket_reuseaddr(&listener, true)?;
    sockopt::set_tcp_nodelay(&listener, true)?;
    rustix::net::bind(&listener, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
    rustix::net::listen(&listener, 4096)?;
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(&epoll, &listener, EventData::new_u64(LISTENER), EventFlags::IN)?;

    let mut connections: Vec<Option<OwnedFd>> = Vec::new();
    let mut events = Vec::with_capacity(256);
    let mut buffer = [0; 4096];
    loop {
        events.clear();
        epoll::wait(&epoll, spare_capacity(&mut events), None)?;
        for event in &events {
            let data = event.data;
            if data.u64() == LISTENER {
                let connection = rustix::net::accept_with(&listener, flags)?;
                let place = EventData::new_u64(connections.len() as u64);
                epoll::add(&epoll, &connection, place, EventFlags::IN | EventFlags::RDHUP)?;
                connections.push(Some(connection));
                continue;
            }
            let place = usize::try_from(data.u64())?;
            if !serve(connections[place].as_ref(), &mut buffer, answer.as_bytes()) {
                connections[place] = None;
            }
        }
    }
}

/// Reads once and answers once. Gives whether the connection goes on.
fn serve(connection: Option<&OwnedFd>, buffer: &mut [u8], answer: &[u8]) -> bool {
    let Some(connection) = connection else { return false };
    match rustix::net::recv(connection, buffer, RecvFlags::empty()) {
        Ok((0, _)) => false,
        Ok(_) => rustix::net::send(connection, answer, SendFlags::NOSIGNAL).is_ok(),
        Err(errno) => errno == Errno::AGAIN,
    }
}
