//! What the connections of a server share: its handler, its clocks and limits, whether it stops, and today's date.
//!
//! The server makes it when it begins to serve; a connection only reads it, and what changes in it changes within one thread.

use alloc::vec::Vec;
use core::cell::Cell;

use unik::clock::Wall;
use unik::http::Field;

use crate::date;
use crate::limits::Limits;
use crate::stop::Stop;

/// What the connections of a server share.
pub(crate) struct Shared<'s, S, W, H> {
    pub handler: H,
    pub sleep: &'s S,
    wall: &'s W,
    pub limits: Limits,
    pub stop: Stop,
    /// The last second that was written, and how.
    today: Cell<(u64, [u8; date::LENGTH])>,
    /// Buffers that a connection has left to the next: of its input, and of its answers, which is empty.
    pub input: Cell<Vec<u8>>,
    pub out: Cell<Vec<u8>>,
    /// The list of a request's fields, empty.
    fields: Cell<Vec<Field<'static>>>,
}

impl<'s, S, W: Wall, H> Shared<'s, S, W, H> {
    /// For a server that has just begun.
    pub(crate) fn new(handler: H, sleep: &'s S, wall: &'s W, limits: Limits) -> Self {
        Shared {
            handler,
            sleep,
            wall,
            limits,
            stop: Stop::default(),
            today: Cell::new((0, date::format(0))),
            input: Cell::default(),
            out: Cell::default(),
            fields: Cell::default(),
        }
    }

    /// An empty list of fields.
    pub(crate) fn fields<'b>(&self) -> Vec<Field<'b>> {
        self.fields.take()
    }

    /// Takes a list for the next request.
    pub(crate) fn keep_fields(&self, mut fields: Vec<Field<'_>>) {
        fields.clear();
        // An empty list is one of fields of any life, and collecting it where it lies keeps its memory.
        self.fields.set(fields.into_iter().map(|_| Field { name: "", value: b"" }).collect());
    }

    /// The time of day in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.wall.now().seconds).unwrap_or(0)
    }

    /// A time as a date; the text is made once per second.
    pub(crate) fn date(&self, now: u64) -> [u8; date::LENGTH] {
        let (second, text) = self.today.get();
        if second == now {
            return text;
        }
        let text = date::format(now);
        self.today.set((now, text));
        text
    }
}
