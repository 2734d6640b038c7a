//! The console of a program: the machine's, and a virtio console beside it.
//!
//! Somebody reads one of them, and it is not known which: libvirt adds a device of this type that nobody reads, Firecracker has only a
//! serial port, others have only this. So everything goes to both, the last words of a panic too.

use alloc::boxed::Box;
use core::cell::RefCell;

use unik_x86_64::console as machine;

use crate::attached::{self, broken};
use crate::console::{Console, KIND, PATIENCE};
use crate::error::Error;
use crate::machine::{Heap, OneProcessor, Shared};

static TERMINAL: OneProcessor<RefCell<Option<Box<Console<Shared>>>>> = OneProcessor::new(RefCell::new(None));

/// The console.
#[derive(Clone, Copy, Debug)]
pub struct Terminal(());

impl Terminal {
    /// The console. A virtio console that does not work is told of on the other one.
    pub async fn new() -> Result<Self, Error> {
        if TERMINAL.borrow().is_none()
            && let Some(place) = attached::places(KIND)?.first()
        {
            let started = attached::open(place).and_then(|transport| {
                Console::start(transport, &Heap, PATIENCE).map_err(|fault| broken(place, fault))
            });
            match started {
                Ok(console) => {
                    TERMINAL.replace(Some(Box::new(console)));
                    machine::set(write_both);
                }
                Err(error) => machine::write_line(&alloc::format!("{error}")),
            }
        }
        Ok(Self(()))
    }
}

impl unik::log::Console for Terminal {
    fn write_line(&self, line: &str) {
        machine::write_line(line);
    }
}

fn write_both(bytes: &[u8]) {
    machine::early(bytes);
    // While it writes, nothing else does but what tells of a fault of its own.
    if let Ok(mut terminal) = TERMINAL.try_borrow_mut()
        && let Some(console) = &mut *terminal
    {
        console.write(bytes);
    }
}
