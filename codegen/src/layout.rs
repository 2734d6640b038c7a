//! Rust code laid out as rustfmt lays it out, for the few forms that the generator writes.
//!
//! rustfmt is not run when a crate is written: it may be missing, and it takes longer than all the rest. The tests run
//! it over everything that this module makes.

/// Columns of a line.
pub(crate) const WIDTH: usize = 100;
/// Columns of the items of a call or list that stands on one line (`fn_call_width`, `array_width`); a single item may
/// fill the line.
pub(crate) const ITEMS_WIDTH: usize = 60;
/// Columns of a chain of several calls on one line (`chain_width`).
const CHAIN_WIDTH: usize = 60;
/// Columns of an `if` on one line (`single_line_if_else_max_width`).
const IF_WIDTH: usize = 50;
/// Columns of an item up to which several share a line (`short_array_element_width_threshold`).
const SHORT_ITEM: usize = 10;

/// A piece of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Something without parts that could be broken over lines.
    Text(String),
    /// `f(a, b)`, `&[a, b]`, `concat!(a, b)`: items between an opening and a closing.
    Group {
        /// Up to the first item: `f(`, `&[`.
        open: String,
        /// The items; none of them is broken.
        items: Vec<String>,
        /// From the last item: `)`, `]`.
        close: String,
        /// What follows on a line of its own if the items are broken: `.await`.
        tail: &'static str,
    },
    /// `arguments.get(&PORT)?.unwrap_or(8080)`: what calls are made on, and the calls.
    Chain(String, Vec<String>),
}

impl Code {
    /// `function(items)`.
    pub(crate) fn call(function: &str, items: Vec<String>) -> Self {
        Self::Group { open: format!("{function}("), items, close: ")".to_owned(), tail: "" }
    }

    /// `&[items]`.
    pub(crate) fn list(items: Vec<String>) -> Self {
        Self::Group { open: "&[".to_owned(), items, close: "]".to_owned(), tail: "" }
    }

    /// The code as far as nothing is broken.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Group { open, items, close, tail } => format!("{open}{}{close}{tail}", items.join(", ")),
            Self::Chain(first, calls) => format!("{first}.{}", calls.join(".")),
        }
    }

    /// Columns that rustfmt wants to be free behind it: it counts the `?` at the end of a chain anew.
    fn reserve(&self) -> usize {
        match self {
            Self::Chain(_, calls) if calls.last().is_some_and(|last| last.ends_with('?')) => 2,
            _ => 0,
        }
    }

    /// Whether rustfmt leaves it on one line where there is room.
    pub(crate) fn stays(&self) -> bool {
        match self {
            Self::Text(_) => true,
            Self::Group { items, .. } => items.len() < 2 || items_width(items) <= ITEMS_WIDTH,
            Self::Chain(_, calls) => calls.len() < 2 || width(&self.line()) <= CHAIN_WIDTH,
        }
    }
}

/// `head code end` as lines: `let x = f(a);`. The head may be empty.
pub(crate) fn lay(indent: usize, head: &str, code: &Code, end: &str) -> Vec<String> {
    // Code that would just fit goes to a line of its own before it is broken.
    laid(indent, head, code, end, !head.is_empty())
}

/// `name: code,` as lines. Unlike behind `=`, code is broken at once.
pub(crate) fn field(indent: usize, name: &str, code: &Code) -> Vec<String> {
    laid(indent, &format!("{name}:"), code, ",", false)
}

fn laid(indent: usize, head: &str, code: &Code, end: &str, deeper_first: bool) -> Vec<String> {
    let pad = " ".repeat(indent);
    let line = code.line();
    let space = if head.is_empty() { "" } else { " " };
    let same = format!("{pad}{head}{space}{line}{end}");
    let deeper = format!("{pad}    {line}{end}");
    match code {
        _ if code.stays() && width(&same) + code.reserve() <= WIDTH => vec![same],
        _ if code.stays() && deeper_first && width(&deeper) + code.reserve() <= WIDTH => {
            vec![format!("{pad}{head}"), deeper]
        }
        Code::Text(_) => vec![same],
        Code::Chain(first, calls) => {
            let mut lines = vec![format!("{pad}{head}{space}{first}")];
            lines.extend(calls.iter().map(|call| format!("{pad}    .{call}")));
            if let Some(last) = lines.last_mut() {
                last.push_str(end);
            }
            lines
        }
        Code::Group { open, items, close, tail } => {
            let mut lines = vec![format!("{pad}{head}{space}{open}")];
            // What ends a field is counted with each line of its items.
            let reserve = usize::from(end == ",");
            lines.extend(broken(indent + 4, items, !open.contains('!'), reserve));
            if tail.is_empty() {
                lines.push(format!("{pad}{close}{end}"));
            } else {
                lines.push(format!("{pad}{close}"));
                lines.push(format!("{pad}{tail}{end}"));
            }
            lines
        }
    }
}

/// Items on lines of their own: several on a line if all are short and plain, otherwise each on its own.
fn broken(indent: usize, items: &[String], comma: bool, reserve: usize) -> Vec<String> {
    if comma && items.iter().all(|item| width(item) <= SHORT_ITEM && plain(item)) {
        return packed(indent, items.iter().map(String::as_str), reserve);
    }
    let pad = " ".repeat(indent);
    let last = items.len().saturating_sub(1);
    let ends = |at: usize| if at < last || comma { "," } else { "" };
    items.iter().enumerate().map(|(at, item)| format!("{pad}{item}{}", ends(at))).collect()
}

