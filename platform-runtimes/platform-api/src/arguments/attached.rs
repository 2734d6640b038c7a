//! `--nic service=tap0`, `UNIK_NIC_SERVICE=tap0`: what the host attaches, where the program does that by itself.
//!
//! Where the host attaches before the program starts, nothing is given here; the help lists what it must be.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Text, nearest, usage};
use crate::{Attachment, Failure, Image};

/// Who attaches what an image asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attach {
    /// The host, before the program starts.
    Host,
    /// The program, by its boot arguments.
    Program,
}

impl Attachment {
    /// Its variable of the environment: `UNIK_NIC_SERVICE`.
    pub fn variable(&self) -> String {
        format!("UNIK_{}_{}", self.kind.to_ascii_uppercase(), self.name.to_ascii_uppercase())
    }
}

/// The texts that were given for attachments.
pub(super) type Given = Vec<(Attachment, Text)>;

/// Whether an image asks for something of a kind.
pub(super) fn is_kind(image: &Image, kind: &str) -> bool {
    image.attachments.iter().any(|attachment| attachment.kind == kind)
}

/// Takes `NAME=VALUE` behind `--KIND`.
pub(super) fn give(given: &mut Given, image: &Image, kind: &str, text: &str) -> Result<(), Failure> {
    let of_kind = image.attachments.iter().filter(|attachment| attachment.kind == kind);
    let names: Vec<&str> = of_kind.clone().map(|attachment| attachment.name).collect();
    let example = names.first().copied().unwrap_or("NAME");
    if text.is_empty() {
        return Err(usage(format!("--{kind} needs NAME=VALUE, as in --{kind} {example}=VALUE")));
    }
    let Some((name, value)) = text.split_once('=').filter(|(_, value)| !value.is_empty()) else {
        return Err(usage(format!(
            "--{kind} {text} is wrong: expected NAME=VALUE, as in --{kind} {example}=VALUE"
        )));
    };
    let Some(attachment) = of_kind.clone().find(|attachment| attachment.name == name) else {
        let hint = match nearest(name, &names) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there is {}", names.join(", ")),
        };
        return Err(usage(format!("--{kind} {text} is wrong: there is no {kind} `{name}`: {hint}")));
    };
    if given.iter().any(|(other, _)| other == attachment) {
        return Err(usage(format!("--{kind} {name}=… is given twice")));
    }
    given.push((*attachment, Text { text: value.into(), variable: false }));
    Ok(())
}

/// Adds what only the environment says.
pub(super) fn add_variables(given: &mut Given, image: &Image, variable: impl Fn(&str) -> Option<String>) {
    for attachment in image.attachments {
        if !given.iter().any(|(other, _)| other == attachment)
            && let Some(text) = variable(&attachment.variable())
        {
            given.push((*attachment, Text { text, variable: true }));
        }
    }
}
