//! What keys, the target and choices come to under the configuration of a file, in sentences for people.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use unik_graph::{Key, Stage};
use unik_source::{FileId, Place, Span};

use crate::choices::{Choice, Taken};
use crate::configured::Configured;
use crate::host::{Analysis, Range};
use crate::hover::Hover;
use crate::lookup::item_at;

/// The target where nobody says which.
const USUAL_TARGET: &str = "unix";

impl Analysis {
    /// The values of a key that is declared at a place, a sentence for each instance of it. Unikernels are named if they differ.
    pub(crate) fn key_values(&self, file: FileId, declared: Place) -> Vec<String> {
        let said = self.unikernels_about(file).into_iter().map(|unikernel| {
            let own = unikernel.by_symbols().keys.iter().filter(|key| key.place == declared);
            let mut facts: Vec<String> = Vec::new();
            for fact in own.map(|key| key_value(&unikernel, key)) {
                // Applications in branches of which only one is taken may share an option.
                if !facts.contains(&fact) {
                    facts.push(fact);
                }
            }
            (unikernel.name, facts)
        });
        let mut said: Vec<(SmolStr, Vec<String>)> = said.filter(|(_, facts)| !facts.is_empty()).collect();
        if said.iter().all(|(_, facts)| *facts == said[0].1) {
            return said.pop().map(|(_, facts)| facts).unwrap_or_default();
        }
        let named = |(name, facts): (SmolStr, Vec<String>)| {
            facts.into_iter().map(move |fact| format!("in `{name}` {fact}")).collect::<Vec<_>>()
        };
        said.into_iter().flat_map(named).collect()
    }

    /// Which target counts for a file.
    pub(crate) fn target_value(&self, file: FileId, known: &[SmolStr]) -> Option<String> {
        match self.configuration(file).target {
            Some(target) if known.contains(&target) => Some(format!("it is `{target}`, as configured")),
            Some(target) => Some(format!("it is configured to be `{target}`, which is none of them")),
            None => match known {
                [only] => Some(format!("it is `{only}`, the only one")),
                several => {
                    let usual = several.iter().find(|name| *name == USUAL_TARGET)?;
                    Some(format!("it is `{usual}`, unless configured otherwise"))
                }
            },
        }
    }

    /// What the choice that an offset is on comes to.
    pub(crate) fn choice_hover(&self, file: FileId, offset: u32) -> Option<Hover> {
        if !self.may_be_on_choice(file, offset) {
            return None;
        }
        let about = self.unikernels_about(file);
        let (choice, keys) = self.choice_at(file, offset, &about)?;
        let text = self.text(file);
        let head = Span { start: choice.span.start, end: choice.what.end };
        let code = text.get(head.range())?.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut facts: Vec<String> = choice.outcomes.iter().map(|taken| outcome(&choice, taken)).collect();
        if facts.is_empty() {
            facts.push("not reached with these values".to_owned());
        }
        let mut said = BTreeSet::new();
        for unikernel in &about {
            let all = unikernel.by_symbols().keys.iter();
            for key in all.filter(|key| keys.contains(&key.option)) {
                said.insert(key_value(unikernel, key));
            }
        }
        facts.extend(said);
        let span = if head.touches(offset as usize) { head } else { choice.span };
        let range = Range { file, span };
        Some(Hover { range, code, doc: SmolStr::default(), facts })
    }

    /// Whether the words of a choice stand in the item before an offset, or there. Most names need no evaluation to be told about.
    fn may_be_on_choice(&self, file: FileId, offset: u32) -> bool {
        let Some(item) = item_at(&self.db, file, offset) else { return false };
        let text: &str = item.text(&self.db);
        let longest = "match".len();
        let behind = (offset.saturating_sub(item.start(&self.db)) as usize + longest).min(text.len());
        let before = &text[..text.ceil_char_boundary(behind)];
        before.contains("if") || before.contains("match")
    }
}

fn outcome(choice: &Choice, taken: &Taken) -> String {
    let branch = taken.branch.and_then(|branch| choice.branches.get(branch as usize));
    match (branch, &taken.value) {
        (Some((label, _)), Some(value)) => format!("takes `{label}`, since `{}` is `{value}`", choice.label),
        (Some((label, _)), None) => format!("takes `{label}`, whatever the values are"),
        (None, _) => format!("decided at boot: `{}` is not known before", choice.label),
    }
}

/// `` `--port` is `8080`, the default ``
fn key_value(unikernel: &Configured<'_>, key: &Key) -> String {
    let refused = unikernel
        .refused(key)
        .map(|(text, why)| format!("`{text}` is no value for `--{}`: {why}", key.option));
    let refused = refused.map(|refused| format!("{refused}; ")).unwrap_or_default();
    let read = unikernel.by_values.keys.iter().find(|read| read.option == key.option);
    let option = &key.option;
    let said = match read {
        _ if key.stage == Stage::Run => format!("`--{option}` is said at boot"),
        None => format!("`--{option}` is not read with these values"),
        Some(Key { value: None, .. }) => format!("`--{option}` needs a value"),
        Some(Key { given, value: Some(value), .. }) => {
            let origin = if given.is_some() { "as configured" } else { "the default" };
            format!("`--{option}` is `{}`, {origin}", value.option(&key.ty))
        }
    };
    format!("{refused}{said}")
}
