//! What an end of the bus says of itself.

/// A state (`enum xenbus_state`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It is being made, or made anew.
    Initialising = 1,
    /// It is there, and waits for what the other end says of itself.
    InitWait = 2,
    /// It has said all of itself, and waits for the other end to connect.
    Initialised = 3,
    /// It is in use.
    Connected = 4,
    /// It is being given up.
    Closing = 5,
    /// It has been given up.
    Closed = 6,
    /// It is being changed while it is in use.
    Reconfiguring = 7,
    /// It has been changed.
    Reconfigured = 8,
}

impl State {
    /// What a node says; nothing for what is no state.
    pub fn read(text: &str) -> Option<Self> {
        Some(match text {
            "1" => Self::Initialising,
            "2" => Self::InitWait,
            "3" => Self::Initialised,
            "4" => Self::Connected,
            "5" => Self::Closing,
            "6" => Self::Closed,
            "7" => Self::Reconfiguring,
            "8" => Self::Reconfigured,
            _ => return None,
        })
    }

    /// What stands in a node.
    pub fn text(self) -> &'static str {
        match self {
            Self::Initialising => "1",
            Self::InitWait => "2",
            Self::Initialised => "3",
            Self::Connected => "4",
            Self::Closing => "5",
            Self::Closed => "6",
            Self::Reconfiguring => "7",
            Self::Reconfigured => "8",
        }
    }
}
