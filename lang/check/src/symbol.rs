//! A name as salsa may keep it beside an item.

use std::borrow::Borrow;
use std::ops::Deref;

use smol_str::SmolStr;

/// A name. Salsa keeps a plain `SmolStr` only where nothing beside it lives as long as the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, salsa::SalsaValue)]
pub(crate) struct Symbol(SmolStr);

impl Symbol {
    /// The name itself.
    pub(crate) fn text(&self) -> &SmolStr {
        &self.0
    }
}

impl From<SmolStr> for Symbol {
    fn from(text: SmolStr) -> Self {
        Self(text)
    }
}

impl Borrow<SmolStr> for Symbol {
    fn borrow(&self) -> &SmolStr {
        &self.0
    }
}

impl Deref for Symbol {
    type Target = SmolStr;

    fn deref(&self) -> &SmolStr {
        &self.0
    }
}