/// Whether rustfmt takes an item for a simple one: a literal, a name, a field, a sign or `&` before these.
fn plain(item: &str) -> bool {
    item.starts_with('"') || !item.contains(['(', ':', '!', '[', '|', '=', '<', '{'])
}

/// `if a { … } else if b { … } else { … }`, whose blocks are lines that are indented already, four columns deeper than
/// the `if`.
#[derive(Clone, Debug, Default)]
pub(crate) struct If {
    /// What stands between `if` and `{` (`a == b`, `let Some(x) = y`), and the block.
    pub(crate) arms: Vec<(String, Vec<String>)>,
    /// The block of the `else`.
    pub(crate) otherwise: Vec<String>,
}

impl If {
    /// `head if … end` as lines. The head may be empty.
    pub(crate) fn lay(&self, indent: usize, head: &str, end: &str) -> Vec<String> {
        if let ([(condition, then)], [otherwise]) = (self.arms.as_slice(), self.otherwise.as_slice())
            && let [then] = then.as_slice()
        {
            let line = format!("if {condition} {{ {} }} else {{ {} }}", then.trim(), otherwise.trim());
            if width(&line) <= IF_WIDTH {
                return lay(indent, head, &Code::Text(line), end);
            }
        }
        let pad = " ".repeat(indent);
        let mut before = if head.is_empty() { pad.clone() } else { format!("{pad}{head} ") };
        let mut lines = Vec::new();
        for (condition, block) in &self.arms {
            lines.push(format!("{before}if {condition} {{"));
            lines.extend_from_slice(block);
            before = format!("{pad}}} else ");
        }
        lines.push(format!("{before}{{"));
        lines.extend_from_slice(&self.otherwise);
        lines.push(format!("{pad}}}{end}"));
        lines
    }
}

/// `use path::{names};`, the names sorted.
pub(crate) fn fill(path: &str, names: &[&str]) -> Vec<String> {
    if let [name] = names {
        return vec![format!("use {path}::{name};")];
    }
    let line = format!("use {path}::{{{}}};", names.join(", "));
    // rustfmt leaves two columns free here.
    if width(&line) + 2 <= WIDTH {
        return vec![line];
    }
    let mut lines = vec![format!("use {path}::{{")];
    lines.extend(packed(4, names.iter().copied(), 0));
    lines.push("};".to_owned());
    lines
}

/// `name: "text",` as a field, indented by four columns; a long text goes over several lines.
pub(crate) fn text_field(name: &str, text: &str) -> Vec<String> {
    let literal = string(text);
    if width(name) + width(&literal) + 7 <= WIDTH {
        return vec![format!("    {name}: {literal},")];
    }
    let mut lines: Vec<String> = Vec::new();
    let mut line = format!("    {name}: ");
    let indent = " ".repeat(width(&line) + 1);
    // Without its quotes; an escape is not cut, since it holds no space.
    let mut words = literal[..literal.len() - 1].split_inclusive(' ').peekable();
    while let Some(word) = words.next() {
        line.push_str(word);
        // A line that goes on drops the spaces at its start, so it must not start with one.
        let next = words.peek().filter(|next| !next.starts_with(' '));
        if next.is_some_and(|next| width(&line) + width(next) + 2 > WIDTH) {
            lines.push(format!("{line}\\"));
            line.clone_from(&indent);
        }
    }
    lines.push(format!("{line}\","));
    lines
}

/// A record as lines: `head {`, its fields, `}` and `end`.
pub(crate) fn record(head: &str, fields: &[(&str, Code)], end: &str) -> Vec<String> {
    let mut lines = vec![format!("{head} {{")];
    for (name, value) in fields {
        lines.extend(field(4, name, value));
    }
    lines.push(format!("}}{end}"));
    lines
}

/// A function as lines; its body is indented already.
pub(crate) fn function(name: &str, params: &[String], result: &str, body: Vec<String>) -> Vec<String> {
    let line = format!("fn {name}({}) -> {result} {{", params.join(", "));
    let mut lines = Vec::new();
    if width(&line) <= WIDTH {
        lines.push(line);
    } else {
        lines.push(format!("fn {name}("));
        lines.extend(params.iter().map(|param| format!("    {param},")));
        lines.push(format!(") -> {result} {{"));
    }
    lines.extend(body);
    lines.push("}".to_owned());
    lines
}

/// Items with commas, as many on a line as fit.
fn packed<'i>(indent: usize, items: impl Iterator<Item = &'i str>, reserve: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(item) + reserve < WIDTH => {
                line.push_str(&format!(" {item},"))
            }
            _ => lines.push(format!("{}{item},", " ".repeat(indent))),
        }
    }
    lines
}

/// Columns of items between commas.
pub(crate) fn items_width(items: &[String]) -> usize {
    items.iter().map(|item| width(item)).sum::<usize>() + 2 * items.len().saturating_sub(1)
}

/// Columns of a text. rustfmt counts by display width; texts of users with wide characters are escaped before they
/// get here.
pub(crate) fn width(text: &str) -> usize {
    text.chars().count()
}

/// A literal of a string: letters of left-to-right scripts and printable ASCII as they are, all else escaped.
pub(crate) fn string(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => literal.extend(['\\', char]),
            ' '..='~' => literal.push(char),
            '…' => literal.push(char),
            _ if char < '\u{590}' && char.is_alphanumeric() => literal.push(char),
            _ => literal.extend(char.escape_default()),
        }
    }
    literal.push('"');
    literal
}

/// Text of the user in a comment: one line, and no character that hides or turns what follows.
pub(crate) fn comment(text: &str) -> String {
    let hides = |char: char| {
        char.is_control()
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let clean: String = text.chars().map(|char| if hides(char) { ' ' } else { char }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
