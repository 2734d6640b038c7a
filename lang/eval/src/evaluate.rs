//! One evaluation: a unikernel, the values of its keys, and what came out.

use unik_check::core::{DefId, Unikernel};
use unik_graph::{DeviceGraph, Exprs, Key};
use unik_source::Diagnostic;

use crate::decision::Decision;
use crate::definitions::Definitions;
use crate::machine::Machine;
use crate::require::Pending;
use crate::scope::TrailId;
use crate::value::Value;
use crate::values::{Given, KeyValues, Mode};

/// What an evaluation gives.
#[derive(Debug)]
pub struct Outcome {
    /// The graph, if enough is right to have one.
    pub graph: Option<DeviceGraph>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The keys that were read, in order of their first use; then, where keys are symbols, the others of the file.
    pub keys: Vec<Key>,
    /// The expressions of which [`Self::keys`] speak.
    pub exprs: Exprs,
    /// What was given but asked for by no key.
    pub unused: Vec<Given>,
    /// Which branches the choices of the text take, sorted by place.
    pub decisions: Vec<Decision>,
}

/// Evaluates a unikernel of whatever program `defs` knows.
pub fn evaluate_in(
    defs: &dyn Definitions,
    def: DefId,
    unikernel: &Unikernel,
    values: &KeyValues,
    mode: Mode,
) -> Outcome {
    let (mut machine, value, requires) = run(defs, def, unikernel, values, mode);
    let graph = machine.graph(unikernel, value, &requires);
    read_own_keys(&mut machine);
    Outcome {
        graph,
        keys: machine.all_keys(),
        unused: machine.keys.unused().cloned().collect(),
        decisions: machine.decisions(),
        diagnostics: machine.diagnostics,
        exprs: machine.exprs.into_exprs(),
    }
}

/// What is wrong with a unikernel while keys are symbols: drawing the graph finds no mistake then, so it is not drawn. Also whether
/// nothing else is wrong when they have their defaults, on a target; if not, [`mistakes_by_values`] tells what it is.
pub(crate) fn mistakes(
    defs: &dyn Definitions,
    def: DefId,
    unikernel: &Unikernel,
    target: Option<&str>,
) -> (Vec<Diagnostic>, bool) {
    let (mut machine, value, _) = run(defs, def, unikernel, &KeyValues::default(), Mode::Symbolic);
    read_own_keys(&mut machine);
    if !machine.diagnostics.is_empty() {
        return (machine.diagnostics, false);
    }
    (Vec::new(), machine.is_clear(value, target))
}

/// What is wrong with a unikernel when its keys have values.
pub(crate) fn mistakes_by_values(
    defs: &dyn Definitions,
    def: DefId,
    unikernel: &Unikernel,
    values: &KeyValues,
) -> Vec<Diagnostic> {
    let (mut machine, value, requires) = run(defs, def, unikernel, values, Mode::Concrete);
    machine.judge(unikernel, value, &requires);
    machine.diagnostics
}

fn run<'d>(
    defs: &'d dyn Definitions,
    def: DefId,
    unikernel: &'d Unikernel,
    values: &KeyValues,
    mode: Mode,
) -> (Machine<'d>, Value, Vec<Pending<'d>>) {
    let mut machine = Machine::new(defs, values, mode, unikernel.place);
    machine.choose_target(values);
    let value = machine.run(def, &unikernel.body, &unikernel.name, unikernel.place);
    let requires = machine.requires();
    (machine, value, requires)
}

/// Keys that nothing has read are keys all the same where keys are symbols.
fn read_own_keys(machine: &mut Machine<'_>) {
    if machine.mode == Mode::Symbolic {
        for key in machine.defs.own_keys() {
            machine.read_key(key, TrailId::EMPTY);
            machine.finish();
        }
    }
}
