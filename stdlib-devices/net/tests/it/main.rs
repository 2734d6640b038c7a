//! `net.tcp` over a stack in memory.

use embedded_io_async::Write;
use unik::concurrent::join;
use unik::http::{Request, Response, Status, from_fn};
use unik::net::{Listener, Network, Stack as _};
use unik::{Error as _, ErrorKind};
use unik_conformance::memory::{Error, Stack};
use unik_conformance::virtual_time;
use unik_net::Tcp;

#[test]
fn it_is_a_listener() {
    virtual_time::run(async |timer| {
        let stack = Stack::default();
        let tcp = Tcp::new(80, stack.clone(), timer).await.unwrap();
        assert_eq!(tcp.local().port(), 80);
        unik_conformance::net::listener(&tcp, async || stack.connect(tcp.local()).await.unwrap()).await;
    });
}

#[test]
fn a_port_has_one_listener() {
    virtual_time::run(async |timer| {
        let stack = Stack::default();
        let first = Tcp::new(80, stack.clone(), timer.clone()).await.unwrap();
        let second = Tcp::new(80, stack.clone(), timer.clone()).await;
        assert_eq!(second.err().map(|error| error.kind()), Some(ErrorKind::InUse));
        let free = Tcp::new(0, stack.clone(), timer.clone()).await.unwrap();
        assert_ne!(free.local(), first.local());
        let address = first.local();
        drop(first);
        assert_eq!(stack.connect(address).await.err(), Some(Error::Refused(address)));
        assert!(Tcp::new(80, stack, timer).await.is_ok());
    });
}

#[test]
fn served_as_a_network_it_brings_request_lines_until_it_is_stopped() {
    virtual_time::run(async |timer| {
        let stack = Stack::default();
        let tcp = Tcp::new(80, stack.clone(), timer).await.unwrap();
        let echo =
            from_fn(async |request: &Request<'_>| Response::plain(Status::OK, request.path.to_owned()));
        let client = async {
            let mut flow = stack.connect(tcp.local()).await.unwrap();
            flow.write_all(b"/path\r\n").await.unwrap();
            let answer = flow.read_to_end().await;
            stack.stop();
            answer
        };
        let (served, answer) = join(tcp.serve(echo), client).await;
        assert_eq!(served, Ok(()));
        assert_eq!(answer.as_deref(), Ok(&b"/path"[..]));
        assert_eq!(tcp.accept().await.err(), Some(Error::Stopped));
    });
}
