//! The least memory in which a guest serves its page, found by halving.

use crate::Result;
use crate::guest::Guest;

/// How close the result is, in KiB; a page is 4.
const CLOSE: u32 = 64;

/// In KiB. It serves with so much; with less by [`CLOSE`] it did not.
pub(crate) fn least(guest: &Guest) -> Result<u32> {
    guest.start(guest.comfortable())?;
    let (mut too_little, mut enough) = (0, guest.comfortable());
    // What needs much is not looked at more closely than to a hundredth.
    while enough - too_little > CLOSE.max(enough / 100) {
        let middle = (too_little + (enough - too_little) / 2).next_multiple_of(4);
        match guest.start(middle) {
            Ok(_) => enough = middle,
            Err(_) => too_little = middle,
        }
    }
    Ok(enough)
}
