//! The choices of a file and the branches that they take under the configuration of its folder, for hover and hints.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use unik_eval::Decision;
use unik_source::{FileId, Place, Sources, Span};

use crate::configured::Configured;
use crate::host::Analysis;

/// An `if` or `match` of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The whole of it.
    pub(crate) span: Span,
    /// What decides.
    pub(crate) what: Span,
    /// What decides, on one line.
    pub(crate) label: SmolStr,
    /// What each branch is called and where it stands.
    pub(crate) branches: Vec<(SmolStr, Span)>,
    /// How it was decided: each outcome once, sorted.
    pub(crate) outcomes: BTreeSet<Taken>,
}

/// How a choice was decided once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Taken {
    /// The index of the branch; nothing if it is open.
    pub(crate) branch: Option<u32>,
    /// The value of what decides.
    pub(crate) value: Option<SmolStr>,
}

impl Choice {
    /// Why a branch is taken: the values of what decides; nothing if it is not taken.
    pub(crate) fn why(&self, branch: u32) -> Option<String> {
        let taken: Vec<&Taken> = self.outcomes.iter().filter(|taken| taken.branch == Some(branch)).collect();
        let values: Vec<String> =
            taken.iter().filter_map(|taken| Some(format!("`{}`", taken.value.as_ref()?))).collect();
        (!taken.is_empty()).then(|| match values.is_empty() {
            true => "whatever the values are".to_owned(),
            false => format!("`{}` is {}", self.label, values.join(" or ")),
        })
    }

    /// Whether an offset is on the choice itself: on its words, on what decides, on a pattern.
    fn is_on(&self, offset: u32) -> bool {
        let in_branch = |(_, span): &(SmolStr, Span)| span.start <= offset && offset < span.end;
        self.span.touches(offset as usize) && !self.branches.iter().any(in_branch)
    }
}

impl Analysis {
    /// The choices that the values of keys lead to, in the order of the text; what stands in the branch of plain values that is not
    /// taken is left out.
    pub(crate) fn choices(&self, file: FileId) -> Vec<Choice> {
        let about = self.unikernels_about(file);
        let mut found = self.gathered(file, about.iter().flat_map(|it| &it.by_values.decisions));
        let dead = joined(found.iter().flat_map(not_taken).collect());
        found.retain(|choice| {
            let before = dead.partition_point(|dead| dead.start <= choice.span.start);
            before.checked_sub(1).is_none_or(|last| dead[last].end < choice.span.end)
        });
        found
    }

    /// The innermost choice that an offset is on, taken or not, and the options of the keys that it depends on. A choice that the
    /// values do not lead to has no outcomes.
    pub(crate) fn choice_at(
        &self,
        file: FileId,
        offset: u32,
        about: &[Configured<'_>],
    ) -> Option<(Choice, BTreeSet<SmolStr>)> {
        let possible: Vec<&Decision> = about.iter().flat_map(|it| &it.by_symbols().decisions).collect();
        let all = self.gathered(file, possible.iter().copied());
        let mut choice = all.into_iter().filter(|it| it.is_on(offset)).min_by_key(|it| it.span.len())?;
        let same = |decision: &&&Decision| self.span_in(file, decision.place) == Some(choice.span);
        let keys = possible.iter().filter(same).flat_map(|decision| decision.keys.iter().cloned()).collect();
        let made = self.choices(file).into_iter().find(|made| made.span == choice.span);
        choice.outcomes = made.map(|made| made.outcomes).unwrap_or_default();
        Some((choice, keys))
    }

    fn gathered<'d>(&self, file: FileId, decisions: impl Iterator<Item = &'d Decision>) -> Vec<Choice> {
        let mut found: BTreeMap<Span, Choice> = BTreeMap::new();
        for decision in decisions {
            let (Some(span), Some(what)) =
                (self.span_in(file, decision.place), self.span_in(file, decision.what))
            else {
                continue;
            };
            let branches = decision.branches.iter();
            let branches =
                branches.filter_map(|(label, place)| Some((label.clone(), self.span_in(file, *place)?)));
            let choice = found.entry(span).or_insert_with(|| Choice {
                span,
                what,
                label: decision.label.clone(),
                branches: branches.collect(),
                outcomes: BTreeSet::new(),
            });
            choice.outcomes.insert(Taken { branch: decision.taken, value: decision.value.clone() });
        }
        found.into_values().collect()
    }

    fn span_in(&self, file: FileId, place: Place) -> Option<Span> {
        (place.file == file).then(|| self.db.absolute(place))
    }
}

/// Spans sorted, and those that touch joined.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let together = next.start <= last.end;
        if together {
            *last = last.to(*next);
        }
        together
    });
    spans
}

/// The branches that no outcome takes, if each outcome takes one.
fn not_taken(choice: &Choice) -> Vec<Span> {
    if choice.outcomes.iter().any(|taken| taken.branch.is_none()) {
        return Vec::new();
    }
    let taken: BTreeSet<u32> = choice.outcomes.iter().filter_map(|taken| taken.branch).collect();
    let branches = choice.branches.iter().zip(0..);
    branches.filter(|(_, at)| !taken.contains(at)).map(|((_, span), _)| *span).collect()
}
