//! The Xen target: PVH guests with paravirtual devices (Xen 4.10 and later, x86_64).
//!
//! It decides how a guest speaks with the hypervisor and with the domains behind its devices. What lies below, from the first
//! instruction to time and memory, is `unik-x86_64`'s.
//!
//! **Drivers know no machine.** They are written against [`hypervisor::Hypervisor`] and shared memory (`unik_driver`), so they run in
//! tests against a hypervisor and back ends that play their part honestly and otherwise; the calls themselves are `hypercall`'s.
//!
//! **Back ends are not trusted to be right.** Every index, length and reference that they give is checked against what the driver keeps to
//! itself; a back end that is wrong is let go, and its users see an error.
//!
//! Start at `hypervisor` (what there is to ask for), `grants`, `events` and `ring` (how pages are shared and talked over).
//! `store` is XenStore, `bus` how front ends and back ends find each other there. `devices` is what a program gets.

#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod attached;
pub mod blk;
pub mod bus;
pub mod console;
mod devices;
mod error;
pub mod events;
pub mod grants;
pub mod guest;
mod hypercall;
pub mod hypervisor;
mod machine;
pub mod net;
pub mod page;
pub mod ring;
pub mod store;

pub use devices::{Disk, DiskError, Nic, XenStore};
pub use error::Error;
pub use machine::Unusable;
use unik_platform::{Arguments, Exit, Failure, Image};
/// Writes a line to the console.
pub use unik_x86_64::console::write_line;
/// What the machine gives by itself; the console is the one of the hypervisor.
pub use unik_x86_64::{Entropy, Program, Serial, Timer, Wall};

/// Makes the entry of an image and its `async fn start(arguments: Arguments) -> Result<(), Failure>`.
#[macro_export]
macro_rules! entry {
    ($image:expr, $start:path) => {
        #[unsafe(no_mangle)]
        fn unik_image_main() -> ! {
            $crate::run(&$image, $start)
        }
    };
}

/// Runs an image from its boot arguments to its exit code; what `entry!` calls.
///
/// On a machine that is no guest of Xen it runs all the same: only what needs the hypervisor is missing there.
pub fn run<F>(image: &'static Image, start: fn(Arguments) -> F) -> !
where
    F: Future<Output = Result<(), Failure>>,
{
    attached::expect(image.attachments);
    match machine::start() {
        Ok(()) | Err(Unusable::NotXen) => unik_x86_64::run(image, start),
        Err(unusable) => {
            write_line(&alloc::format!("{}: {unusable}", image.name));
            unik_x86_64::exit(Exit::DEVICE)
        }
    }
}

/// The connection to XenStore, for what has no device of its own yet; nothing on a machine that is no guest of Xen.
pub fn store() -> Option<store::Store> {
    machine::guest().map(|guest| guest.store)
}
