//! A plan as the files of a crate.
//!
//! Everything that had to be decided stands in the plan; here it is only written down, by the templates in `templates/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use smol_str::SmolStr;

use crate::hash::digest;
use crate::parts::Plan;
use crate::source_map::{SourceMap, unmark};

const MAIN: &str = include_str!("../templates/main.rs.j2");
const MANIFEST: &str = include_str!("../templates/Cargo.toml.j2");
const CONFIG: &str = include_str!("../templates/config.toml.j2");

/// A crate in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate {
    /// The name of its package.
    pub package: String,
    /// The name of its program.
    pub program: String,
    /// Its files, by their paths below its folder.
    pub files: BTreeMap<String, Content>,
    /// The folders of the crates that it depends on, by the names that rustc has for them.
    pub libs: BTreeMap<String, SmolStr>,
    /// What the lines of `src/main.rs` are about.
    pub source_map: SourceMap,
}

/// The content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text.
    Text(String),
    /// Bytes of the user, copied.
    Bytes(Arc<[u8]>),
}

impl Content {
    /// As bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// Writes a plan down. It fails only if a template does.
pub(crate) fn write(plan: &Plan) -> Result<Crate, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Neither file is HTML.
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.add_filter("toml", |text: &str| toml::Value::from(text).to_string());
    let input = Value::from(Serde(plan));
    let json = serde_json::to_string(plan)
        .map_err(|error| minijinja::Error::new(minijinja::ErrorKind::BadSerialization, error.to_string()))?;
    let digest = format!("{:016x}", digest(&json));
    let render = |template: &str| {
        environment.render_str(template, context! { digest => digest.as_str(), ..input.clone() })
    };
    let manifest = render(MANIFEST)?;
    let (main, source_map) = unmark(&render(MAIN)?, &plan.origins);
    let mut files: BTreeMap<String, Content> =
        plan.copies.iter().map(|(path, bytes)| (path.clone(), Content::Bytes(bytes.clone()))).collect();
    if plan.link.is_some() {
        files.insert(".cargo/config.toml".to_owned(), Content::Text(render(CONFIG)? + "\n"));
    }
    files.insert("Cargo.toml".to_owned(), Content::Text(manifest + "\n"));
    files.insert("src/main.rs".to_owned(), Content::Text(main));
    Ok(Crate {
        package: plan.package.clone(),
        program: plan.program.clone(),
        files,
        libs: plan.libs.clone(),
        source_map,
    })
}
