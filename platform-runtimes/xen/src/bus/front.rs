//! A front end on the bus: from what the tools have written to a device in use, and through whatever becomes of its back end.
//!
//! It decides what is written and read in XenStore and when. What rings a device has, and what happens to its users when its back end
//! goes, is up to its [`Driver`].

#![allow(async_fn_in_trait, reason = "one thread runs everything: no caller needs a bound on the futures")]

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use unik::concurrent::race;

use crate::bus::handshake::{Handshake, Step};
use crate::bus::state::State;
use crate::hypervisor::Domain;
use crate::store::{self, Nodes, Refusal, Store, Watch, transaction};

/// Why a front end is not on the bus any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// XenStore does not do what it must.
    Store(store::Error),
    /// What the tools have written of the back end makes no sense.
    Malformed {
        /// The node.
        path: String,
    },
    /// The driver has given the back end up; why.
    GivenUp(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Malformed { path } => write!(f, "what stands in {path} of XenStore makes no sense"),
            Self::GivenUp(reason) => f.write_str(reason),
        }
    }
}

impl core::error::Error for Error {}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// A back end: where it is, and who runs it.
#[derive(Clone, Debug)]
pub struct Back {
    store: Store,
    path: String,
    domain: Domain,
}

impl Back {
    /// The domain that runs it.
    pub fn domain(&self) -> Domain {
        self.domain
    }

    /// What it says under a name; nothing if it says nothing.
    pub async fn text(&self, name: &str) -> Result<Option<String>, Error> {
        match self.store.text(&format!("{}/{name}", self.path)).await {
            // A domain is not told whether there is a node where it may not look at the one above: the folder has gone.
            Err(store::Error::Refused(Refusal::Access)) => Ok(None),
            text => Ok(text?),
        }
    }

    /// A number that it says.
    pub async fn number<T: core::str::FromStr>(&self, name: &str) -> Result<Option<T>, Error> {
        let Some(text) = self.text(name).await? else { return Ok(None) };
        let malformed = |_| Error::Malformed { path: format!("{}/{name}", self.path) };
        text.parse().map(Some).map_err(malformed)
    }

    /// Whether it has a feature: a number that is not zero.
    pub async fn has(&self, feature: &str) -> Result<bool, Error> {
        Ok(self.number::<u32>(feature).await?.is_some_and(|number| number != 0))
    }

    async fn state(&self) -> Result<Option<State>, Error> {
        Ok(self.text("state").await?.as_deref().and_then(State::read))
    }

    /// Whether the device is meant to stay. Tools that do not say so mean it.
    async fn is_online(&self) -> Result<bool, Error> {
        Ok(self.text("online").await?.as_deref() != Some("0"))
    }
}

/// How often a back end may refuse what it is offered, one time after the other.
const REFUSALS: u32 = 3;

/// What a kind of device does.
pub trait Driver {
    /// The state of a front end that has offered its rings: `Initialised` where it waits for the back end before it uses them (disks),
    /// `Connected` where the back end waits for that (network interfaces).
    const OFFERED: State;

    /// Makes rings for a back end that waits for them; what it must know, by name: `ring-ref`, `event-channel`, features.
    async fn offer(&self, back: &Back) -> Result<Vec<(String, String)>, Error>;

    /// The back end uses the rings: now it has said all of itself.
    async fn connected(&self, back: &Back) -> Result<(), Error>;

    /// The back end says once more that it uses the rings, as it does when it has changed what it says of itself: the size of a disk.
    async fn changed(&self, back: &Back) -> Result<(), Error> {
        let _ = back;
        Ok(())
    }

    /// The back end has gone, or goes: the rings are of no use any more. Users see an error from now on, until it has connected again.
    fn released(&self);

    /// Waits until the driver finds that the back end cannot be talked with; why.
    async fn failed(&self) -> String;
}

/// A front end. It is shown as people are to know it.
#[derive(Clone, Debug)]
pub struct Front {
    store: Store,
    path: String,
    /// What the program calls it, and what the tools do.
    names: Option<(String, String)>,
}

impl fmt::Display for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.names {
            Some((ours, theirs)) => write!(f, "`{ours}` ({theirs}, {})", self.path),
            None => f.write_str(&self.path),
        }
    }
}

impl Front {
    /// The front ends of a kind that the tools have made for this domain (`vif`, `vbd`), in the order of their numbers.
    pub async fn all(store: &Store, kind: &str) -> Result<Vec<Self>, Error> {
        let folder = format!("device/{kind}");
        let names = match store.directory(&folder).await {
            Ok(names) => names,
            Err(store::Error::Refused(Refusal::NotFound)) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let mut numbers: Vec<u64> = names.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers
            .iter()
            .map(|number| Self { store: store.clone(), path: format!("{folder}/{number}"), names: None })
            .collect())
    }

    /// The same, shown with what the program calls it and what the tools do.
    pub fn called(self, ours: &str, theirs: &str) -> Self {
        Self { names: Some((ours.to_string(), theirs.to_string())), ..self }
    }

