//! Boot arguments: `--port=8080`, `--port 8080`, `-p 8080`, `-p8080`, `--debug`, `UNIK_PORT=8080`.
//!
//! An argument wins over a variable of the environment, and both over the default. A key is given once, but for lists,
//! whose values join. `Bool` keys take a value only behind `=`. Short options of `Bool` keys may be written
//! together, and a short option with a value may come last: `-dp8080`. Where a program attaches by itself what it asks
//! of the host, that is said here too: `--nic service=tap0`.

mod attached;
mod help;
mod nearest;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use attached::Attach;
pub(crate) use nearest::nearest;

use crate::{Attachment, Exit, Failure, Image, Key, Value};

/// The texts that were given for the keys of an image.
#[derive(Clone, Debug)]
pub struct Arguments {
    given: Vec<(Key, Text)>,
    attached: attached::Given,
    keys: &'static [Key],
}

/// A text and where it came from.
#[derive(Clone, Debug)]
struct Text {
    text: String,
    variable: bool,
}

/// Why a program ends before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// `--help`: the text to print.
    Help(String),
    /// The arguments are wrong.
    Wrong(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Wrong(failure)
    }
}

impl Arguments {
    /// Sorts arguments and variables of the environment by key. Values are read later, by their types.
    /// What the image asks of the host was attached before the program started.
    pub fn read(
        image: &Image,
        arguments: impl IntoIterator<Item = String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Stop> {
        Self::read_as(Attach::Host, image, arguments, variable)
    }

    /// As [`Arguments::read`], for a target whose programs attach by themselves what they ask of the host: which thing of
    /// the host that is, the arguments say.
    pub fn read_attaching(
        image: &Image,
        arguments: impl IntoIterator<Item = String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Stop> {
        Self::read_as(Attach::Program, image, arguments, variable)
    }

    fn read_as(
        attach: Attach,
        image: &Image,
        arguments: impl IntoIterator<Item = String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Stop> {
        let mut reader = Reader { image, attach, given: Vec::new(), attached: Vec::new() };
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            if argument == "--" {
                if let Some(extra) = rest.next() {
                    return Err(reader.unexpected(&extra).into());
                }
            } else if let Some(long) = argument.strip_prefix("--") {
                reader.long(long, &mut rest)?;
            } else if let Some(short) = argument.strip_prefix('-').filter(|short| !short.is_empty()) {
                reader.short(short, &mut rest)?;
            } else {
                return Err(reader.unexpected(&argument).into());
            }
        }
        let Reader { mut given, mut attached, .. } = reader;
        if attach == Attach::Program {
            attached::add_variables(&mut attached, image, &variable);
        }
        for key in image.keys {
            if !given.iter().any(|(other, _)| other.option == key.option)
                && let Some(text) = variable(&key.variable())
            {
                given.push((*key, Text { text, variable: true }));
            }
        }
        Ok(Self { given, attached, keys: image.keys })
    }

    /// The value that was given, if one was.
    pub fn get<T: Value>(&self, key: &Key) -> Result<Option<T>, Failure> {
        self.get_with(key, T::parse)
    }

    /// The value that was given.
    pub fn required<T: Value>(&self, key: &Key) -> Result<T, Failure> {
        self.get(key)?.ok_or_else(|| self.missing(key))
    }

    /// The value that was given, if one was, as `parse` reads it: of an enum, with [`crate::choice`].
    pub fn get_with<T>(
        &self,
        key: &Key,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Failure> {
        let mut texts =
            self.given.iter().filter(|(other, _)| other.option == key.option).map(|(_, text)| text);
        let Some(first) = texts.next() else { return Ok(None) };
        let mut joined = first.text.clone();
        for next in texts {
            joined = format!("{},{}", unbracketed(&joined), unbracketed(&next.text));
        }
        parse(&joined)
            .map(Some)
            .map_err(|expected| usage(format!("{} is wrong: {expected}", first.shown(key))))
    }

    /// Which thing of the host shall be attached: `tap0` after `--nic service=tap0`. Nothing if it was not said.
    pub fn attached(&self, kind: &str, name: &str) -> Option<&str> {
        let is_it = |attachment: &Attachment| attachment.kind == kind && attachment.name == name;
        self.attached.iter().find(|(attachment, _)| is_it(attachment)).map(|(_, text)| text.text.as_str())
    }

    /// What to say when a key that has no default was not given.
    pub fn missing(&self, key: &Key) -> Failure {
        usage(format!("--{} is required ({}): {}", key.option, key.ty, first_line(key.doc)))
    }

    /// How a key was given, for messages; nothing if it was not.
    pub(crate) fn texts(&self, key: &Key) -> impl Iterator<Item = String> {
        let option = key.option;
        self.given.iter().filter(move |(other, _)| other.option == option).map(|(key, text)| text.shown(key))
    }

    /// The given values of keys as options of `unikc`, or the bare option of one that was not given.
    pub(crate) fn options(&self, keys: &[Key]) -> Vec<String> {
        let mut options = Vec::new();
        for key in keys {
            let between = if key.flag { '=' } else { ' ' };
            for (_, text) in self.given.iter().filter(|(other, _)| other.option == key.option) {
                options.push(format!("--{}{between}{}", key.option, text.text));
            }
        }
        if options.is_empty() {
            options.extend(keys.iter().map(|key| format!("--{}", key.option)));
        }
        options
    }

    /// The keys of the image.
    pub fn keys(&self) -> &'static [Key] {
        self.keys
    }
}

impl Text {
    fn shown(&self, key: &Key) -> String {
        if self.variable {
            format!("{}={}", key.variable(), self.text)
        } else {
            format!("--{}={}", key.option, self.text)
        }
    }
}

impl Key {
    /// Its variable of the environment: `UNIK_PORT`.
    pub fn variable(&self) -> String {
        format!("UNIK_{}", self.option.to_ascii_uppercase().replace('-', "_"))
    }
}

struct Reader<'a> {
    image: &'a Image,
    attach: Attach,
    given: Vec<(Key, Text)>,
    attached: attached::Given,
}

impl Reader<'_> {
    /// `port=8080`, `port`, `debug`, `help`.
    fn long(&mut self, argument: &str, rest: &mut impl Iterator<Item = String>) -> Result<(), Stop> {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, None),
        };
        let Some(key) = self.image.keys.iter().find(|key| key.option == name) else {
            if name == "help" {
                return Err(Stop::Help(help::text(self.image, self.attach)));
            }
            if attached::is_kind(self.image, name) {
                return Ok(self.attach(name, value.map(String::from), rest)?);
            }
            return Err(self.unknown(name).into());
        };
        let value = match value {
            Some(value) => value.into(),
            None if key.flag => "true".into(),
            None => rest.next().ok_or_else(|| needs_value(&format!("--{name}"), key))?,
        };
        Ok(self.give(key, value)?)
    }

    /// `nic=service=tap0`, `nic`.
    fn attach(
        &mut self,
        kind: &str,
        value: Option<String>,
        rest: &mut impl Iterator<Item = String>,
    ) -> Result<(), Failure> {
        if self.attach == Attach::Host {
            return Err(usage(format!(
                "--{kind} is for the host, which attaches it before the program starts"
            )));
        }
        let value = value.or_else(|| rest.next()).unwrap_or_default();
        attached::give(&mut self.attached, self.image, kind, &value)
    }

    /// `p8080`, `p`, `p=8080`, `d`, `dp8080`.
    fn short(&mut self, argument: &str, rest: &mut impl Iterator<Item = String>) -> Result<(), Stop> {
        let mut letters = argument.chars();
        while let Some(letter) = letters.next() {
            let Some(key) = self.image.keys.iter().find(|key| key.short == Some(letter)) else {
                if letter == 'h' {
                    return Err(Stop::Help(help::text(self.image, self.attach)));
                }
                let known: Vec<String> = self
                    .image
                    .keys
                    .iter()
                    .filter_map(|key| key.short.map(|short| format!("-{short}")))
                    .collect();
                let known = if known.is_empty() { "no key has one".into() } else { known.join(", ") };
                return Err(usage(format!("there is no short option -{letter}: {known}")).into());
            };
            let behind = letters.as_str();
            if let Some(value) = behind.strip_prefix('=') {
                return Ok(self.give(key, value.into())?);
            }
            if key.flag {
                self.give(key, "true".into())?;
                continue;
            }
            let value = if behind.is_empty() {
                rest.next().ok_or_else(|| needs_value(&format!("-{letter}"), key))?
            } else {
                behind.into()
            };
            return Ok(self.give(key, value)?);
        }
        Ok(())
    }

    fn give(&mut self, key: &Key, text: String) -> Result<(), Failure> {
        if !key.many && self.given.iter().any(|(other, _)| other.option == key.option) {
            return Err(usage(format!("--{} is given twice", key.option)));
        }
        self.given.push((*key, Text { text, variable: false }));
        Ok(())
    }

    fn unknown(&self, name: &str) -> Failure {
        let kinds = self.image.attachments.iter().map(|attachment| attachment.kind);
        let options: Vec<&str> =
            self.image.keys.iter().map(|key| key.option).chain(["help"]).chain(kinds).collect();
        let hint = match nearest(name, &options) {
            Some(near) => format!("did you mean --{near}?"),
            None => "--help lists the keys".into(),
        };
        usage(format!("there is no key --{name}: {hint}"))
    }

    fn unexpected(&self, argument: &str) -> Failure {
        usage(format!("`{argument}` is not expected: values stand behind keys, as in --key={argument}"))
    }
}

fn needs_value(option: &str, key: &Key) -> Failure {
    usage(format!("{option} needs a value ({}): {}", key.ty, first_line(key.doc)))
}

fn usage(message: String) -> Failure {
    Failure { exit: Exit::USAGE, message }
}

fn first_line(doc: &str) -> &str {
    doc.lines().next().unwrap_or("")
}

fn unbracketed(text: &str) -> &str {
    text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text)
}
