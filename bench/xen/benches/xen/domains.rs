//! Domains on the host: how a guest becomes one, when it has answered for the first time, the least memory in which it does.

use std::path::Path;
use std::process::Command;

use unik_boot_tests::xen::Host;

use crate::Result;
use crate::guests::Guest;

/// The guest's address, and that of its interface.
pub(crate) const ADDRESS: &str = "10.0.2.16:8080";
const MAC: &str = "00:16:3e:00:00:01";

/// A host whose dom0 has the clients.
pub(crate) struct Xen(Host);

/// From when time counts.
#[derive(Clone, Copy)]
pub(crate) enum From {
    /// From the start of `xl create`.
    Creation,
    /// From `xl unpause` on a domain that stands ready.
    Start,
}

impl Xen {
    /// A host with clients, whose dom0 knows the address of the interface: before a guest answers, ARP would be asked once a second.
    pub(crate) fn start() -> Result<Self> {
        let mut xen = Self(Host::start(&[]));
        xen.sh(&format!(
            "ip neigh replace 10.0.2.16 lladdr {MAC} dev xenbr0 nud permanent; mkdir -p /run/client"
        ))?;
        xen.program(Path::new(env!("CARGO_BIN_EXE_client")), "client")?;
        let wrk = Command::new("sh").args(["-c", "command -v wrk"]).output()?;
        let wrk = String::from_utf8(wrk.stdout)?;
        if wrk.is_empty() {
            return Err("wrk is not installed".into());
        }
        xen.program(Path::new(wrk.trim()), "wrk")?;
        Ok(xen)
    }

    /// Brings a program of this machine to dom0, with the loader and the libraries that it has here: `/run/client/NAME`.
    fn program(&mut self, program: &Path, name: &str) -> Result<()> {
        self.0.put(&format!("/run/client/{name}.elf"), program);
        let said = Command::new("ldd").arg(program).output()?;
        for line in String::from_utf8(said.stdout)?.lines() {
            let path = line.split_whitespace().find(|word| word.starts_with('/'));
            if let Some(path) = path.map(Path::new) {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                self.0.put(&format!("/run/client/{file}"), path);
            }
        }
        let start = format!(
            "#!/bin/sh\nexec /run/client/ld-linux-x86-64.so.2 --library-path /run/client /run/client/{name}.elf \"$@\"\n"
        );
        self.0.write(&format!("/run/client/{name}"), start.as_bytes());
        self.sh(&format!("chmod 755 /run/client/*; ls /run/client/{name}"))?;
        Ok(())
    }

    /// Runs a script in dom0; what it has said.
    pub(crate) fn sh(&mut self, script: &str) -> Result<String> {
        let (status, said) = self.0.run(script, &[]);
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        if status == 0 { Ok(said) } else { Err(format!("{script}: {status} {said}").into()) }
    }

    /// Brings a guest's files to dom0.
    pub(crate) fn put(&mut self, guest: &Guest) -> Result<()> {
        self.large(&format!("/run/{}.kernel", guest.short), &guest.kernel)?;
        if let Some(initramfs) = &guest.initramfs {
            self.large(&format!("/run/{}.initramfs", guest.short), initramfs)?;
        }
        Ok(())
    }

    /// A file in pieces: dom0 has not the memory for two of them.
    fn large(&mut self, path: &str, file: &Path) -> Result<()> {
        let content = std::fs::read(file)?;
        self.0.write(path, &[]);
        for piece in content.chunks(4 << 20) {
            let (status, said) = self.0.run(&format!("cat >>{path}"), piece);
            if status != 0 {
                let free = self.sh("df /run; free; stat -c %s /run/*")?;
                return Err(format!("{path}: {status} {} {free}", String::from_utf8_lossy(&said)).into());
            }
        }
        let there: usize = self.sh(&format!("stat -c %s {path}"))?.parse()?;
        if there == content.len() { Ok(()) } else { Err(format!("{path}: {there} bytes came").into()) }
    }

    /// Makes a domain with so many MiB of memory; the milliseconds to its first answer. It runs from then on.
    pub(crate) fn first_answer(&mut self, guest: &Guest, memory: u32, from: From) -> Result<f64> {
        self.answer(guest, memory, from, 50)
    }

    /// The same, with so many seconds for it.
    fn answer(&mut self, guest: &Guest, memory: u32, from: From, patience: u32) -> Result<f64> {
        let Guest { short, arguments, .. } = guest;
        let mut text = format!("name = \"{short}\"\ntype = \"pvh\"\nkernel = \"/run/{short}.kernel\"\n");
        if guest.initramfs.is_some() {
            text += &format!("ramdisk = \"/run/{short}.initramfs\"\n");
        }
        text += &format!("memory = {memory}\nvcpus = 1\ntsc_mode = \"native\"\ncmdline = {arguments:?}\n");
        text += &format!(
            "vif = [\"mac={MAC},bridge=xenbr0\"]\non_crash = \"destroy\"\non_reboot = \"destroy\"\n"
        );
        self.0.write(&format!("/run/{short}.cfg"), text.as_bytes());
        let client = format!("/run/client/client first {patience} {ADDRESS} /index.html");
        let console = format!("/var/log/xen/guest-{short}.log");
        let say = format!("{{ tail -n 20 {console}; false; }}");
        let time = match from {
            From::Creation => self.sh(&format!("{client} xl create /run/{short}.cfg || {say}"))?,
            From::Start => {
                self.sh(&format!("xl create -p /run/{short}.cfg"))?;
                self.sh(&format!("{client} xl unpause {short} || {say}"))?
            }
        };
        let time = time.lines().last().unwrap_or_default();
        Ok(time.parse().map_err(|_| format!("the client has said {time:?}"))?)
    }

    /// Ends a domain, and waits until it is gone with all that it had.
    pub(crate) fn destroy(&mut self, guest: &Guest) -> Result<()> {
        let short = guest.short;
        self.sh(&format!("xl destroy {short}; until [ \"$(xl list | wc -l)\" = 2 ]; do usleep 50000; done"))?;
        Ok(())
    }

    /// The least memory in which it serves, in MiB, found by halving.
    pub(crate) fn least(&mut self, guest: &Guest) -> Result<u32> {
        let (mut too_little, mut enough) = (0, guest.comfortable);
        while enough - too_little > 1 {
            let middle = too_little + (enough - too_little) / 2;
            // A guest that cannot be made, or ends, says so; one that hangs is waited for in vain.
            match self.answer(guest, middle, From::Creation, 20) {
                Ok(_) => enough = middle,
                Err(_) => too_little = middle,
            }
            self.destroy(guest)?;
        }
        Ok(enough)
    }
}