    /// Its number among those of its kind.
    pub fn number(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// What the tools say of it under a name: `mac`, `virtual-device`.
    pub async fn text(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(self.store.text(&format!("{}/{name}", self.path)).await?)
    }

    /// Where its back end is, if it has one.
    pub async fn back(&self) -> Result<Option<Back>, Error> {
        let (Some(path), Some(domain)) = (self.text("backend").await?, self.text("backend-id").await?) else {
            return Ok(None);
        };
        let Ok(domain) = domain.parse() else {
            return Err(Error::Malformed { path: format!("{}/backend-id", self.path) });
        };
        // A path from here would be one of this domain's own.
        if !path.starts_with('/') {
            return Err(Error::Malformed { path: format!("{}/backend", self.path) });
        }
        Ok(Some(Back { store: self.store.clone(), path, domain: Domain(domain) }))
    }

    async fn say(&self, state: State, more: &[(String, String)]) -> Result<(), Error> {
        let said = transaction(&self.store, async |open| {
            for (name, value) in more {
                open.write(&format!("{}/{name}", self.path), value.as_bytes()).await?;
            }
            open.write(&format!("{}/state", self.path), state.text().as_bytes()).await
        });
        Ok(said.await?)
    }

    /// Drives the device as long as the program runs; ends only with what makes that impossible.
    pub async fn run(&self, driver: &impl Driver) -> Error {
        let mut handshake = Handshake::new();
        let error = loop {
            // A connection that was made anew may have lost what was said: look at everything again.
            match self.follow(driver, &mut handshake).await {
                Error::Store(store::Error::Lost) => {}
                error => break error,
            }
        };
        driver.released();
        handshake.give_up();
        // For the tools. Where this cannot be said, nobody listens any more.
        let said = async {
            let reason = format!("error/{}/error", self.path);
            drop(self.store.write(&reason, error.to_string().as_bytes()).await);
            self.say(State::Closing, &[]).await?;
            self.say(State::Closed, &[]).await
        };
        if let Err(unsaid) = said.await {
            log::debug!("{self}: the tools are not told that it is given up: {unsaid}");
        }
        error
    }

    async fn follow(&self, driver: &impl Driver, handshake: &mut Handshake) -> Error {
        match self.try_follow(driver, handshake).await {
            Ok(reason) => Error::GivenUp(reason),
            Err(error) => error,
        }
    }

    async fn try_follow(&self, driver: &impl Driver, handshake: &mut Handshake) -> Result<String, Error> {
        let mut moved = Watch::new(&self.store, &format!("{}/backend", self.path)).await?;
        let mut watched: Option<(String, Watch)> = None;
        let (mut refused, mut said) = (0, false);
        loop {
            let back = self.back().await?;
            let path = back.as_ref().map(|back| &back.path);
            if path != watched.as_ref().map(|(path, _)| path) {
                // Whatever the new one says, the rings were the old one's.
                if watched.take().is_some() {
                    let step = handshake.next(None, false);
                    self.step(driver, back.as_ref(), step).await?;
                }
                if let Some(path) = path {
                    let watch = Watch::new(&self.store, &format!("{path}/state")).await?;
                    watched = Some((path.clone(), watch));
                }
            }
            let (state, online) = match &back {
                Some(back) => (back.state().await?, back.is_online().await?),
                None => (None, false),
            };
            let step = handshake.next(state, online);
            match step {
                // One that takes no rings would be offered others for ever.
                Step::Offer if refused == REFUSALS => {
                    return Ok("its back end refuses what it is offered".into());
                }
                Step::Offer => refused += 1,
                Step::Connect => refused = 0,
                Step::Release | Step::Restart | Step::Wait => {}
            }
            if step != Step::Wait {
                self.step(driver, back.as_ref(), step).await?;
                continue;
            }
            if let (true, Some(back), State::Connected) = (said, &back, handshake.state()) {
                driver.changed(back).await?;
            }
            let changed = async {
                match &mut watched {
                    Some((_, watch)) => race(moved.next(), watch.next()).await,
                    None => moved.next().await,
                }
                .map(|_| None)
            };
            let failed = async { Ok(Some(driver.failed().await)) };
            if let Some(reason) = race(changed, failed).await? {
                return Ok(reason);
            }
            said = true;
        }
    }

    async fn step<D: Driver>(&self, driver: &D, back: Option<&Back>, step: Step) -> Result<(), Error> {
        match (step, back) {
            (Step::Offer, Some(back)) => {
                let offered = driver.offer(back).await?;
                self.say(D::OFFERED, &offered).await
            }
            (Step::Connect, Some(back)) => {
                driver.connected(back).await?;
                self.say(State::Connected, &[]).await
            }
            (Step::Release, Some(_)) => {
                self.say(State::Closing, &[]).await?;
                driver.released();
                self.say(State::Closed, &[]).await
            }
            // The tools have taken away the folder too.
            (Step::Release, None) => {
                driver.released();
                Ok(())
            }
            (Step::Restart, Some(_)) => self.say(State::Initialising, &[]).await,
            (Step::Offer | Step::Connect | Step::Restart, None) | (Step::Wait, _) => Ok(()),
        }
    }
}
