//! Guests of Xen: how they are described, made and seen off.

use std::fmt::Write as _;

use crate::xen::Host;

/// What `xl` is told of a guest.
#[derive(Clone, Debug)]
pub struct Config {
    /// What it is called.
    pub name: &'static str,
    /// Its kernel, a file of dom0.
    pub kernel: &'static str,
    /// Its boot arguments.
    pub arguments: String,
    /// MiB.
    pub memory: u32,
    /// Its interfaces, as `xl-network-configuration(5)` has them.
    pub interfaces: Vec<String>,
    /// Its disks, as `xl-disk-configuration(5)` has them.
    pub disks: Vec<String>,
}

impl Config {
    /// A guest with neither interfaces nor disks.
    pub fn new(name: &'static str, kernel: &'static str, arguments: &str) -> Self {
        let (interfaces, disks) = (Vec::new(), Vec::new());
        Self { name, kernel, arguments: arguments.to_owned(), memory: 32, interfaces, disks }
    }

    fn text(&self) -> String {
        let Self { name, kernel, arguments, memory, interfaces, disks } = self;
        let mut text =
            format!("name = \"{name}\"\ntype = \"pvh\"\nkernel = \"{kernel}\"\nmemory = {memory}\n");
        // A guest that ends is gone, however it ends: nothing restarts it.
        text += "vcpus = 1\ntsc_mode = \"native\"\non_reboot = \"destroy\"\non_crash = \"destroy\"\n";
        _ = writeln!(text, "cmdline = {arguments:?}\nvif = {interfaces:?}\ndisk = {disks:?}");
        text
    }
}

/// How a guest has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Xen's reason (`xen/include/public/sched.h`): 0 power off, 1 reboot, 3 crash. Nothing if there was never a guest.
    pub reason: Option<u32>,
    /// What `xl` has said.
    pub said: String,
}

impl Host {
    /// Makes a guest and lets it run. Its console is what [`Host::says`] waits for.
    #[track_caller]
    pub fn create(&mut self, config: &Config) {
        let (status, said) = self.make(config, "");
        assert_eq!(status, 0, "xl create: {said}");
    }

    /// Makes a guest that waits for `xl unpause`.
    #[track_caller]
    pub fn create_paused(&mut self, config: &Config) {
        let (status, said) = self.make(config, "-p");
        assert_eq!(status, 0, "xl create: {said}");
    }

    /// Makes a guest by `xl create`, with further options: its status, and what it has said. Whatever becomes of the guest, there is a
    /// line when it has ended.
    #[track_caller]
    pub fn make(&mut self, config: &Config, options: &str) -> (i32, String) {
        let name = config.name;
        self.write(&format!("/run/{name}.cfg"), config.text().as_bytes());
        let (status, said) = self.run(
            &format!(
                "ln -sf /run/console /var/log/xen/guest-{name}.log
                log=/var/log/xen/xl-{name}.log
                rm -f $log
                xl create {options} /run/{name}.cfg || exit
                {{ until grep -q 'Exiting now' $log; do usleep 20000; done; echo '=== {name} has ended' >/run/console; }} &"
            ),
            &[],
        );
        (status, String::from_utf8_lossy(&said).into_owned())
    }

    /// Waits for the end of a guest.
    #[track_caller]
    pub fn ended(&mut self, name: &str) -> Ended {
        self.says(&format!("=== {name} has ended"));
        let said = self.sh(&format!("cat /var/log/xen/xl-{name}.log"));
        let reason = said.split_once("reason code ").map(|(_, rest)| rest);
        let reason = reason.and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
        Ended { reason, said }
    }

    /// Waits for the end of a guest, which must be for this reason.
    #[track_caller]
    pub fn ends(&mut self, name: &str, reason: u32) {
        let ended = self.ended(name);
        assert_eq!(ended.reason, Some(reason), "why {name} has ended: {}", ended.said);
    }
}
