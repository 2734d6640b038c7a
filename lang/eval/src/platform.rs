//! The platforms in reach, the one that is chosen, and what is known of their roles.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use unik_check::core::{self, DefId};

use crate::definitions::Definitions;
use crate::value::Once;

/// The platforms, and the one that is chosen.
pub(crate) struct Target<'d> {
    pub(crate) platforms: Vec<(DefId, &'d core::Platform)>,
    pub(crate) chosen: Option<usize>,
    /// A target was asked for that is none: the mistake has been reported.
    pub(crate) mistaken: bool,
    pub(crate) roles: FxHashMap<(usize, SmolStr), Once>,
}

impl<'d> Target<'d> {
    pub(crate) fn new(defs: &'d dyn Definitions) -> Self {
        Self { platforms: defs.platforms(), chosen: None, mistaken: false, roles: FxHashMap::default() }
    }

    pub(crate) fn platform(&self) -> Option<&'d core::Platform> {
        Some(self.platforms.get(self.chosen?)?.1)
    }
}
