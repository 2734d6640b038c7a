//! What is offered: the values that completion gives, and those that only the language makes.

use smol_str::SmolStr;
use unik_check::core::Type;
use unik_graph::value::ValueType;
use unik_source::Span;

use super::snippet::{Piece, match_on, shape};

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompletionKind {
    /// A device.
    Device,
    /// A `let`.
    Value,
    /// A `let` with parameters.
    Function,
    /// A key.
    Key,
    /// A name that is bound around the cursor.
    Local,
    /// The name of a parameter, to name an argument.
    Argument,
    /// A case of an enum, or a platform.
    Case,
    /// A role of the target.
    Role,
    /// An enum.
    Enum,
    /// A module type.
    ModuleType,
    /// A type of the language.
    Type,
    /// A file.
    File,
    /// A reserved word, or the word of an entry.
    Keyword,
    /// Nothing but a [`Completion::snippet`].
    Template,
}

/// Something that can be written at a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What to write, and to show.
    pub label: SmolStr,
    /// What it is.
    pub kind: CompletionKind,
    /// Its declaration or its type, in one line; may be empty.
    pub detail: String,
    /// Its documentation.
    pub doc: SmolStr,
    /// Whether its type is the one that is wanted: such stand first.
    pub fits: bool,
    /// Whether its type is known, another one, and useless where it would stand.
    pub(crate) unfit: bool,
    /// What to write instead of the label where places can be filled in; may be empty.
    pub snippet: Vec<Piece>,
}

/// What can be written at a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The word that is being written, which a completion replaces.
    pub span: Span,
    /// What fits first, then by name.
    pub items: Vec<Completion>,
}

impl Completions {
    /// Where there are more than so many: the first of those whose name has the characters of `word` in their order, in either case.
    /// Gives whether any were left out; then it has to be asked again when the word grows.
    pub fn narrow(&mut self, word: &str, most: usize) -> bool {
        if self.items.len() <= most {
            return false;
        }
        self.items.retain(|item| {
            let mut label = item.label.chars();
            word.chars().all(|wanted| label.any(|char| char.eq_ignore_ascii_case(&wanted)))
        });
        self.items.truncate(most);
        true
    }
}

/// Whether something of a type cannot be part of an expression of the wanted type. What a `Bool` compares may have any value type.
pub(crate) fn unfit(ty: &Type, wanted: Option<&Type>) -> bool {
    let Some(wanted) = wanted.filter(|wanted| !wanted.has_unknown() && !ty.has_unknown()) else {
        return false;
    };
    match (ty, wanted) {
        (Type::Value(_), Type::Value(ValueType::Bool)) => false,
        // What is in a list or an option may stand in its brackets.
        (_, wanted) => {
            wanted.optional().is_none() && !matches!(wanted, Type::List(_) | Type::Value(ValueType::List(_)))
        }
    }
}

/// The words of the language that can be an expression of the wanted type, or the beginning of one.
pub(crate) fn built_in(wanted: Option<&Type>) -> Vec<Completion> {
    let known = wanted.filter(|wanted| !wanted.has_unknown());
    let mut items = Vec::new();
    let mut add = |words: &[&str], kind, of: &dyn Fn(&Type) -> bool| {
        let fits = known.is_some_and(of);
        if fits || known.is_none() {
            let word = |word: &&str| Completion { fits, snippet: shape(word), ..plain(word, kind) };
            items.extend(words.iter().map(word));
        }
    };
    add(&["files"], CompletionKind::Function, &|wanted| *wanted == Type::Value(ValueType::Files));
    add(&["some", "none"], CompletionKind::Function, &|wanted| wanted.optional().is_some());
    add(&["true", "false"], CompletionKind::Keyword, &|wanted| *wanted == Type::Value(ValueType::Bool));
    // `target.sleep` is a device, `target` itself has cases.
    items.push(plain("target", CompletionKind::Function));
    items
}

/// A `match` on something that has cases.
pub(crate) fn match_template(name: &str, cases: &[SmolStr]) -> Completion {
    let (label, detail) = (format!("match {name}"), cases.join(", "));
    Completion { detail, snippet: match_on(name, cases), ..plain(&label, CompletionKind::Template) }
}

/// What can be written where nothing follows the word.
pub(crate) fn without_snippets(items: Vec<Completion>) -> Vec<Completion> {
    let items = items.into_iter().filter(|item| item.kind != CompletionKind::Template);
    items.map(|item| Completion { snippet: Vec::new(), ..item }).collect()
}

/// Something of which nothing but the word is known.
pub(crate) fn plain(label: &str, kind: CompletionKind) -> Completion {
    Completion {
        label: SmolStr::new(label),
        kind,
        detail: String::new(),
        doc: SmolStr::default(),
        fits: false,
        unfit: false,
        snippet: Vec::new(),
    }
}

/// Words of the language.
pub(crate) fn words(words: &[&str]) -> Vec<Completion> {
    let word = |word: &&str| Completion { snippet: shape(word), ..plain(word, CompletionKind::Keyword) };
    words.iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_narrowed_to_those_that_are_being_written() {
        let names = ["alpha", "beta", "Bet_a", "tab", "b_e_t"];
        let check = |word: &str, most, expected: &[&str], cut| {
            let items = names.map(|name| plain(name, CompletionKind::Value)).to_vec();
            let mut completions = Completions { span: Span::at(0), items };
            assert_eq!(completions.narrow(word, most), cut, "{word} {most}");
            let left: Vec<&str> = completions.items.iter().map(|item| item.label.as_str()).collect();
            assert_eq!(left, expected, "{word} {most}");
        };
        check("", 5, &names, false);
        check("zzz", 5, &names, false);
        check("", 2, &["alpha", "beta"], true);
        check("bta", 4, &["beta", "Bet_a"], true);
        check("BET", 2, &["beta", "Bet_a"], true);
        check("zzz", 4, &[], true);
    }
}
