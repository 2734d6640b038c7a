//! A resolver that asks the servers that a host was told: `std/dns.resolver` (RFC 1034, 5.3.1: a stub).
//!
//! It decides whom to ask, how often, and what to believe; the servers do the searching. Names are taken as they are: no list of domains is
//! tried, and names in other alphabets must be written in their ASCII form (RFC 5891).

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod cache;
mod error;
mod exchange;
mod message;
mod name;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::convert::Infallible;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;

use cache::Cache;
pub use error::Error;
use exchange::Outcome;
use message::{Answer, Kind};
use unik::clock::{Deadline, Sleep};
use unik::concurrent::join;
use unik::net::Stack;
use unik::random::Random;

/// How long a server has to answer: the first time, and the second.
const PATIENCE: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(4)];
/// How often one name may lead to another that must be asked for.
const ALIASES: usize = 8;

/// Asks for the addresses of names, and remembers them.
#[derive(Clone, Debug)]
pub struct Resolver<K, S, R> {
    host: K,
    sleep: S,
    random: R,
    servers: &'static [IpAddr],
    shared: Rc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    cache: RefCell<Cache>,
    /// Which server is asked first: the one that has answered last.
    first: Cell<usize>,
}

impl<K: Stack, S: Sleep, R: Random> Resolver<K, S, R> {
    /// One that asks these servers, or, if there are none, those that the host was told when it asks.
    pub async fn new(host: K, sleep: S, random: R, servers: &'static [IpAddr]) -> Result<Self, Infallible> {
        Ok(Self { host, sleep, random, servers, shared: Rc::default() })
    }

    /// The addresses of one kind of a name.
    async fn addresses(&self, asked: &str, kind: Kind) -> Result<Vec<IpAddr>, Error> {
        if let Some(known) = self.shared.cache.borrow().get(asked, kind, self.sleep.now()) {
            return Ok(known);
        }
        let mut name = String::from(asked);
        for _ in 0..ALIASES {
            let (addresses, lifetime) = match self.ask(&name, kind).await? {
                Answer::Addresses(addresses, lifetime) => (addresses, lifetime),
                Answer::None(lifetime) => (Vec::new(), lifetime),
                Answer::Alias(other) => {
                    name = name::normal(&other).ok_or_else(|| Error::Endless(asked.into()))?;
                    continue;
                }
                Answer::Truncated | Answer::Old | Answer::Refused => {
                    return Err(Error::Refused(asked.into()));
                }
            };
            // How long the way through other names holds is not known here; it is walked again soon.
            let lifetime = if name == asked { lifetime } else { Duration::ZERO };
            let now = self.sleep.now();
            self.shared.cache.borrow_mut().put(asked, kind, addresses.clone(), now, lifetime);
            return Ok(addresses);
        }
        Err(Error::Endless(asked.into()))
    }

    /// Asks one server after the other until one says something.
    async fn ask(&self, name: &str, kind: Kind) -> Result<Answer, Error> {
        let servers = if self.servers.is_empty() { self.host.name_servers() } else { self.servers.to_vec() };
        if servers.is_empty() {
            return Err(Error::NoServer);
        }
        let mut silent = false;
        for patience in PATIENCE {
            for turn in 0..servers.len() {
                let number = (self.shared.first.get() + turn) % servers.len();
                match self.ask_one(servers[number], name, kind, patience).await {
                    Outcome::Answered(Answer::Truncated | Answer::Old | Answer::Refused)
                    | Outcome::Unreachable => {}
                    Outcome::Answered(answer) => {
                        self.shared.first.set(number);
                        return Ok(answer);
                    }
                    Outcome::Silent => silent = true,
                    Outcome::Detached(reason) => return Err(Error::Detached(reason)),
                }
            }
            // Who has refused does so again.
            if !silent {
                return Err(Error::Refused(name.into()));
            }
        }
        Err(Error::TimedOut(name.into()))
    }

    async fn ask_one(&self, server: IpAddr, name: &str, kind: Kind, patience: Duration) -> Outcome {
        let mut deadline = Deadline::new(&self.sleep);
        deadline.set(patience);
        let (host, random) = (&self.host, &self.random);
        let mut outcome = exchange::datagram(host, random, server, (name, kind), true, &mut deadline).await;
        if outcome == Outcome::Answered(Answer::Old) {
            outcome = exchange::datagram(host, random, server, (name, kind), false, &mut deadline).await;
        }
        if outcome == Outcome::Answered(Answer::Truncated) {
            outcome = exchange::connection(host, random, server, (name, kind), &mut deadline).await;
        }
        outcome
    }
}

impl<K: Stack, S: Sleep, R: Random> unik::net::Resolver for Resolver<K, S, R> {
    type Error = Error;

    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, Error> {
        if let Ok(address) = name.parse() {
            return Ok(vec![address]);
        }
        let normal = name::normal(name).ok_or_else(|| Error::Malformed(name.into()))?;
        // Never asked for (RFC 6761, 6.3).
        if normal == "localhost" || normal.ends_with(".localhost") {
            return Ok(vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()]);
        }
        // Four numbers with dots that are no address are no name either.
        if normal.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(Error::Malformed(name.into()));
        }
        let (v6, v4) = join(self.addresses(&normal, Kind::V6), self.addresses(&normal, Kind::V4)).await;
        match (v6, v4) {
            (Err(error), Err(_)) => Err(error),
            // Half an answer is one, but that half has nothing is none.
            (Ok(one), Err(error)) | (Err(error), Ok(one)) if one.is_empty() => Err(error),
            (v6, v4) => {
                let both: Vec<IpAddr> = v6.into_iter().chain(v4).flatten().collect();
                if both.is_empty() { Err(Error::NotFound(normal)) } else { Ok(both) }
            }
        }
    }
}
