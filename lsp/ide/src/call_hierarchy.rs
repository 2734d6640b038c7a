//! Who applies what: the declarations that name a device or a `let`, and those that it names itself.

use std::collections::BTreeMap;

use unik_check::core::DefId;
use unik_check::{id_of, item_of};
use unik_source::{FileId, Span};

use crate::host::Analysis;
use crate::lookup::{declaration, item_at, name_at, names_in};
use crate::occurrence::Referent;
use crate::outline::{Symbol, SymbolKind, symbol};

/// A declaration that makes something: a device, a `let`, a unikernel; a platform, which has roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callable {
    /// The file.
    pub file: FileId,
    /// Its entry in the outline of that file.
    pub symbol: Symbol,
}

/// A declaration at the other end, and where the names stand that lead there or here: in the file of whoever applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The other end.
    pub other: Callable,
    /// The names, sorted; at least one.
    pub places: Vec<Span>,
}

impl Analysis {
    /// The declaration that a name at an offset stands for, if it is one that makes something.
    pub fn callable(&self, file: FileId, offset: u32) -> Option<Callable> {
        match name_at(&self.db, file, offset)?.1.referent {
            Referent::Item(id) => self.callable_of(id),
            _ => None,
        }
    }

    /// Who names the declaration whose name stands at an offset, in all files in reach; by file and place.
    pub fn incoming_calls(&self, file: FileId, offset: u32) -> Vec<Call> {
        let Some((_, name)) = name_at(&self.db, file, offset) else { return Vec::new() };
        let mut callers: BTreeMap<DefId, Vec<Span>> = BTreeMap::new();
        let found = self.named_in_items(file, &name.referent).into_iter();
        for (item, name) in found.filter(|(_, name)| !name.declares) {
            callers.entry(id_of(&self.db, item)).or_default().push(name.span);
        }
        let call = |(id, places)| Some(Call { other: self.callable_of(id)?, places });
        let mut calls: Vec<Call> = callers.into_iter().filter_map(call).collect();
        calls.sort_by_key(|call| (call.other.file, call.other.symbol.span));
        calls
    }

    /// What the declaration whose name stands at an offset names itself, in the order in which it does.
    pub fn outgoing_calls(&self, file: FileId, offset: u32) -> Vec<Call> {
        let Some(item) = item_at(&self.db, file, offset) else { return Vec::new() };
        unik_check::settle(&self.db, file);
        let mut calls: Vec<(DefId, Vec<Span>)> = Vec::new();
        for (_, name) in names_in(&self.db, item).filter(|(_, name)| !name.declares) {
            let Referent::Item(id) = name.referent else { continue };
            match calls.iter_mut().find(|(known, _)| *known == id) {
                Some((_, places)) => places.push(name.span),
                None => calls.push((id, vec![name.span])),
            }
        }
        let call = |(id, places)| Some(Call { other: self.callable_of(id)?, places });
        let calls = calls.into_iter().filter_map(call);
        // `targets unix` applies nothing.
        calls.filter(|call| call.other.symbol.kind != SymbolKind::Platform).collect()
    }

    fn callable_of(&self, id: DefId) -> Option<Callable> {
        let item = item_of(&self.db, id)?;
        if !matches!(item.keyword(&self.db).as_str(), "device" | "let" | "unikernel" | "platform") {
            return None;
        }
        let name = declaration(&self.db, &Referent::Item(id))?;
        let span = Span::new(0, item.text(&self.db).len()).shifted(item.start(&self.db));
        Some(Callable { file: name.file, symbol: symbol(&self.db, item, Some(name.span), span)? })
    }
}
