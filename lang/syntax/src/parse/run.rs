//! One run of the generated parser over the tokens of a context: the item, if there is one, and where the grammar did not go on.
//!
//! It always tells why it gave up: a run without an item has a mistake.

use lalrpop_util::ParseError;

use super::context::{Context, Mistake};
use crate::{grammar::ItemParser, tree::ItemKind};

/// What one run of the parser gives.
pub(crate) struct Outcome {
    pub(crate) kind: Option<ItemKind>,
    /// In the order of their tokens.
    pub(crate) mistakes: Vec<Mistake>,
    /// How much is wrong with what the grammar accepts.
    pub(crate) said: usize,
}

/// Parses the tokens of `context`.
pub(crate) fn run(context: &Context<'_>) -> Outcome {
    let outcome = run_up_to(context, context.tokens.len());
    match outcome {
        // It gave up before it could tell why. Over as many tokens as it did read, it can.
        Outcome { kind: None, mistakes, .. } if mistakes.is_empty() => {
            let mut outcome = run_up_to(context, context.limit());
            outcome.mistakes.truncate(1);
            if outcome.mistakes.is_empty() {
                outcome.mistakes.push(Mistake {
                    at: context.limit(),
                    expected: Vec::new(),
                    resumed: context.limit(),
                });
            }
            Outcome { kind: None, ..outcome }
        }
        outcome => outcome,
    }
}

fn run_up_to(context: &Context<'_>, end: usize) -> Outcome {
    context.start();
    let tokens = context.tokens[..end].iter().zip(0_u32..).map(|(token, at)| match context.gives_up(at) {
        false => Ok((at, token.kind, at + 1)),
        true => Err(()),
    });
    let parsed = ItemParser::new().parse(context, tokens);
    let mut mistakes = core::mem::take(&mut *context.recovered.borrow_mut());
    let kind = match parsed {
        Ok(kind) => Some(*kind),
        Err(ParseError::User { error: () }) => None,
        Err(error) => {
            mistakes.push(Mistake::new(error, end, 0));
            None
        }
    };
    mistakes.sort_by_key(|mistake| mistake.at);
    Outcome { kind, mistakes, said: context.said.borrow().len() }
}
