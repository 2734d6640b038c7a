//! `ip.icmp`: control messages (RFC 792, RFC 4443).

pub(crate) mod table;

use alloc::vec::Vec;
use core::future::poll_fn;
use core::net::IpAddr;
use core::task::Poll;
use core::time::Duration;

use table::Table;
use unik::clock::{Deadline, Monotonic};
use unik::net::{Cidr, Host, Ping};

use crate::Error;
use crate::layer::{self, Layer};
use crate::link::{Link, World};

/// Echoes, asked and answered. Without this part of a stack, no echo is answered and no sender hears that a port is not there.
#[derive(Debug)]
pub struct Icmp<W: World>(Link<W>);

impl<W: World> Icmp<W> {
    /// Control messages of both versions of IP.
    pub async fn new(v4: impl layer::V4<World = W>, v6: impl layer::V6<World = W>) -> Result<Self, Error> {
        let link = v4.link();
        if !link.is(v6.link()) {
            return Err(Error::OtherInterface);
        }
        link.parts(|_, parts| {
            parts.icmp.get_or_insert_with(Table::default);
        });
        Ok(Self(link.clone()))
    }
}

impl<W: World> Host for Icmp<W> {
    type Error = Error;

    fn addresses(&self) -> Vec<Cidr> {
        self.0.with(|state, _| state.addresses())
    }

    fn routers(&self) -> Vec<IpAddr> {
        self.0.with(|state, _| state.routers())
    }

    fn name_servers(&self) -> Vec<IpAddr> {
        self.0.with(|state, _| state.name_servers())
    }
}

impl<W: World> Ping for Icmp<W> {
    async fn ping(&self, to: IpAddr, payload: usize, patience: Duration) -> Result<Duration, Error> {
        let start = self.0.sleep().now();
        let echo = Waiting::send(&self.0, to, payload)?;
        let mut deadline = Deadline::new(self.0.sleep());
        deadline.set(patience);
        match deadline.limit(echo.answer()).await {
            Ok(result) => result.map(|()| self.0.sleep().now() - start),
            Err(_) => Err(Error::TimedOut(to)),
        }
    }
}

/// An echo that somebody waits for.
struct Waiting<'a, W: World> {
    link: &'a Link<W>,
    identifier: u16,
}

impl<'a, W: World> Waiting<'a, W> {
    fn send(link: &'a Link<W>, to: IpAddr, payload: usize) -> Result<Self, Error> {
        let identifier = link.parts(|net, parts| {
            parts.icmp.as_mut().expect("a part that was made is there").send(net, to, payload)
        })?;
        Ok(Self { link, identifier })
    }

    async fn answer(&self) -> Result<(), Error> {
        poll_fn(|cx| {
            self.link.parts(|_, parts| match &mut parts.icmp {
                Some(icmp) => icmp.poll(cx, self.identifier),
                None => Poll::Ready(Err(Error::Closed)),
            })
        })
        .await
    }
}

impl<W: World> Drop for Waiting<'_, W> {
    fn drop(&mut self) {
        self.link.parts(|net, parts| {
            if let Some(icmp) = &mut parts.icmp {
                icmp.forget(net, self.identifier);
            }
        });
    }
}

impl<W: World> Clone for Icmp<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: World> Layer for Icmp<W> {
    type World = W;

    fn link(&self) -> &Link<W> {
        &self.0
    }
}

impl<W: World> layer::Icmp for Icmp<W> {}
