//! The values that a configuration is made of: their types and constants.
//!
//! A constant here is what a literal, an option of the command line, or an argument of a device amounts to.
//! Which literal gets which type is decided by the checker; how a value is read, by `parse`; how it is written, by
//! `show` for people and by the generator in Rust.

use core::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use smol_str::SmolStr;

/// A value type of the language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// `Bool`
    Bool,
    /// `Int`: 64 bits, signed.
    Int,
    /// `Str`
    Str,
    /// `Path`: of the host, relative to the folder of the file that it stands in.
    Path,
    /// `Port`: 0 to 65535.
    Port,
    /// `Ip`: an IPv4 or IPv6 address.
    Ip,
    /// `Ipv4`
    Ipv4,
    /// `Ipv6`
    Ipv6,
    /// `Cidr`: an address and the length of its network's prefix.
    Cidr,
    /// `Mac`
    Mac,
    /// `Duration`: whole nanoseconds.
    Duration,
    /// `Size`: bytes.
    Size,
    /// `Files`: the content of a folder, compiled into the image.
    Files,
    /// `List(T)`
    List(Box<ValueType>),
    /// `Option(T)`
    Option(Box<ValueType>),
    /// An enum of a file.
    Enum(Arc<EnumType>),
}

/// An enum as values know it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EnumType {
    /// The file that declares it, as people know it (`app.unik`, `std/log`).
    pub file: SmolStr,
    /// The folder of that file: its crate declares the Rust enum, if a device takes the enum.
    pub folder: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its cases, in the order of their declaration.
    pub cases: Vec<SmolStr>,
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("Bool"),
            Self::Int => f.write_str("Int"),
            Self::Str => f.write_str("Str"),
            Self::Path => f.write_str("Path"),
            Self::Port => f.write_str("Port"),
            Self::Ip => f.write_str("Ip"),
            Self::Ipv4 => f.write_str("Ipv4"),
            Self::Ipv6 => f.write_str("Ipv6"),
            Self::Cidr => f.write_str("Cidr"),
            Self::Mac => f.write_str("Mac"),
            Self::Duration => f.write_str("Duration"),
            Self::Size => f.write_str("Size"),
            Self::Files => f.write_str("Files"),
            Self::List(of) => write!(f, "List({of})"),
            Self::Option(of) => write!(f, "Option({of})"),
            Self::Enum(of) => f.write_str(&of.name),
        }
    }
}

/// A path of the host: what was written, and the folder it is relative to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostPath {
    /// The folder of the file in which it stands, or the working directory for one given on the command line.
    pub folder: SmolStr,
    /// As written.
    pub written: SmolStr,
}

/// An address and the length of its network's prefix: `10.0.0.2/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cidr {
    /// The address, host bits included.
    pub address: IpAddr,
    /// The length of the prefix, at most 32 or 128.
    pub prefix: u8,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Const {
    /// Of type `Bool`.
    Bool(bool),
    /// Of type `Int`.
    Int(i64),
    /// Of type `Str`.
    Str(SmolStr),
    /// Of type `Path`.
    Path(HostPath),
    /// Of type `Port`.
    Port(u16),
    /// Of type `Ip`.
    Ip(IpAddr),
    /// Of type `Ipv4`.
    Ipv4(Ipv4Addr),
    /// Of type `Ipv6`.
    Ipv6(Ipv6Addr),
    /// Of type `Cidr`.
    Cidr(Cidr),
    /// Of type `Mac`.
    Mac([u8; 6]),
    /// Of type `Duration`, in nanoseconds.
    Duration(u64),
    /// Of type `Size`, in bytes.
    Size(u64),
    /// Of type `Files`: a folder.
    Files(HostPath),
    /// Of type `List(T)`.
    List(Vec<Const>),
    /// `some(x)`.
    Some(Box<Const>),
    /// `none`.
    None,
    /// A case of an enum, by its index; the enum is known from the type.
    Case(u32),
}
