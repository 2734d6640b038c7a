//! What the tools of a host need to know of an image to run it, and how a platform's templates become files for them.
//!
//! It is pure. [`launch`] gathers the facts from the graph, [`render`] fills one template in. Which templates there are and
//! where the files go is `unikc`'s affair; what they say is the platform's, in whose folder they lie.
//!
//! Nothing is escaped by itself, since the templates are of many languages; the filters `sh`, `xml`, `remark` and `json` do
//! it, and `mac` makes an address. Documentation has been brought to one line without control characters.

mod ports;

use std::collections::BTreeMap;
use std::fmt;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;
use unik_graph::{DeviceGraph, Key, Stage, ValueType};

use crate::hash::digest;
use crate::layout::comment;

pub use ports::{Listened, Variable};

/// Room for an image beside what is loaded of it, in MiB.
const ROOM: u64 = 64;

/// What a template may say of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Launch {
    /// The name of the unikernel.
    pub image: String,
    /// The target.
    pub target: String,
    /// The name of the image's file, without a folder. What is rendered lies beside it.
    pub artifact: String,
    /// Who wrote the files: `unikc 0.1.0`.
    pub generator: String,
    /// Memory that suffices for most, in MiB: what is loaded of the image, and 64 beside it.
    pub memory: u64,
    /// What can be attached, by the kinds of the platform; each in the order of the graph, perhaps empty.
    pub attachments: BTreeMap<String, Vec<Attached>>,
    /// The ports that it listens on, in start order.
    pub ports: Vec<Listened>,
    /// The keys that decide about ports, those before that a default reads.
    pub variables: Vec<Variable>,
    /// The keys that can be given at boot.
    pub keys: Vec<BootKey>,
}

/// A thing that the host attaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attached {
    /// Its name: `service`.
    pub name: String,
    /// What it is for, in one line.
    pub doc: String,
}

/// A key that can be given at boot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BootKey {
    /// Its long option, without dashes.
    pub option: String,
    /// Its short option.
    pub short: Option<char>,
    /// Its type.
    pub ty: String,
    /// What it is for, in one line.
    pub doc: String,
    /// Its value if it is not given, as it would be given; none if it must be, or if it follows from other keys.
    pub default: Option<String>,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is a `Bool`, which takes a value only behind `=`.
    pub flag: bool,
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1, if one is to blame.
    pub line: Option<usize>,
    /// What is wrong, in one line without a full stop.
    pub reason: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// The facts of an image. `artifact` is the name of its file, `loaded` how many bytes it takes in memory when it starts.
pub fn launch(graph: &DeviceGraph, artifact: &str, loaded: u64, generator: &str) -> Launch {
    let kinds = graph.target.iter().flat_map(|target| &target.attach);
    let mut attachments: BTreeMap<String, Vec<Attached>> =
        kinds.map(|(kind, _)| (kind.to_string(), Vec::new())).collect();
    for attached in &graph.attachments {
        let one = Attached { name: attached.name.to_string(), doc: comment(&attached.doc) };
        attachments.entry(attached.kind.to_string()).or_default().push(one);
    }
    let (ports, variables) = ports::listened(graph);
    Launch {
        image: graph.unikernel.to_string(),
        target: graph.target.as_ref().map(|target| target.name.to_string()).unwrap_or_default(),
        artifact: artifact.to_owned(),
        generator: generator.to_owned(),
        memory: loaded.div_ceil(1 << 20) + ROOM,
        attachments,
        ports,
        variables,
        keys: graph.keys.iter().filter(|key| key.stage != Stage::Configure).map(|k| boot(graph, k)).collect(),
    }
}

fn boot(graph: &DeviceGraph, key: &Key) -> BootKey {
    let default = key.given.as_ref().or_else(|| graph.exprs.constant(key.default?));
    BootKey {
        option: key.option.to_string(),
        short: key.short,
        ty: key.ty.to_string(),
        doc: comment(&key.doc),
        default: default.map(|value| comment(&value.option(&key.ty))),
        required: key.given.is_none() && key.default.is_none(),
        flag: key.ty == ValueType::Bool,
    }
}

/// Fills a template in. `name` is what it is called in what minijinja says.
pub fn render(name: &str, template: &str, launch: &Launch) -> Result<String, Broken> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let syntax =
        SyntaxConfig::builder().keep_trailing_newline(true).trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the delimiters are those that minijinja has by itself"));
    environment.add_filter("sh", |text: &str| format!("'{}'", text.replace('\'', r"'\''")));
    environment.add_filter("xml", xml);
    // Two dashes end a remark of XML.
    environment.add_filter("remark", |text: &str| text.replace("--", "- -").replace("--", "- -"));
    environment.add_filter("json", |value: &Value| {
        serde_json::to_string(value)
            .map_err(|error| minijinja::Error::new(minijinja::ErrorKind::BadSerialization, error.to_string()))
    });
    environment.add_filter("mac", |text: &str| mac(text));
    environment
        .render_named_str(name, template, Value::from(Serde(launch)))
        .map_err(|error| Broken { line: error.line(), reason: comment(&reason(&error)) })
}

/// What an error says, without the place, which whoever shows it knows better.
fn reason(error: &minijinja::Error) -> String {
    let kind = error.kind().to_string();
    error.detail().map_or_else(|| kind.clone(), |detail| format!("{kind}: {detail}"))
}

fn xml(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&apos;",
            char => out.push(char),
        }
    }
    out
}

/// A locally administered address of one station (IEEE 802, U/L bit set, I/G bit clear) that a text always gives.
fn mac(text: &str) -> String {
    let bytes = digest(text).to_be_bytes();
    let rest: Vec<String> = bytes[3..].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("02:{}", rest.join(":"))
}
