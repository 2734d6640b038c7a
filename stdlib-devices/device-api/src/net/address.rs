//! The value types `Cidr` and `Mac`.

use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

/// An address and the length of its network's prefix: `10.0.0.2/24` (RFC 4632, RFC 4291).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// Nothing if the prefix is longer than the address: 32 or 128 bits.
    pub const fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        let longest = match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        };
        if prefix <= longest { Some(Self { address, prefix }) } else { None }
    }

    /// The address, host bits included.
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// The length of the prefix in bits.
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether an address lies in the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        let differing = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            _ => return false,
        };
        differing >= u32::from(self.prefix)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// A text is not an address of the kind that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(&'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for Malformed {}

impl FromStr for Cidr {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed("expected an address and the length of a prefix, as in 10.0.0.2/24");
        let (address, prefix) = text.split_once('/').ok_or(wrong)?;
        if prefix.is_empty() || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong);
        }
        let address: IpAddr = address.parse().map_err(|_| wrong)?;
        let long = Malformed("the prefix is longer than the address");
        Self::new(address, prefix.parse().map_err(|_| long)?).ok_or(long)
    }
}

/// An Ethernet address: `02:00:00:00:00:01` (IEEE 802).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac(pub [u8; 6]);

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl FromStr for Mac {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed("expected six pairs of hexadecimal digits, as in 02:00:00:00:00:01");
        let mut bytes = [0; 6];
        let mut parts = text.split([':', '-']);
        for byte in &mut bytes {
            let part = parts.next().ok_or(wrong)?;
            if part.len() != 2 || !part.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(wrong);
            }
            *byte = u8::from_str_radix(part, 16).map_err(|_| wrong)?;
        }
        if parts.next().is_some() { Err(wrong) } else { Ok(Self(bytes)) }
    }
}
