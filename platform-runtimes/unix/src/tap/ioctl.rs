//! What only ioctls can do: opening a tap interface, and what the host knows of it (netdevice(7), tun.rst of the kernel).
//!
//! All unsafe code of this crate is here. Each call passes the opcode of a request of Linux together with the type that
//! the kernel expects for it.
#![allow(unsafe_code, reason = "rustix has no safe call for these requests, which are Linux' alone")]

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::ioctl::{IntegerSetter, Opcode, Updater, ioctl};
use rustix::net::{AddressFamily, SocketFlags, SocketType};

/// Where tap interfaces are opened.
pub(super) const NODE: &str = "/dev/net/tun";
/// The longest name of an interface, without the zero that ends it (IFNAMSIZ).
pub(super) const LONGEST_NAME: usize = 15;

const TUNSETIFF: Opcode = 0x4004_54ca;
const TUNSETOFFLOAD: Opcode = 0x4004_54d0;
const SIOCGIFFLAGS: Opcode = 0x8913;
const SIOCGIFMTU: Opcode = 0x8921;
const SIOCGIFHWADDR: Opcode = 0x8927;

/// Ethernet frames, without a header of their own but behind virtio's.
const FLAGS: u16 = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
const IFF_TAP: u16 = 0x0002;
const IFF_NO_PI: u16 = 0x1000;
const IFF_VNET_HDR: u16 = 0x4000;
const IFF_UP: u16 = 0x1;

/// Frames whose checksum is not complete.
const TUN_F_CSUM: usize = 1;
/// Long TCP segments over IPv4 and IPv6.
const TUN_F_TSO: usize = 2 | 4;

/// `struct ifreq` of Linux on 64 bits: a name, and a union of 24 bytes.
#[repr(C, align(8))]
struct Request {
    name: [u8; 16],
    value: [u8; 24],
}

impl Request {
    fn of(name: &str) -> Result<Self, Errno> {
        let mut request = Self { name: [0; 16], value: [0; 24] };
        if name.is_empty() || name.len() > LONGEST_NAME || name.contains(['\0', '/']) {
            return Err(Errno::NODEV);
        }
        request.name[..name.len()].copy_from_slice(name.as_bytes());
        Ok(request)
    }

    fn send<const OPCODE: Opcode>(&mut self, fd: impl AsFd) -> Result<(), Errno> {
        // SAFETY: every `OPCODE` that this function is called with reads and writes a `struct ifreq`, which `Request` is.
        let update = unsafe { Updater::<OPCODE, Self>::new(self) };
        // SAFETY: the kernel reads and writes the 40 bytes that are borrowed during the call, and any bytes are a `Request`.
        unsafe { ioctl(fd, update) }
    }

    fn flags(&self) -> u16 {
        u16::from_ne_bytes([self.value[0], self.value[1]])
    }
}

/// What the host knows of an interface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    /// The longest payload of a frame in bytes.
    pub(super) mtu: usize,
    /// The address of the host's own end.
    pub(super) mac: [u8; 6],
    /// Whether the host's end is up.
    pub(super) is_up: bool,
}

/// Asks for an interface; `NODEV` if there is none of the name.
pub(super) fn look_up(name: &str) -> Result<Interface, Errno> {
    let any = rustix::net::socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    let mut request = Request::of(name)?;
    request.send::<SIOCGIFFLAGS>(&any)?;
    let is_up = request.flags() & IFF_UP != 0;
    request.send::<SIOCGIFMTU>(&any)?;
    let [a, b, c, d, ..] = request.value;
    let mtu = usize::try_from(i32::from_ne_bytes([a, b, c, d])).map_err(|_| Errno::RANGE)?;
    request.send::<SIOCGIFHWADDR>(&any)?;
    let mut mac = [0; 6];
    // Behind the family of a `struct sockaddr`.
    mac.copy_from_slice(&request.value[2..8]);
    Ok(Interface { mtu, mac, is_up })
}

/// Opens [`NODE`].
pub(super) fn open() -> Result<OwnedFd, Errno> {
    rustix::fs::open(NODE, OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())
}

/// Makes an opened [`NODE`] the other end of a tap interface.
pub(super) fn attach(fd: &OwnedFd, name: &str) -> Result<(), Errno> {
    let mut request = Request::of(name)?;
    request.value[..2].copy_from_slice(&FLAGS.to_ne_bytes());
    request.send::<TUNSETIFF>(fd)
}

/// Has the kernel hand over frames with open checksums and long segments; whether it does.
pub(super) fn offload(fd: &OwnedFd) -> bool {
    // SAFETY: this opcode takes an integer, a set of the flags `TUN_F_…`.
    let all = unsafe { IntegerSetter::<TUNSETOFFLOAD>::new_usize(TUN_F_CSUM | TUN_F_TSO) };
    // SAFETY: the request passes no pointer.
    unsafe { ioctl(fd, all) }.is_ok()
}
