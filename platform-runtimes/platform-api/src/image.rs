//! What the generator writes down of an image: its keys, devices, checks and attachments, as constants.

/// An image.
#[derive(Clone, Copy, Debug)]
pub struct Image {
    /// The name of the unikernel.
    pub name: &'static str,
    /// The documentation of its file; may be empty.
    pub doc: &'static str,
    /// The keys that exist at boot, in the order of the help text.
    pub keys: &'static [Key],
    /// What the host attaches, by kind and then by name.
    pub attachments: &'static [Attachment],
}

/// A thing that the host attaches when the image runs, such as a network interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What it is: `nic`, `disk`.
    pub kind: &'static str,
    /// The name under which a device asks for it: `service`. Unique in the image for its kind.
    pub name: &'static str,
    /// The documentation of that device; may be empty.
    pub doc: &'static str,
}

/// A key that exists at boot. `..Key::new(option, ty, doc)` gives what is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its long option, without dashes.
    pub option: &'static str,
    /// Its short option.
    pub short: Option<char>,
    /// Its documentation.
    pub doc: &'static str,
    /// Its type, as people know it: `Port`, `List(Str)`, `Volume`.
    pub ty: &'static str,
    /// Its default, as it would be given: `8080`. A required key has none.
    pub default: Option<&'static str>,
    /// Whether it must be given.
    pub required: bool,
    /// The cases of its enum, for the help text.
    pub choices: &'static [&'static str],
    /// Whether it is a `Bool`: `--debug` alone means `--debug=true`.
    pub flag: bool,
    /// Whether it is a list: given several times, the values join.
    pub many: bool,
}

impl Key {
    /// A key with a default that the help does not show, without a short option.
    pub const fn new(option: &'static str, ty: &'static str, doc: &'static str) -> Self {
        Self {
            option,
            short: None,
            doc,
            ty,
            default: None,
            required: false,
            choices: &[],
            flag: false,
            many: false,
        }
    }
}

/// A device of the graph, for messages.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// As people know it: `std/net.tcp`.
    pub name: &'static str,
    /// Where it is used: `app.unik:31`.
    pub place: &'static str,
}

/// A choice that was made when configuring.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    /// The keys that it depends on.
    pub keys: &'static [Key],
    /// The branch that was taken.
    pub taken: usize,
    /// What each branch stands for.
    pub branches: &'static [&'static str],
    /// The `if` or `match`: `app.unik:31`.
    pub place: &'static str,
}

/// A `require` over keys that exist at boot.
#[derive(Clone, Copy, Debug)]
pub struct Requirement {
    /// The keys that it depends on.
    pub keys: &'static [Key],
    /// What to say.
    pub message: &'static str,
    /// The `require`: `app.unik:40`.
    pub place: &'static str,
}
