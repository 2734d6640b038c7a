//! A virtual machine with the guest program: built once, booted with the devices that a test wants, watched until it ends.

use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// No guest takes so long, on any machine.
const LIMIT: &str = "120";

/// Where the image is, which is built when it is first asked for.
fn image() -> &'static Path {
    static IMAGE: OnceLock<PathBuf> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guest");
        let output = Command::new(env!("CARGO"))
            .args(["build", "--release", "--quiet"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest"))
            .env("CARGO_TARGET_DIR", &target)
            // What the tests themselves are built with is not for the image.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the guest is not built:\n{said}");
        target.join("x86_64-unknown-linux-gnu/release/guest")
    })
}

/// How a machine has its devices.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// What QEMU calls the machine.
    pub machine: &'static str,
    /// Whether devices are on PCI.
    pub pci: bool,
    /// Options of every device.
    pub options: &'static str,
    /// Further arguments.
    pub more: &'static [&'static str],
}

const fn setup(machine: &'static str, options: &'static str) -> Setup {
    Setup { machine, pci: true, options, more: &[] }
}

const MODERN: &[&str] = &["-global", "virtio-mmio.force-legacy=false"];

/// Every way to reach a device, and devices that can do less than usual.
pub const SETUPS: [Setup; 9] = [
    Setup { machine: "microvm", pci: false, options: "", more: MODERN },
    Setup { machine: "microvm,acpi=off", pci: false, options: "", more: MODERN },
    Setup {
        machine: "microvm",
        pci: false,
        options: "",
        more: &["-global", "virtio-mmio.force-legacy=true"],
    },
    setup("pc", ""),
    setup("pc", ",disable-modern=on"),
    setup("q35", ",disable-legacy=on"),
    setup("q35", ",disable-modern=on,disable-legacy=off"),
    setup("q35", ",event_idx=off,indirect_desc=off"),
    setup("pc", ",vectors=1,iommu_platform=on,disable-legacy=on"),
];

/// What a machine is to have.
#[derive(Clone, Debug)]
pub struct Machine {
    setup: Setup,
    arguments: Vec<String>,
    mode: &'static str,
}

impl Machine {
    pub fn new(setup: Setup, mode: &'static str) -> Self {
        let arguments = setup.more.iter().map(|word| String::from(*word)).collect();
        Self { setup, arguments, mode }
    }

    /// Adds a device: `net`, `blk`, `rng`.
    pub fn device(mut self, kind: &str, options: &str) -> Self {
        let bus = if self.setup.pci { "pci" } else { "device" };
        let device = format!("virtio-{kind}-{bus}{options}{}", self.setup.options);
        self.arguments.extend(["-device".into(), device]);
        self
    }

    /// Adds an argument.
    pub fn argument(mut self, option: &str, value: &str) -> Self {
        self.arguments.extend([option.into(), value.into()]);
        self
    }

    /// Adds a disk that is a file.
    pub fn disk(mut self, file: &Path, options: &str) -> Self {
        let number = self.arguments.len();
        let drive = format!("if=none,id=disk{number},format=raw,file={}", file.display());
        self.arguments.extend(["-drive".into(), drive]);
        self.device("blk", &format!(",drive=disk{number}{options}"))
    }

    /// Adds an interface whose first address gets datagrams that are sent to the socket that this gives.
    pub fn nic(mut self, options: &str) -> (Self, UdpSocket) {
        let number = self.arguments.iter().filter(|word| word.starts_with("user,")).count();
        let free = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        let port = free.local_addr().expect("it has an address").port();
        drop(free);
        let network = 2 + number;
        let forward = format!("hostfwd=udp:127.0.0.1:{port}-10.0.{network}.15:7");
        let netdev = format!("user,id=net{number},net=10.0.{network}.0/24,{forward}");
        self.arguments.extend(["-netdev".into(), netdev]);
        let socket = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        socket.connect(("127.0.0.1", port)).expect("it is an address");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("it is a time");
        (self.device("net", &format!(",netdev=net{number}{options}")), socket)
    }

    /// Adds an interface that is the host's tap interface of this name.
    pub fn tap(mut self, name: &str, options: &str) -> Self {
        let netdev = format!("tap,id={name},ifname={name},script=no,downscript=no");
        self.arguments.extend(["-netdev".into(), netdev]);
        self.device("net", &format!(",netdev={name}{options}"))
    }

    /// Boots.
    pub fn start(self) -> Running {
        let mut command = Command::new("timeout");
        command.args(["-k", "1", LIMIT, "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "64"]);
        command.args([
            "-M",
            self.setup.machine,
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-no-reboot",
        ]);
        command.args(["-serial", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel"]);
        command.arg(image()).args(["-append", &format!("--mode={}", self.mode)]).args(&self.arguments);
        let found = Command::new("qemu-system-x86_64").arg("--version").output();
        assert!(found.is_ok(), "these tests need QEMU: `qemu-system-x86_64` of the package qemu-system-x86");
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("`timeout` of coreutils runs");
        let out = BufReader::new(child.stdout.take().expect("it was asked for"));
        Running { child, out, text: String::new(), name: format!("{self:?}") }
    }

    /// Boots, and gives what the guest has said when it ends with `code`.
    pub fn run(self, code: i32) -> String {
        self.start().end(code)
    }
}

/// A machine that runs; killed when dropped.
pub struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    text: String,
    name: String,
}

impl Running {
    /// Waits until the guest says a line.
    pub fn line(&mut self, wanted: &str) {
        loop {
            let mut line = String::new();
            let length = self.out.read_line(&mut line).expect("it is text");
            self.text.push_str(&line);
            assert!(length > 0, "{}: it has ended and said only:\n{}", self.name, self.text);
            if line.trim_end() == wanted {
                return;
            }
        }
    }

    /// Waits for its end with a code, and gives all that it has said.
    pub fn end(mut self, code: i32) -> String {
        self.out.read_to_string(&mut self.text).expect("it is text");
        let status = self.child.wait().expect("it was started");
        // The exit device makes an odd number of the code.
        assert_eq!(status.code(), Some(code << 1 | 1), "{}:\n{}", self.name, self.text);
        self.text.replace('\r', "").clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
