//! The address of an interface: given behind its name, or made of it.

use unik::net::Mac;

/// `mac=02:00:00:00:00:01`, of one host.
pub(super) fn address(option: &str) -> Option<Mac> {
    let mac: Mac = option.strip_prefix("mac=")?.parse().ok()?;
    if mac.0[0] & 1 == 1 || mac.0 == [0; 6] { None } else { Some(mac) }
}

/// A locally administered address (IEEE 802c) that is made of a name and is not the host's own.
pub(super) fn made(name: &str, host: [u8; 6]) -> Mac {
    // FNV-1a: few names, and no two of one host shall meet.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let [_, _, bytes @ ..] = hash.to_be_bytes();
    let mut mac = bytes;
    mac[0] = mac[0] & !0b11 | 0b10;
    if mac == host {
        mac[5] ^= 1;
    }
    Mac(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_made_is_stable_local_and_not_the_hosts() {
        let mac = made("tap0", [0; 6]);
        assert_eq!(mac, made("tap0", [0; 6]));
        assert_ne!(mac, made("tap1", [0; 6]));
        assert_ne!(mac, made("tap0", mac.0));
        for name in ["tap0", "tap1", "service", "x"] {
            assert_eq!(made(name, [0; 6]).0[0] & 0b11, 0b10, "{name}");
        }
    }

    #[test]
    fn an_address_is_that_of_one_host() {
        assert_eq!(address("mac=02:00:00:00:00:01"), Some(Mac([2, 0, 0, 0, 0, 1])));
        for wrong in
            ["", "mac=", "mac", "02:00:00:00:00:01", "mac=01:00:00:00:00:01", "mac=00:00:00:00:00:00"]
        {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
