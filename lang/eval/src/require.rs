//! `require`: what must hold of the configuration; what can still change is checked again at boot.

use rustc_hash::FxHashSet;
use unik_check::core::{DefId, Global, Require};
use unik_graph::{Const, ExprId, KeyId, Stage};
use unik_source::{Diagnostic, Place};

use crate::arithmetic::Known;
use crate::codes;
use crate::keys::KeyOwner;
use crate::machine::Machine;
use crate::value::Value;
use crate::walk;

/// A `require` that the program checks at boot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending<'d> {
    pub(crate) require: &'d Require,
    pub(crate) condition: ExprId,
}

impl<'d> Machine<'d> {
    /// Evaluates the `require`s of all files in reach; gives those that are left for boot.
    pub(crate) fn requires(&mut self) -> Vec<Pending<'d>> {
        self.require(self.target.chosen.map(|chosen| self.target.platforms[chosen].0))
    }

    /// Evaluates those too that come with a platform.
    pub(crate) fn requires_of(&mut self, platform: DefId) {
        self.require(Some(platform));
    }

    fn require(&mut self, platform: Option<DefId>) -> Vec<Pending<'d>> {
        let mut pending = Vec::new();
        let known: FxHashSet<DefId> = self.required.iter().map(|(def, _)| *def).collect();
        let requires = self.defs.requires(platform).into_iter();
        for (def, require) in requires.filter(|(def, _)| !known.contains(def)) {
            let value = self.run(def, &require.condition, &"require".into(), require.place);
            let Value::Expr(condition) = value else { continue };
            self.required.push((def, condition));
            match self.exprs.known(condition) {
                Known::Value(Const::Bool(false)) => self.violated(def, require),
                Known::Overflow => {
                    let frame = self.outside(require.place);
                    self.report_overflow(condition, require.place, &frame);
                }
                Known::Value(_) | Known::Open => {}
            }
            let keys = self.exprs.keys(condition);
            if keys.iter().any(|key| self.keys.get(*key).stage != Stage::Configure) {
                pending.push(Pending { require, condition });
            }
        }
        pending
    }

    fn violated(&mut self, def: DefId, require: &'d Require) {
        let message = match require.message.as_str() {
            "" => "a requirement does not hold".to_owned(),
            message => format!("a requirement does not hold: {message}"),
        };
        let place = Place { file: def.file, anchor: def.item, span: require.condition.expr.span };
        let mut diagnostic = Diagnostic::error(codes::REQUIRE, message, place, "this is false");
        for key in self.keys_behind(require) {
            let key = self.keys.get(key);
            let Some(value) = &key.value else { continue };
            let from = if key.given.is_some() { "as given" } else { "by default" };
            let text = format!("`{}` is `{}`, {from}", key.name, value.literal(&key.ty));
            diagnostic = diagnostic.label(key.place, text);
        }
        if let Some(platform) = self.target.platform()
            && walk::globals(self.defs, &require.condition.expr).contains(&Global::Target)
        {
            diagnostic = diagnostic.note(format!("the target is `{}`", platform.name));
        }
        self.report(diagnostic.help("give other values to these keys"));
    }

    /// The keys that a condition mentions, in itself or in the `let`s that it uses.
    fn keys_behind(&self, require: &'d Require) -> Vec<KeyId> {
        let globals = walk::globals(self.defs, &require.condition.expr);
        let keys = globals.into_iter().filter_map(|global| match global {
            Global::Key(def) => self.keys.ids.get(&KeyOwner::File(def)).copied(),
            Global::Let(_) | Global::Device(_) | Global::Target => None,
        });
        keys.collect()
    }
}
