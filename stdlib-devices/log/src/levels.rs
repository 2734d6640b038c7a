//! Levels by source: `info`, `debug,net:trace`, `warn,app::store:off`.
//!
//! A source is the target of a record: a module path. `net` speaks of the crates `net` and `unik_net` and all in them,
//! `app::store` of that module. The most exact source counts, the last of equals; a level alone is that of all others.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use log::LevelFilter;

/// Which records are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels {
    others: LevelFilter,
    sources: Vec<(String, LevelFilter)>,
}

/// A part of the text that is no level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl Levels {
    /// The least severe level that is wanted of a source.
    pub fn of(&self, target: &str) -> LevelFilter {
        self.sources
            .iter()
            .filter(|(source, _)| speaks_of(source, target))
            .max_by_key(|(source, _)| source.len())
            .map_or(self.others, |(_, level)| *level)
    }

    /// The least severe level that is wanted of any source.
    pub fn most(&self) -> LevelFilter {
        self.sources.iter().map(|(_, level)| *level).fold(self.others, Ord::max)
    }
}

fn speaks_of(source: &str, target: &str) -> bool {
    let target =
        if source.starts_with("unik_") { target } else { target.strip_prefix("unik_").unwrap_or(target) };
    target.strip_prefix(source).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl FromStr for Levels {
    type Err = Malformed;

    /// Without a level for all others, theirs is `info`.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut levels = Self { others: LevelFilter::Info, sources: Vec::new() };
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            // A source may have colons of its own.
            let (source, level) = match part.rsplit_once(':') {
                Some((source, level)) => (source.trim(), level.trim()),
                None => ("", part),
            };
            let level: LevelFilter = level.parse().map_err(|_| Malformed(part.into()))?;
            if source.is_empty() {
                levels.others = level;
            } else {
                levels.sources.push((source.into(), level));
            }
        }
        Ok(levels)
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no level: off, error, warn, info, debug, trace, or source:level", self.0)
    }
}

impl core::error::Error for Malformed {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_source_counts() {
        use LevelFilter::{Debug, Error, Info, Off, Trace, Warn};
        for (text, target, level) in [
            ("info", "anything", Info),
            ("", "anything", Info),
            ("debug,net:trace", "unik_http", Debug),
            ("debug,net:trace", "unik_net::tcp", Trace),
            ("debug,net:trace", "net", Trace),
            ("debug,net:trace", "network", Debug),
            ("warn,app::store:off", "app::store::disk", Off),
            ("warn,app::store:off", "app::stores", Warn),
            ("app:error,app::store:trace", "app::store", Trace),
            ("app::store:trace,app:error", "app::store", Trace),
            ("a:trace,a:error", "a", Error),
            ("unik_net:trace", "unik_net", Trace),
            ("unik_net:trace", "net", Info),
            (" DEBUG , Net:trace ", "x", Debug),
        ] {
            assert_eq!(text.parse::<Levels>().unwrap().of(target), level, "{text} of {target}");
        }
    }

    #[test]
    fn the_facade_learns_the_least_severe_of_all() {
        assert_eq!("warn,a:trace,b:off".parse::<Levels>().unwrap().most(), LevelFilter::Trace);
        assert_eq!("warn,b:off".parse::<Levels>().unwrap().most(), LevelFilter::Warn);
    }

    #[test]
    fn what_is_no_level_is_named() {
        for text in ["loud", "info,net:loud", "net:", "info;debug"] {
            assert!(text.parse::<Levels>().is_err(), "{text}");
        }
        assert_eq!("info,net:loud".parse::<Levels>(), Err(Malformed("net:loud".into())));
    }
}
