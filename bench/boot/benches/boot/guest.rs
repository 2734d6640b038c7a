//! A guest: how QEMU starts it, and when it has answered for the first time.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::Result;

/// Longer than any guest takes.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long between two attempts. Each is a connection of its own: user networking accepts before the guest does, and tries again
/// only after seconds.
const PAUSE: Duration = Duration::from_millis(3);

/// What is started.
pub(crate) struct Guest {
    pub(crate) name: &'static str,
    arguments: Vec<OsString>,
    comfortable: u32,
}

impl Guest {
    /// An image of ours on the machine that starts fastest.
    pub(crate) fn ours(image: &Path) -> Self {
        let mut arguments = words("-M microvm -global virtio-mmio.force-legacy=false -kernel");
        arguments.push(image.into());
        arguments.extend(words("-device virtio-net-device,netdev=n"));
        Self { name: "file server", arguments, comfortable: 32 << 10 }
    }

    /// Linux, on a machine on which it starts.
    pub(crate) fn linux(kernel: &Path, initramfs: &Path) -> Self {
        let mut arguments = words("-M q35 -device virtio-net-pci,netdev=n -kernel");
        arguments.push(kernel.into());
        arguments.push("-initrd".into());
        arguments.push(initramfs.into());
        arguments.push("-append".into());
        arguments.push("console=ttyS0 quiet panic=-1 mitigations=off cryptomgr.notests rodata=off".into());
        Self { name: "Linux, nginx", arguments, comfortable: 256 << 10 }
    }

    /// An amount of memory, in KiB, with which it has no difficulty.
    pub(crate) fn comfortable(&self) -> u32 {
        self.comfortable
    }

    /// Starts it with so many KiB of memory and waits for its first answer.
    pub(crate) fn start(&self, memory: u32) -> Result<Running> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new("qemu-system-x86_64");
        command
            .args(["-accel", "tcg", "-cpu", "max", "-nodefaults", "-no-user-config", "-display", "none"])
            .args(["-no-reboot", "-serial", "stdio", "-m", &format!("{memory}K"), "-netdev"])
            .arg(format!("user,id=n,hostfwd=tcp:127.0.0.1:{port}-10.0.2.15:8080"))
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let start = Instant::now();
        let child = command.spawn().map_err(|error| format!("qemu-system-x86_64: {error}"))?;
        let mut running = Running { port, child, first_answer: PATIENCE };
        let answered = Arc::new(AtomicBool::new(false));
        while start.elapsed() < PATIENCE {
            if answered.load(Ordering::Relaxed) {
                running.first_answer = start.elapsed();
                return Ok(running);
            }
            if let Some(status) = running.child.try_wait()? {
                return Err(format!("{} ended with {status}", self.name).into());
            }
            let seen = answered.clone();
            std::thread::spawn(move || {
                if answers(port) {
                    seen.store(true, Ordering::Relaxed);
                }
            });
            std::thread::sleep(PAUSE);
        }
        Err(format!("{} does not answer", self.name).into())
    }
}

/// A guest that runs until this is dropped.
pub(crate) struct Running {
    pub(crate) port: u16,
    pub(crate) first_answer: Duration,
    child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        // By its handle; there is nothing in it to be kept.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether the page comes, whole.
fn answers(port: u16) -> bool {
    let attempt = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"GET /index.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    attempt().is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200") && answer.ends_with(b"</html>\n"))
}

fn words(text: &str) -> Vec<OsString> {
    text.split_whitespace().map(OsString::from).collect()
}
