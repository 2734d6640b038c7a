//! Signature help: what is being applied at a cursor, and which parameter an argument belongs to. Read off the tokens, since
//! an application that is being written rarely parses.

use smol_str::SmolStr;
use unik_check::core::{Param, Type};
use unik_check::{type_as_written, type_of};
use unik_source::{FileId, Span};
use unik_syntax::{Token, TokenKind};

use crate::context::{Path, words_before};
use crate::declaration::{default_text, doc_of, param_text, params_of};
use crate::host::Analysis;

/// What is being applied at a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// The declaration in one line: `net.tcp(port: Port, …): Listener`.
    pub label: String,
    /// Where its parameters stand in the label, in bytes.
    pub parameters: Vec<Span>,
    /// Its documentation.
    pub doc: SmolStr,
    /// The parameter that the argument at the cursor is for, if there is one.
    pub active: Option<usize>,
}

impl Analysis {
    /// What the innermost application around an offset applies.
    pub fn signature_help(&self, file: FileId, offset: u32) -> Option<SignatureHelp> {
        let call = self.call_at(file, offset)?;
        let id = call.callee.item(&self.db, file)?;
        let params = params_of(&self.db, id)?;
        let mut label = format!("{}(", call.callee.text());
        let mut parameters = Vec::new();
        for (at, param) in params.iter().enumerate() {
            if at > 0 {
                label.push_str(", ");
            }
            let start = label.len();
            label.push_str(&param_text(&self.db, file, param, default_text(&self.db, id, at)));
            parameters.push(Span::new(start, label.len()));
        }
        label.push(')');
        if let Some(Type::Function(of)) = type_of(&self.db, id) {
            label.push_str(&format!(": {}", type_as_written(&self.db, file, &of.result)));
        }
        let active = call.parameter(&params);
        Some(SignatureHelp { label, parameters, doc: doc_of(&self.db, id), active })
    }

    /// The innermost application around an offset, read off the tokens of its item.
    pub(crate) fn call_at(&self, file: FileId, offset: u32) -> Option<Call> {
        let (text, before) = words_before(&self.db, file, offset)?;
        call(text, &before)
    }
}

/// An application whose arguments are being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// What is applied.
    pub(crate) callee: Path,
    /// How many arguments without a name stand before the one at the cursor.
    pub(crate) before: usize,
    /// The names of the arguments before it.
    pub(crate) named: Vec<SmolStr>,
    /// The name of the argument at the cursor, if it has one.
    pub(crate) name: Option<SmolStr>,
}

impl Call {
    /// The parameter that the argument at the cursor is for: the one it names, or the first that is free.
    pub(crate) fn parameter(&self, params: &[Param]) -> Option<usize> {
        if let Some(name) = &self.name {
            return params.iter().position(|param| param.name == *name);
        }
        let free = params.iter().enumerate().filter(|(_, param)| !self.named.contains(&param.name));
        free.map(|(at, _)| at).nth(self.before)
    }
}

/// The application around the end of these tokens.
fn call(text: &str, before: &[Token]) -> Option<Call> {
    let word = |token: &Token| SmolStr::new(&text[token.span.range()]);
    let (mut depth, mut arguments) = (0_usize, vec![before.len()]);
    for (at, token) in before.iter().enumerate().rev() {
        if token.kind.is_closer() {
            depth += 1;
        } else if token.kind.closer().is_some() {
            if depth > 0 {
                depth -= 1;
                continue;
            }
            let callee = Path::ending(text, &before[..at]);
            // What stands in brackets of another kind, or in parentheses of no application, is an argument of what is around it.
            let (Some(callee), TokenKind::LeftParen) = (callee, token.kind) else {
                if token.kind == TokenKind::LeftBrace {
                    return None;
                }
                arguments = vec![at];
                continue;
            };
            arguments.push(at);
            arguments.reverse();
            let name = |start: usize| match before.get(start + 1..start + 3)? {
                [name, colon] if name.kind == TokenKind::Name && colon.kind == TokenKind::Colon => {
                    Some(word(name))
                }
                _ => None,
            };
            // The starts of the arguments: the parenthesis and each comma; the last is the one at the cursor.
            let starts = &arguments[..arguments.len() - 1];
            let (last, earlier) = starts.split_last()?;
            let named: Vec<SmolStr> = earlier.iter().filter_map(|start| name(*start)).collect();
            return Some(Call { callee, before: earlier.len() - named.len(), named, name: name(*last) });
        } else if depth == 0 && token.kind == TokenKind::Comma {
            arguments.push(at);
        }
    }
    None
}
