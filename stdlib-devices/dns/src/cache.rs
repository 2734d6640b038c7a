//! What was learned, and for how long it holds.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use crate::message::Kind;

/// How many names are remembered; the one that ends first gives way.
const MOST: usize = 256;

/// Names and their addresses; none if they have none.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    names: BTreeMap<(String, bool), (Vec<IpAddr>, Duration)>,
}

impl Cache {
    /// What is known of a name at a time.
    pub(crate) fn get(&self, name: &str, kind: Kind, now: Duration) -> Option<Vec<IpAddr>> {
        let (addresses, until) = self.names.get(&(name.into(), kind == Kind::V4))?;
        (*until > now).then(|| addresses.clone())
    }

    /// Remembers the addresses of a name.
    pub(crate) fn put(
        &mut self,
        name: &str,
        kind: Kind,
        addresses: Vec<IpAddr>,
        now: Duration,
        for_: Duration,
    ) {
        if for_.is_zero() {
            return;
        }
        self.names.insert((name.into(), kind == Kind::V4), (addresses, now + for_));
        if self.names.len() > MOST {
            let first = self.names.iter().min_by_key(|(_, (_, until))| *until).map(|(key, _)| key.clone());
            if let Some(first) = first {
                self.names.remove(&first);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_first_gives_way() {
        let mut cache = Cache::default();
        let seconds = Duration::from_secs;
        for number in 0..1000 {
            cache.put(&alloc::format!("n{number}"), Kind::V4, Vec::new(), seconds(0), seconds(1 + number));
        }
        assert_eq!(cache.names.len(), MOST);
        assert_eq!(cache.get("n0", Kind::V4, seconds(0)), None);
        assert_eq!(cache.get("n999", Kind::V4, seconds(999)), Some(Vec::new()));
        assert_eq!(cache.get("n999", Kind::V4, seconds(1000)), None);
        assert_eq!(cache.get("n999", Kind::V6, seconds(0)), None);
    }
}
