//! `--help`: the documentation of the keys and of what the host attaches, at most 80 columns wide.

use alloc::format;
use alloc::string::String;
use core::fmt::Write as _;

use super::attached::Attach;
use crate::{Attachment, Image, Key};

const WIDTH: usize = 80;

/// The help text of an image.
pub(super) fn text(image: &Image, attach: Attach) -> String {
    let mut out = String::new();
    if !image.doc.is_empty() {
        wrapped(&mut out, 0, image.doc);
        out.push('\n');
    }
    let _ = writeln!(out, "Usage: {} [KEYS]\n\nKeys:", image.name);
    for key in image.keys {
        entry(&mut out, key);
    }
    let short = if image.keys.iter().any(|key| key.short == Some('h')) { "    " } else { "-h, " };
    let _ = writeln!(out, "  {short}--help\n          Print this.");
    if !image.attachments.is_empty() {
        out.push_str(match attach {
            Attach::Host => "\nAttached by the host before this starts:\n",
            Attach::Program => "\nAttached:\n",
        });
    }
    for (index, attachment) in image.attachments.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        attached(&mut out, attachment, attach);
    }
    out
}

fn attached(out: &mut String, attachment: &Attachment, attach: Attach) {
    let Attachment { kind, name, doc } = attachment;
    let _ = match attach {
        Attach::Host => writeln!(out, "      {kind} {name}"),
        Attach::Program => writeln!(out, "      --{kind} {name}=<VALUE>"),
    };
    if !doc.is_empty() {
        wrapped(out, 10, doc);
    }
    if attach == Attach::Program {
        wrapped(out, 10, &format!("[env: {}]", attachment.variable()));
    }
}

fn entry(out: &mut String, key: &Key) {
    match key.short {
        Some(short) => {
            let _ = write!(out, "  -{short}, ");
        }
        None => out.push_str("      "),
    }
    let value = if key.flag { format!("[={}]", key.ty) } else { format!(" <{}>", key.ty) };
    let more = if key.many { "..." } else { "" };
    let _ = writeln!(out, "--{}{value}{more}", key.option);
    if !key.doc.is_empty() {
        wrapped(out, 10, key.doc);
    }
    if !key.choices.is_empty() {
        wrapped(out, 10, &format!("[one of: {}]", key.choices.join(", ")));
    }
    let origin = match key.default {
        Some(default) => format!("[default: {default}] "),
        None if key.required => "[required] ".into(),
        None => String::new(),
    };
    wrapped(out, 10, &format!("{origin}[env: {}]", key.variable()));
    out.push('\n');
}

/// Text in lines of at most [`WIDTH`] columns behind an indent. Paragraphs stay apart; a word that is too long
/// stands alone.
fn wrapped(out: &mut String, indent: usize, text: &str) {
    let mut blank = false;
    for paragraph in text.split("\n\n") {
        if core::mem::replace(&mut blank, true) {
            out.push('\n');
        }
        let mut column = 0;
        for word in paragraph.split_whitespace() {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > WIDTH {
                out.push('\n');
                column = 0;
            }
            if column == 0 {
                out.extend(core::iter::repeat_n(' ', indent));
                column = indent;
            } else {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
        out.push('\n');
    }
}
