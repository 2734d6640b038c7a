//! Drivers as sources of events, which the machine looks at.

use alloc::rc::Rc;

use unik_x86_64::Source;

use crate::machine::Shared;
use crate::{blk, net, rng};

/// A driver that the machine looks at.
pub(crate) struct Watched<T>(pub(crate) Rc<T>);

impl Source for Watched<net::Net<Shared>> {
    fn poll(&self) -> bool {
        self.0.poll()
    }

    fn arm(&self) -> bool {
        self.0.arm()
    }
}

impl Source for Watched<blk::Disk<Shared>> {
    fn poll(&self) -> bool {
        self.0.poll()
    }

    fn arm(&self) -> bool {
        self.0.arm()
    }
}

impl Source for Watched<rng::Rng<Shared>> {
    fn poll(&self) -> bool {
        self.0.poll()
    }

    fn arm(&self) -> bool {
        self.0.arm()
    }
}
