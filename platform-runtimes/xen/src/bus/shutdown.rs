//! What the tools ask of the domain as a whole: `control/shutdown` (docs/misc/xenstore-paths.pandoc).
//!
//! It decides which requests this domain heeds and what it answers. How the program ends is up to whoever listens.

use crate::store::{Error, Nodes, Refusal, Store, Watch, transaction};

const COMMAND: &str = "control/shutdown";

/// What the domain can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// End (`poweroff`, `halt`).
    PowerOff,
    /// End, to be started again (`reboot`).
    Reboot,
}

/// Listens as long as the connection lasts; `asked` gets every request that the domain can do, once it has been acknowledged.
///
/// What the domain does not do (`suspend` above all) is not acknowledged: to the tools, an acknowledgement is a promise. They are told
/// beforehand that it is not supported, and take the request back.
pub async fn listen(store: &Store, mut asked: impl FnMut(Request)) -> Error {
    for (feature, value) in [("poweroff", "1"), ("reboot", "1"), ("suspend", "0")] {
        // Only some tools let a domain say it; they ask all the same.
        if let Err(error) = store.write(&alloc::format!("control/feature-{feature}"), value.as_bytes()).await
        {
            log::debug!("the tools do not hear of feature-{feature}: {error}");
        }
    }
    loop {
        let error = match follow(store, &mut asked).await {
            Ok(never) => match never {},
            Err(error) => error,
        };
        if error != Error::Lost {
            return error;
        }
    }
}

async fn follow(store: &Store, asked: &mut impl FnMut(Request)) -> Result<core::convert::Infallible, Error> {
    let mut watch = Watch::new(store, COMMAND).await?;
    loop {
        watch.next().await?;
        let request = transaction(store, async |open| {
            let command = match open.text(COMMAND).await {
                Ok(command) => command.unwrap_or_default(),
                // What is no text is no command.
                Err(Error::Answer) => return Ok(None),
                Err(error) => return Err(error),
            };
            let request = match command.as_str() {
                "" => return Ok(None),
                "poweroff" | "halt" => Request::PowerOff,
                "reboot" => Request::Reboot,
                other => {
                    log::warn!("the tools ask this domain for {other:?}, which it does not do");
                    return Ok(None);
                }
            };
            match open.write(COMMAND, b"").await {
                // It is asked for all the same.
                Ok(()) | Err(Error::Refused(Refusal::Access | Refusal::Permission)) => Ok(Some(request)),
                Err(error) => Err(error),
            }
        });
        if let Some(request) = request.await? {
            asked(request);
        }
    }
}
