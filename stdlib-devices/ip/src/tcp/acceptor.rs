//! A port that is listened on.

use alloc::rc::Rc;
use core::fmt;
use core::future::{Future, poll_fn};
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::pin::pin;
use core::task::Poll;

use unik::program::Program;

use super::flow::Flow;
use crate::Error;
use crate::link::{Link, World};

/// A port that is listened on, until the last of its clones is dropped.
pub struct Acceptor<W: World>(Rc<Listening<W>>);

struct Listening<W: World> {
    link: Link<W>,
    local: SocketAddr,
    /// While it exists, the program asks before it stops, and `accept` ends.
    _stopping: <W::Program as Program>::Stopping,
}

impl<W: World> Acceptor<W> {
    pub(super) fn new(link: &Link<W>, port: u16) -> Result<Self, Error> {
        let port = link.parts(|net, parts| {
            parts.tcp.as_mut().expect("a part that was made is there").listen(net, port)
        })?;
        let own = link.with(|state, _| state.addresses());
        // Connections to all addresses come; the first is shown.
        let first = own.first().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |own| own.address());
        let local = SocketAddr::new(first, port);
        let _stopping = link.program().stopping();
        Ok(Self(Rc::new(Listening { link: link.clone(), local, _stopping })))
    }
}

impl<W: World> unik::net::Accept for Acceptor<W> {
    type Error = Error;
    type Flow = Flow<W>;

    async fn accept(&self) -> Result<Flow<W>, Error> {
        let Listening { link, local, .. } = &*self.0;
        let mut stopping = pin!(link.program().stopping());
        poll_fn(|cx| {
            let next = link.parts(|net, parts| match &mut parts.tcp {
                Some(tcp) => tcp.poll_accept(net, cx, local.port()),
                None => Poll::Pending,
            });
            match next {
                Poll::Ready(Ok(place)) => Poll::Ready(Ok(Flow::accepted(link, place))),
                // Being asked to stop comes first: an interface that goes then is no failure of the program.
                Poll::Ready(Err(_)) | Poll::Pending if stopping.as_mut().poll(cx).is_ready() => {
                    Poll::Ready(Err(Error::Stopping))
                }
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    fn local(&self) -> SocketAddr {
        self.0.local
    }
}

impl<W: World> Clone for Acceptor<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: World> Drop for Listening<W> {
    fn drop(&mut self) {
        self.link.parts(|net, parts| {
            if let Some(tcp) = &mut parts.tcp {
                tcp.unlisten(net, self.local.port());
            }
        });
    }
}

impl<W: World> fmt::Debug for Acceptor<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor").field("local", &self.0.local).finish_non_exhaustive()
    }
}
