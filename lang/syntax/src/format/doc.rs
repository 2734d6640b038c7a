//! A layout as a row of operations, and the printer that decides which of its groups are broken into lines.
//!
//! A group that fits on its line is printed flat; one that does not, or that holds a comment, breaks at all its own lines.
//! Comments are always followed by the end of a line, wherever they stand. What a group consists of is decided by others.

/// How many characters a line may have, if it can be helped.
const WIDTH: usize = 110;
/// Spaces for each level.
pub(crate) const STEP: usize = 2;

/// One step of a layout.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op<'t> {
    /// Text without the end of a line.
    Text(&'t str),
    /// A space, unless a line ends here.
    Space,
    /// The end of a line in a broken group; in a flat one a space or nothing.
    Line { space: bool, blank: bool },
    /// A group begins; `broken` if it cannot be flat.
    Begin { broken: bool },
    /// The group that began last ends.
    End,
    /// The lines that follow are one level deeper.
    Indent,
    /// The lines that follow are one level less deep.
    Dedent,
    /// A comma where the group is broken.
    IfBroken,
    /// A comment behind what stands before it.
    Trailing(&'t str),
    /// A comment on a line of its own. `plain` if the end of a line would stand here anyway.
    Own { comment: &'t str, blank: bool, plain: bool },
    /// If a line ends here, a blank one follows.
    Blank,
}

/// The text of a layout, without the end of its last line.
pub(crate) fn print(ops: &[Op<'_>]) -> String {
    let mut printer = Printer {
        out: String::new(),
        column: 0,
        indent: 0,
        before: Before::Newline { indent: 0, blank: false },
        held: None,
        broken: vec![true],
    };
    for (at, op) in ops.iter().enumerate() {
        printer.step(ops, at, *op);
    }
    if let Some(comment) = printer.held.take() {
        printer.write_held(comment);
    }
    printer.out
}

/// What stands between what is written and what comes next.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    Space,
    Newline { indent: usize, blank: bool },
}

struct Printer<'t> {
    out: String,
    column: usize,
    indent: usize,
    before: Before,
    /// A comment that goes to the end of the line, behind a comma that may follow.
    held: Option<&'t str>,
    /// Of each group around, whether it is broken.
    broken: Vec<bool>,
}

impl<'t> Printer<'t> {
    fn step(&mut self, ops: &[Op<'t>], at: usize, op: Op<'t>) {
        match op {
            Op::Text(text) => self.text(text),
            Op::Space => self.space(),
            Op::Line { blank, .. } if self.is_broken() => self.newline(self.indent, blank),
            Op::Line { space: true, .. } => self.space(),
            Op::Line { .. } => {}
            Op::Begin { broken } => {
                let breaks = self.is_broken() && (broken || !self.fits(&ops[at + 1..]));
                self.broken.push(breaks);
            }
            Op::End => {
                self.broken.pop();
            }
            Op::Indent => self.indent += STEP,
            Op::Dedent => self.indent -= STEP,
            Op::IfBroken if self.is_broken() => self.text(","),
            Op::IfBroken => {}
            // Behind another comment there is no place for it.
            Op::Trailing(comment) if self.held.is_some() || self.at_line_start() => {
                self.own(comment, false, true)
            }
            Op::Trailing(comment) => self.held = Some(comment),
            Op::Own { comment, blank, plain } => self.own(comment, blank, plain),
            Op::Blank => {
                if let Before::Newline { blank, .. } = &mut self.before {
                    *blank = true;
                }
            }
        }
    }

    fn is_broken(&self) -> bool {
        self.broken.last().copied().unwrap_or(true)
    }

    fn at_line_start(&self) -> bool {
        matches!(self.before, Before::Newline { .. })
    }

    fn text(&mut self, text: &str) {
        if self.held.is_some() && !self.at_line_start() {
            match text {
                "," | ";" => return self.write(text),
                _ => self.newline(self.indent + STEP, false),
            }
        }
        self.write_before();
        self.write(text);
    }

    fn own(&mut self, comment: &str, blank: bool, plain: bool) {
        let indent = match self.before {
            Before::Newline { indent, .. } => indent,
            _ if plain => self.indent,
            _ => self.indent + STEP,
        };
        self.newline(indent, blank);
        self.write_before();
        self.write(comment);
        self.newline(indent, false);
    }

    fn space(&mut self) {
        if matches!(self.before, Before::Nothing) {
            self.before = Before::Space;
        }
    }

    fn newline(&mut self, indent: usize, blank: bool) {
        let already = matches!(self.before, Before::Newline { blank: true, .. });
        self.before = Before::Newline { indent, blank: blank || already };
    }

    fn write_before(&mut self) {
        match std::mem::replace(&mut self.before, Before::Nothing) {
            Before::Nothing => {}
            Before::Space => self.write(" "),
            Before::Newline { indent, blank } => {
                if let Some(comment) = self.held.take() {
                    self.write_held(comment);
                }
                if !self.out.is_empty() {
                    self.out.push_str(if blank { "\n\n" } else { "\n" });
                }
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.column = indent;
            }
        }
    }

    fn write_held(&mut self, comment: &str) {
        self.out.push(' ');
        self.out.push_str(comment);
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// Whether the group that begins before `rest` fits on the line, with what follows it up to where a line can end.
    fn fits(&self, rest: &[Op<'_>]) -> bool {
        let mut column = match self.before {
            Before::Nothing => self.column,
            Before::Space => self.column + 1,
            Before::Newline { indent, .. } => indent,
        };
        let mut depth = 1_usize;
        for op in rest {
            match op {
                Op::Text(text) => column += text.chars().count(),
                Op::Space => column += 1,
                Op::Line { space, .. } if depth > 0 => column += usize::from(*space),
                Op::Line { .. } | Op::Trailing(_) | Op::Own { .. } => return true,
                Op::Begin { .. } if depth > 0 => depth += 1,
                Op::End if depth > 0 => depth -= 1,
                Op::IfBroken if depth == 0 => column += 1,
                _ => {}
            }
            if column > WIDTH {
                return false;
            }
        }
        true
    }
}
