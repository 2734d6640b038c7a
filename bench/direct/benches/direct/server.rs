//! The servers under test, on the first core: how they are started, weighed and ended.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Result;
use crate::network::INTERFACE;

/// A server that runs until it is dropped.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) address: Ipv4Addr,
    child: Child,
}

impl Server {
    /// Over the direct stack, at the tap interface.
    pub(crate) fn direct(program: &Path) -> Result<Self> {
        let nic = format!("service={INTERFACE}");
        Self::start("direct", Ipv4Addr::new(10, 77, 0, 2), program, &["--direct", "--nic", &nic])
    }

    /// Over the host's sockets, at the loopback interface.
    pub(crate) fn sockets(program: &Path) -> Result<Self> {
        Self::start("sockets", Ipv4Addr::LOCALHOST, program, &[])
    }

    fn start(name: &'static str, address: Ipv4Addr, program: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", "0"]).arg(program).args(arguments).stderr(Stdio::inherit());
        let child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        let mut server = Self { name, address, child };
        for _ in 0..200 {
            let to = SocketAddr::from((address, 8080));
            if TcpStream::connect_timeout(&to, Duration::from_millis(500)).is_ok() {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("{name} ended with {status}").into());
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        Err(format!("{name} does not listen at {address}").into())
    }

    /// How long it has been on a processor.
    pub(crate) fn busy(&self) -> Result<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/schedstat", self.child.id()))?;
        let nanoseconds = text.split_whitespace().next().ok_or("an empty schedstat")?.parse()?;
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// The most resident memory so far, in kilobytes.
    pub(crate) fn peak(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        Ok(line.split_whitespace().next().ok_or("an empty VmHWM")?.parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
