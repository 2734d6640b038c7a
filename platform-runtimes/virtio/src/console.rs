//! Consoles of one port (virtio 1.2, 5.3): text goes out, nothing is read.
//!
//! Writing is at once, as a console must be that tells why a program ends: it waits for the device, but not for ever.

use alloc::boxed::Box;

use crate::device::{Device, EVENT_IDX};
use crate::fault::Fault;
use crate::memory::{Dma, Memory};
use crate::queue::{Piece, Queue};
use crate::transport::Transport;

/// The type of consoles.
pub const KIND: u32 = 3;

/// The queue of what is written.
const TRANSMIT: u16 = 1;
/// Bytes that are written at a time.
const CHUNK: usize = 1024;
/// How often the queue is looked at until the device is taken for dead: a second, at least.
pub const PATIENCE: usize = 1 << 28;

/// A console.
#[derive(Debug)]
pub struct Console<M> {
    // Dropped first: the device is reset before its memory is freed.
    device: Device,
    queue: Queue<M>,
    memory: M,
    patience: usize,
}

impl<M: Memory> Console<M> {
    /// Brings a console up, which is looked at `patience` times for each piece that is written.
    pub fn start(
        transport: Box<dyn Transport>,
        dma: &impl Dma<Memory = M>,
        patience: usize,
    ) -> Result<Self, Fault> {
        let device = Device::start(transport, |offered, _| offered & 1 << EVENT_IDX)?;
        let queue = device.queue(dma, TRANSMIT, 1)?;
        let memory = dma.allocate(CHUNK)?;
        device.ready();
        Ok(Self { device, queue, memory, patience })
    }

    /// What is wrong with it, if it was given up.
    pub fn fault(&self) -> Option<Fault> {
        self.device.fault()
    }

    /// Writes bytes, and returns when the device has them. What a device does not take is lost.
    pub fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(CHUNK) {
            if self.device.fault().is_some() {
                return;
            }
            self.memory.lend_mut(0..chunk.len(), |room| room.copy_from_slice(chunk));
            let piece = Piece { address: self.memory.address(), length: chunk.len() as u32, write: false };
            if self.queue.add(&[piece], 0).is_err() {
                return;
            }
            self.device.publish(TRANSMIT, &mut self.queue);
            self.wait();
        }
    }

    fn wait(&mut self) {
        for _ in 0..self.patience {
            match self.queue.take() {
                Ok(Some(used)) => return self.queue.free(used.chain),
                Ok(None) => core::hint::spin_loop(),
                Err(fault) => return self.device.fail(fault),
            }
        }
        self.device.fail(Fault::Silent);
    }
}
