//! What the host attaches to the image when it runs: which things the nodes ask for, and whether the target has room for them.

use smol_str::SmolStr;
use unik_check::core::{Attach, AttachLimit};
use unik_graph::{Attachment, Const, ExprId, Key, Stage};
use unik_source::{Diagnostic, Place, Span};

use crate::codes;
use crate::key::said_as;
use crate::machine::Machine;
use crate::nearest::nearest;
use crate::node::DeviceNode;
use crate::value::Value;

/// The longest name: what a network interface and a disk can be called on every host, with room for a prefix.
const LONGEST: usize = 20;

/// An attachment, and where the device asks for it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) attachment: Attachment,
    /// The `attach` entry.
    pub(crate) entry: Place,
}

impl<'d> Machine<'d> {
    /// The name that a node gives to what is attached to it; none while it is not known.
    pub(crate) fn attached_name(&self, node: &DeviceNode<'_>, attach: &Attach) -> Option<SmolStr> {
        let Some(Value::Expr(id)) = node.arguments.get(attach.param as usize) else { return None };
        match self.exprs.constant(*id) {
            Some(Const::Str(name)) => Some(name.clone()),
            _ => None,
        }
    }

    /// What is wrong with one thing that a node asks for, when keys have their values.
    pub(crate) fn wrong_attachment(&self, node: &DeviceNode<'d>, attach: &Attach) -> Option<Diagnostic> {
        let Some(Value::Expr(id)) = node.arguments.get(attach.param as usize) else { return None };
        match self.attached_name(node, attach) {
            Some(name) => self.bad_name(&name, node, attach).or_else(|| self.no_room(node, attach)),
            None => self.name_at_boot(*id, node, attach),
        }
    }

    fn bad_name(&self, name: &str, node: &DeviceNode<'_>, attach: &Attach) -> Option<Diagnostic> {
        if is_name(name) {
            return None;
        }
        let kind = &attach.kind;
        let message = format!("nothing can be attached as `{}`", name.escape_debug());
        let diagnostic = Diagnostic::error(
            codes::ATTACH_NAME,
            message,
            node.place,
            format!("the name of a {kind}"),
        )
        .label(attach.place, "the host attaches something under this name")
        .note(format!(
            "it is given as `--{kind} NAME=…`: 1 to {LONGEST} ASCII letters and digits, a letter first"
        ));
        let mended: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let mended: String =
            mended.trim_start_matches(|char: char| char.is_ascii_digit()).chars().take(LONGEST).collect();
        Some(match mended.is_empty() {
            true => diagnostic.help("take another name"),
            false => diagnostic.help(format!("for example `{mended}`")),
        })
    }

    /// A name that may be another one at boot.
    fn name_at_boot(&self, id: ExprId, node: &DeviceNode<'_>, attach: &Attach) -> Option<Diagnostic> {
        let keys = self.exprs.keys(id).into_iter().map(|key| self.keys.get(key));
        // Without one, a `configure key` has no value, which has been reported.
        let key = keys.into_iter().find(|key| key.stage != Stage::Configure)?;
        let kind = &attach.kind;
        let message = format!("the name of a {kind} depends on `{}`, which may change at boot", key.name);
        let word = if key.stage == Stage::Run { "run key" } else { "key" };
        let diagnostic = Diagnostic::error(
            codes::ATTACH_AT_BOOT,
            message,
            node.place,
            format!("the {kind} is attached before"),
        )
        .label(key.place, format!("`{}` is a `{word}`", key.name))
        .label(attach.place, "the host attaches something under this name")
        .help(format!("write `configure key {}` instead of `{word} {}`", key.name, key.name));
        Some(said_as(diagnostic, &[key], "configure key"))
    }

