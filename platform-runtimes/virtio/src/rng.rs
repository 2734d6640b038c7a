//! Sources of entropy (virtio 1.2, 5.4): one request at a time.

use alloc::boxed::Box;
use core::cell::RefCell;
use core::future::poll_fn;
use core::task::{Poll, Waker};

use crate::device::{Device, EVENT_IDX};
use crate::fault::Fault;
use crate::memory::{Dma, Memory};
use crate::queue::{Piece, Queue};
use crate::transport::Transport;

/// The type of sources of entropy.
pub const KIND: u32 = 4;

/// Bytes that are asked for at a time.
pub const BYTES: usize = 64;

/// A source of entropy.
#[derive(Debug)]
pub struct Rng<M> {
    // Dropped first: the device is reset before its memory is freed.
    device: Device,
    state: RefCell<State<M>>,
    memory: M,
}

#[derive(Debug)]
struct State<M> {
    queue: Queue<M>,
    waiting: Option<Waker>,
}

impl<M: Memory> Rng<M> {
    /// Brings a source up.
    pub fn start(transport: Box<dyn Transport>, dma: &impl Dma<Memory = M>) -> Result<Self, Fault> {
        let device = Device::start(transport, |offered, _| offered & 1 << EVENT_IDX)?;
        let queue = device.queue(dma, 0, 1)?;
        let memory = dma.allocate(BYTES)?;
        device.ready();
        Ok(Self { device, state: RefCell::new(State { queue, waiting: None }), memory })
    }

    /// Waits for random bytes; lends them, 1 to [`BYTES`] of them.
    pub async fn bytes<R>(&self, mut look: impl FnMut(&[u8]) -> R) -> Result<R, Fault> {
        poll_fn(|cx| {
            if let Some(fault) = self.device.fault() {
                return Poll::Ready(Err(fault));
            }
            let mut state = self.state.borrow_mut();
            let Some(used) = self.device.checked(state.queue.take()) else {
                return Poll::Ready(Err(self.device.fault().unwrap_or(Fault::UsedIndex)));
            };
            // A request that somebody has given up answers the next one; an empty answer is none.
            if let Some(used) = used {
                state.queue.free(used.chain);
                if used.length > 0 {
                    let bytes = 0..used.length as usize;
                    return Poll::Ready(Ok(self.memory.lend(bytes, &mut look)));
                }
            }
            if state.queue.in_flight() == 0 {
                let piece = Piece { address: self.memory.address(), length: BYTES as u32, write: true };
                if state.queue.add(&[piece], 0).is_err() {
                    return Poll::Ready(Err(Fault::Queue(0)));
                }
                self.device.publish(0, &mut state.queue);
            }
            state.waiting = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Wakes who waits for bytes that have come; whether there were any.
    pub fn poll(&self) -> bool {
        if self.device.fault().is_some() {
            return false;
        }
        let _ = self.device.look();
        let mut state = self.state.borrow_mut();
        state.queue.disarm();
        if !state.queue.has_used() && self.device.fault().is_none() {
            return false;
        }
        let waiting = state.waiting.take();
        drop(state);
        waiting.map(Waker::wake).is_some()
    }

    /// Asks for an interrupt if somebody waits; whether bytes have come meanwhile.
    pub fn arm(&self) -> bool {
        let state = self.state.borrow();
        self.device.fault().is_none() && state.waiting.is_some() && state.queue.arm(1)
    }
}
