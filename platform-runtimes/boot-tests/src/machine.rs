//! The machines that images boot on: the rows of the table whose columns are the examples.

/// A machine.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// The target of the image.
    pub target: &'static str,
    /// What to call it when it fails.
    pub name: &'static str,
    /// The options of the image's launcher.
    pub options: &'static [&'static str],
}

/// The machine that every example boots on.
pub const MICROVM: Machine =
    Machine { target: "virtio", name: "microvm", options: &["--kvm", "off", "--machine", "microvm"] };

/// All of them, [`MICROVM`] first.
pub const ALL: &[Machine] = &[
    MICROVM,
    pci("q35, modern", &["--kvm", "off", "--machine", "q35", "--virtio", "modern"]),
    pci("q35, transitional", &["--kvm", "off", "--machine", "q35", "--virtio", "transitional"]),
    pci("pc, modern", &["--kvm", "off", "--machine", "pc", "--virtio", "modern"]),
    pci("pc, transitional", &["--kvm", "off", "--machine", "pc", "--virtio", "transitional"]),
    pci("pc, legacy", &["--kvm", "off", "--machine", "pc", "--virtio", "legacy"]),
];

const fn pci(name: &'static str, options: &'static [&'static str]) -> Machine {
    Machine { target: "virtio", name, options }
}