    /// A kind that the target does not attach. A device that does not work there at all is another mistake.
    pub(crate) fn no_room(&self, node: &DeviceNode<'_>, attach: &Attach) -> Option<Diagnostic> {
        let platform = self.target.platform()?;
        let (device, kind) = (node.device, &attach.kind);
        let limit = |limits: &[AttachLimit]| limits.iter().any(|limit| limit.kind == *kind);
        if limit(&platform.attach) || device.targets.as_ref().is_some_and(|on| !on.contains(&platform.name)) {
            return None;
        }
        let message =
            format!("no {kind} can be attached on `{}`, and `{}` needs one", platform.name, device.qualified);
        let diagnostic = Diagnostic::error(codes::CANNOT_ATTACH, message, node.place, "used here")
            .label(attach.place, format!("it asks for a {kind}"))
            .label(platform.place, format!("nothing says `attach \"{kind}\"`"));
        let platforms = || self.target.platforms.iter().map(|(_, platform)| *platform);
        let having: Vec<String> = platforms()
            .filter(|other| limit(&other.attach))
            .map(|other| format!("`{}`", other.name))
            .collect();
        if !having.is_empty() {
            return Some(
                diagnostic
                    .note(format!("the targets that can: {}", having.join(", ")))
                    .help(format!("choose one of them, or another device on `{}`", platform.name)),
            );
        }
        let known = platforms().flat_map(|platform| platform.attach.iter().map(|limit| limit.kind.as_str()));
        let diagnostic = diagnostic.note("no target in reach can");
        Some(match nearest(kind, known) {
            Some(near) => {
                // The kind stands at the end of the entry, in quotes.
                let (end, width) = (attach.place.span.end as usize, kind.len() + 2);
                let written = attach.place.with_span(Span::new(end.saturating_sub(width), end));
                let near = format!("\"{near}\"");
                diagnostic.help(format!("did you mean `{near}`?")).fix(
                    format!("replace by `{near}`"),
                    written,
                    near,
                )
            }
            None => diagnostic
                .help(format!("write `attach \"{kind}\" 1` in a platform that can, or take another device")),
        })
    }

    /// More of a kind than the target has room for.
    pub(crate) fn too_many(&self, asked: &[Asked]) -> Vec<Diagnostic> {
        let Some(platform) = self.target.platform() else { return Vec::new() };
        let over = platform.attach.iter().filter_map(|limit| {
            // Two devices that want one thing are another mistake.
            let mut places: Vec<(&SmolStr, Place)> = Vec::new();
            for asked in asked.iter().map(|asked| &asked.attachment).filter(|asked| asked.kind == limit.kind)
            {
                if !places.iter().any(|(name, _)| **name == asked.name) {
                    places.push((&asked.name, asked.place));
                }
            }
            let (_, first_over) = places.get(limit.most as usize)?;
            let (kind, most, count) = (&limit.kind, limit.most, places.len());
            let message =
                format!("{count} of kind `{kind}` are attached, and `{}` has room for {most}", platform.name);
            let mut diagnostic =
                Diagnostic::error(codes::TOO_MANY_ATTACHED, message, *first_over, "this is one too many")
                    .label(limit.place, "the limit of the target");
            let others = places.iter().enumerate().filter(|(at, _)| *at != most as usize);
            for (_, (name, place)) in others {
                diagnostic = diagnostic.label(*place, format!("`{name}`"));
            }
            Some(diagnostic.help("do with fewer, or choose another target"))
        });
        over.collect()
    }

    /// A key whose option is that with which things are attached.
    pub(crate) fn option_of_kind(&self, asked: &[Asked], keys: &[Key]) -> Vec<Diagnostic> {
        let clash = |key: &&Key| {
            let asked = asked.iter().find(|asked| asked.attachment.kind == key.option)?;
            let message = format!("the option `--{}` attaches things, and a key has it too", key.option);
            Some(
                Diagnostic::error(
                    codes::SAME_OPTION,
                    message,
                    key.place,
                    format!("declared by `{}`", key.declared_by),
                )
                .label(asked.entry, "the host attaches something with it")
                .label(asked.attachment.place, "asked for here")
                .help("rename the key"),
            )
        };
        keys.iter()
            .filter(|key| key.stage != Stage::Run)
            .collect::<Vec<_>>()
            .iter()
            .filter_map(clash)
            .collect()
    }
}

/// Whether something can be attached under this name.
pub(crate) fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
    starts && name.len() <= LONGEST && name.chars().all(|char| char.is_ascii_alphanumeric())
}

/// In the order in which the graph lists them.
pub(crate) fn sorted(mut asked: Vec<Asked>) -> Vec<Attachment> {
    asked.sort_by(|a, b| {
        let key = |asked: &Asked| (asked.attachment.kind.clone(), asked.attachment.name.clone());
        key(a).cmp(&key(b))
    });
    asked.into_iter().map(|asked| asked.attachment).collect()
}
