//! What a back end can do, what of it is used, and what it is told that this end can do.
//!
//! Frames in are always taken as they come: in many pieces, joined, with checksums that nobody has completed. That costs nothing and is
//! said to every back end. Frames out may ask for no more than the back end offers. What an interface can do is promised to its stack
//! once; so a back end that comes later must do as much, but for checksums, which this end completes itself then.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use unik::concurrent::join_all;
use unik::net::Capabilities;

use crate::bus::{Back, Error};

/// Bytes of an Ethernet header.
pub(super) const ETHERNET: usize = 14;
/// The longest frame out: its length stands in 16 bits (`XEN_NETIF_MAX_TX_SIZE`).
pub(super) const LONGEST_OUT: usize = 65_535;
/// The longest frame in: an IP packet of 65535 bytes.
pub(super) const LONGEST_IN: usize = 65_535 + ETHERNET;
/// What the tools mean who say nothing.
const MTU: usize = 1500;

/// What this end tells of itself, besides where its rings are. All of it is `1`.
const OWN: [&str; 6] = [
    "request-rx-copy",
    "feature-rx-notify",
    "feature-sg",
    "feature-gso-tcpv4",
    "feature-gso-tcpv6",
    "feature-ipv6-csum-offload",
];

/// What a back end offers for frames out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Features {
    /// Frames in several pieces.
    scattered: bool,
    /// To complete checksums over IPv4, and over IPv6.
    pub(super) checksum_v4: bool,
    /// See `checksum_v4`.
    pub(super) checksum_v6: bool,
    segments_v4: bool,
    segments_v6: bool,
}

impl Features {
    /// Reads what a back end says.
    ///
    /// # Errors
    /// A back end that cannot copy frames into pages of this end is none for this driver: the way before that, changing pages for
    /// others, has not been there since Xen 4.3.
    pub(super) async fn read(back: &Back) -> Result<Self, Error> {
        const NAMES: [&str; 6] = [
            "feature-rx-copy",
            "feature-sg",
            "feature-no-csum-offload",
            "feature-ipv6-csum-offload",
            "feature-gso-tcpv4",
            "feature-gso-tcpv6",
        ];
        let mut said = [false; 6];
        for (said, read) in said.iter_mut().zip(join_all(NAMES.map(|name| back.has(name))).await) {
            *said = read?;
        }
        let [copies, scattered, no_checksum, checksum_v6, segments_v4, segments_v6] = said;
        if !copies {
            return Err(Error::GivenUp("its back end does not copy frames".to_string()));
        }
        // A segment is longer than a page.
        let (segments_v4, segments_v6) = (scattered && segments_v4, scattered && segments_v6);
        Ok(Self { scattered, checksum_v4: !no_checksum, checksum_v6, segments_v4, segments_v6 })
    }

    /// What an interface with such a back end can do; `mtu` is what the tools say of it.
    pub(super) fn capabilities(self, mtu: Option<&str>) -> Capabilities {
        let mtu = mtu.and_then(|text| text.parse().ok());
        // The least of IPv6, and what fits into a frame.
        let mtu = mtu.filter(|mtu| (1280..=LONGEST_OUT - ETHERNET).contains(mtu)).unwrap_or(MTU);
        let mtu = if self.scattered { mtu } else { mtu.min(MTU) };
        // Whose checksums nobody completes, nobody cuts.
        let checksum = self.checksum_v4;
        let (segments_v4, segments_v6) = (checksum && self.segments_v4, checksum && self.segments_v6);
        let longest = if segments_v4 || segments_v6 { LONGEST_OUT } else { mtu + ETHERNET };
        Capabilities { mtu, longest, checksum, segments_v4, segments_v6 }
    }

    /// Whether what was promised of an earlier back end can be kept with this one.
    pub(super) fn keep(self, promised: &Capabilities) -> bool {
        (self.scattered || promised.longest <= MTU + ETHERNET)
            && (self.segments_v4 || !promised.segments_v4)
            && (self.segments_v6 || !promised.segments_v6)
    }
}

/// What the back end is told.
pub(super) fn own() -> Vec<(String, String)> {
    OWN.map(|name| (name.to_string(), "1".to_string())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Features = Features {
        scattered: true,
        checksum_v4: true,
        checksum_v6: true,
        segments_v4: true,
        segments_v6: true,
    };

    #[test]
    fn capabilities_are_what_the_back_end_offers() {
        let check = |features: Features, mtu, expected: (usize, usize, bool, bool, bool)| {
            let (mtu_expected, longest, checksum, segments_v4, segments_v6) = expected;
            let expected = Capabilities { mtu: mtu_expected, longest, checksum, segments_v4, segments_v6 };
            assert_eq!(features.capabilities(mtu), expected, "{features:?} {mtu:?}");
        };
        check(ALL, None, (1500, 65_535, true, true, true));
        check(Features { segments_v6: false, ..ALL }, Some("9000"), (9000, 65_535, true, true, false));
        check(Features { checksum_v4: false, ..ALL }, Some("9000"), (9000, 9014, false, false, false));
        check(
            Features { checksum_v4: true, ..Features::default() },
            Some("9000"),
            (1500, 1514, true, false, false),
        );
        check(Features::default(), None, (1500, 1514, false, false, false));
        for (mtu, expected) in
            [("1280", 1280), ("1279", 1500), ("65521", 65_521), ("65522", 1500), ("x", 1500), ("", 1500)]
        {
            assert_eq!(ALL.capabilities(Some(mtu)).mtu, expected, "{mtu}");
        }
    }

    #[test]
    fn a_promise_is_kept_by_whoever_can_do_as_much() {
        let check = |promised: Features, mtu, later: Features, expected| {
            assert_eq!(later.keep(&promised.capabilities(mtu)), expected, "{promised:?} {later:?}");
        };
        let none = Features::default();
        check(ALL, None, ALL, true);
        check(none, None, ALL, true);
        check(none, None, none, true);
        check(ALL, None, Features { segments_v6: false, ..ALL }, false);
        check(ALL, None, Features { segments_v4: false, ..ALL }, false);
        check(ALL, None, Features { checksum_v4: false, checksum_v6: false, ..ALL }, true);
        check(Features { scattered: true, ..none }, Some("9000"), none, false);
        check(Features { scattered: true, ..none }, None, none, true);
    }
}
