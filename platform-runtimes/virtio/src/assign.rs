//! Which disk is which: by the name that the host gave it, else by order.

use alloc::vec::Vec;

/// For each name the number of its disk. A disk with a name of the image is that one; those without fill the other names in order.
/// Of two disks with one name the first counts, and the other is like one without.
pub(crate) fn assign(names: &[&str], identities: &[Option<&str>]) -> Vec<Option<usize>> {
    let named = |name: &&str| {
        identities.iter().position(|identity| identity.is_some_and(|identity| identity == *name))
    };
    let mut assigned: Vec<Option<usize>> = names.iter().map(named).collect();
    let taken = assigned.clone();
    let mut rest = (0..identities.len()).filter(|disk| !taken.contains(&Some(*disk)));
    for disk in assigned.iter_mut().filter(|disk| disk.is_none()) {
        *disk = rest.next();
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_first_and_order_second() {
        let check = |names: &[&str], identities: &[&str], expected: &[Option<usize>]| {
            let identities: Vec<Option<&str>> =
                identities.iter().map(|identity| (!identity.is_empty()).then_some(*identity)).collect();
            assert_eq!(assign(names, &identities), expected, "{names:?} {identities:?}");
        };
        check(&["a", "b"], &["", ""], &[Some(0), Some(1)]);
        check(&["a", "b"], &["b", "a"], &[Some(1), Some(0)]);
        check(&["a", "b"], &["b", ""], &[Some(1), Some(0)]);
        check(&["a", "b", "c"], &["x", "b", ""], &[Some(0), Some(1), Some(2)]);
        check(&["a", "b"], &["b"], &[None, Some(0)]);
        check(&["a"], &["", "a", "a"], &[Some(1)]);
        check(&["a", "b"], &["a", "a"], &[Some(0), Some(1)]);
        check(&["a"], &[], &[None]);
        check(&[], &["a"], &[]);
    }
}
