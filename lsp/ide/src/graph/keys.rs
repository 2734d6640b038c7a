//! The keys beside a graph: what each is, which value it has, where that comes from, and why a given one does not do.

use smol_str::SmolStr;
use unik_db::Database;
use unik_eval::{KeyValues, Outcome, Valuation};
use unik_graph::{Key, KeyId, Stage, ValueType};
use unik_source::{FileId, Sources};

use super::names::Names;
use super::wrong::Wrong;
use crate::configuration::refusal;
use crate::host::{Analysis, Range};

/// The target where nobody says which.
const USUAL_TARGET: &str = "unix";

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphKey {
    /// Its option without dashes.
    pub option: SmolStr,
    /// Its short option.
    pub short: Option<char>,
    /// Its name.
    pub name: SmolStr,
    /// The names of its scope, outermost first.
    pub scope: Vec<SmolStr>,
    /// When it has a value.
    pub stage: Stage,
    /// Its type.
    pub ty: SmolStr,
    /// Its values, if they can be listed.
    pub cases: Option<Vec<SmolStr>>,
    /// Its documentation.
    pub doc: SmolStr,
    /// Who declares it.
    pub declared_by: SmolStr,
    /// Its default, as it is written or over other keys.
    pub default: Option<String>,
    /// Its value, as behind an option.
    pub value: Option<String>,
    /// `default` or `given`.
    pub origin: Option<&'static str>,
    /// Why the value that is given does not do, or that one is needed.
    pub problem: Option<String>,
    /// Where it is declared.
    pub range: Range,
}

/// What of a configuration an image can use: values that its keys take.
pub(super) fn usable(symbolic: &Outcome, values: &KeyValues) -> KeyValues {
    let options = super::options(symbolic);
    let takes = |option: &str, text: &str| {
        let mut keys = symbolic.keys.iter().filter(|key| key.option == option);
        keys.all(|key| refusal(key, text).is_none())
    };
    let given = values
        .given
        .iter()
        .filter(|given| options.contains(given.option.as_str()) && takes(given.option.as_str(), &given.text));
    KeyValues { target: values.target.clone(), given: given.cloned().collect() }
}

impl Analysis {
    /// The names of the platforms that a file can be built for.
    pub fn targets(&self, file: FileId) -> Vec<SmolStr> {
        unik_check::platforms(&self.db, file).into_iter().map(|(name, _)| name).collect()
    }

    /// The platform in force: the one that a configuration names, or else the usual one.
    pub fn target(&self, file: FileId, values: &KeyValues) -> Option<SmolStr> {
        values.target.clone().or_else(|| usual_target(&self.targets(file)))
    }
}

/// The target that counts if none is given.
pub(super) fn usual_target(targets: &[SmolStr]) -> Option<SmolStr> {
    match targets {
        [only] => Some(only.clone()),
        several => several.iter().find(|name| *name == USUAL_TARGET).cloned(),
    }
}

/// All keys of an image and of its file. `given` is the configuration, `usable` what of it does.
pub(super) fn all(
    db: &Database,
    file: FileId,
    symbolic: &Outcome,
    given: &KeyValues,
    usable: &KeyValues,
    wrong: &mut Wrong,
) -> Vec<GraphKey> {
    let names = Names::new(db, file);
    let valuation = Valuation::new(&symbolic.exprs, &symbolic.keys, usable);
    let text = |values: &KeyValues, key: &Key| {
        let found = values.given.iter().rev().find(|given| given.option == key.option);
        found.map(|given| given.text.clone())
    };
    let key = |(key, id): (&Key, u32)| {
        let value = valuation.key(KeyId(id)).map(|value| value.option(&key.ty));
        let asked = text(given, key);
        let refused = asked.as_deref().and_then(|asked| refusal(key, asked));
        GraphKey {
            option: key.option.clone(),
            short: key.short,
            name: key.name.clone(),
            scope: key.scope.clone(),
            stage: key.stage,
            ty: SmolStr::new(key.ty.to_string()),
            cases: match &key.ty {
                ValueType::Enum(of) => Some(of.cases.clone()),
                ValueType::Bool => Some(vec!["false".into(), "true".into()]),
                _ => None,
            },
            doc: key.doc.clone(),
            declared_by: names.short(&key.declared_by),
            default: key.default.map(|default| match symbolic.exprs.constant(default) {
                Some(value) => value.option(&key.ty),
                None => symbolic.exprs.text(default, &symbolic.keys),
            }),
            origin: match (text(usable, key), &value) {
                (Some(_), _) => Some("given"),
                (None, Some(_)) => Some("default"),
                (None, None) => None,
            },
            problem: refused.or_else(|| {
                let needed = wrong.take_needed(key.place);
                (value.is_none() && needed).then(|| "it needs a value".to_owned())
            }),
            value,
            range: Range { file: key.place.file, span: db.absolute(key.place) },
        }
    };
    symbolic.keys.iter().zip(0..).map(key).collect()
}
