//! One question to one server: a datagram from a port that nobody can guess, or a connection.

use alloc::string::{String, ToString};
use alloc::vec;
use core::net::{IpAddr, SocketAddr};

use embedded_io_async::{Read, Write};
use unik::clock::{Deadline, Sleep};
use unik::net::{Stack, UdpSocket};
use unik::random::Random;
use unik::{Error, ErrorKind};

use crate::message::{self, Answer, Kind, LONGEST};

/// Where servers listen (RFC 1035, 4.2).
const PORT: u16 = 53;

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered(Answer),
    /// Nobody has answered in time.
    Silent,
    /// The server cannot be reached.
    Unreachable,
    /// No server ever will be: the host's interface has gone for good, for this reason.
    Detached(String),
}

/// What an error of the host means for a question.
fn failed(error: &impl Error) -> Outcome {
    match error.kind() {
        ErrorKind::Detached => Outcome::Detached(error.to_string()),
        _ => Outcome::Unreachable,
    }
}

/// Asks in a datagram. What does not answer the question is not looked at, and the wait goes on: it may be forged.
pub(crate) async fn datagram<K: Stack, S: Sleep>(
    host: &K,
    random: &impl Random,
    server: IpAddr,
    (name, kind): (&str, Kind),
    extended: bool,
    deadline: &mut Deadline<'_, S>,
) -> Outcome {
    let number = random.next_u64() as u16;
    let Some(question) = message::question(number, name, kind, extended) else { return Outcome::Unreachable };
    let to = SocketAddr::new(server, PORT);
    // Each question has a port of its own (RFC 5452, 9.2).
    let mut socket = match host.bind(0).await {
        Ok(socket) => socket,
        Err(error) => return failed(&error),
    };
    let ask = async {
        if let Err(error) = socket.send(&question, to).await {
            return failed(&error);
        }
        let mut buffer = vec![0; usize::from(LONGEST)];
        loop {
            let (length, from) = match socket.receive(&mut buffer).await {
                Ok(received) => received,
                Err(error) => return failed(&error),
            };
            if from != to {
                continue;
            }
            if let Some(answer) = message::answer(&buffer[..length], number, name, kind) {
                return Outcome::Answered(answer);
            }
        }
    };
    deadline.limit(ask).await.unwrap_or(Outcome::Silent)
}

/// Asks over a connection (RFC 7766): for answers that do not fit into a datagram.
pub(crate) async fn connection<K: Stack, S: Sleep>(
    host: &K,
    random: &impl Random,
    server: IpAddr,
    (name, kind): (&str, Kind),
    deadline: &mut Deadline<'_, S>,
) -> Outcome {
    let number = random.next_u64() as u16;
    let Some(question) = message::question(number, name, kind, false) else { return Outcome::Unreachable };
    let ask = async {
        let mut flow = match host.connect(SocketAddr::new(server, PORT)).await {
            Ok(flow) => flow,
            Err(error) => return failed(&error),
        };
        let answer = async {
            let length = u16::try_from(question.len()).ok()?;
            flow.write_all(&[&length.to_be_bytes()[..], &question].concat()).await.ok()?;
            flow.flush().await.ok()?;
            let mut length = [0; 2];
            flow.read_exact(&mut length).await.ok()?;
            let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
            flow.read_exact(&mut answer).await.ok()?;
            message::answer(&answer, number, name, kind)
        };
        answer.await.map_or(Outcome::Unreachable, Outcome::Answered)
    };
    deadline.limit(ask).await.unwrap_or(Outcome::Silent)
}
