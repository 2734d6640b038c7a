//! Constants, types and keys as Rust texts, and what these texts need around them: imports, constants with a name,
//! tables of files, enums.
//!
//! It is handed through the whole translation, and what it has gathered becomes part of the plan.

mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use unik_graph::{Const, DeviceGraph, EnumType, HostPath, KeyId, ValueType};
use unik_source::{Diagnostic, Place};

use crate::crates::Crates;
use crate::layout::{Code, fill, lay, string};
use crate::names::{Names, upper_camel};
use crate::parts::{FilesTable, LocalEnum, NamedConstant};
use crate::resolution::{Resolution, enum_of};

/// Texts of values, and what has been gathered for them.
pub(crate) struct Values<'v> {
    pub(crate) graph: &'v DeviceGraph,
    pub(crate) resolution: &'v Resolution,
    pub(crate) crates: Crates<'v>,
    /// Names at the top of `main.rs`.
    pub(crate) names: Names,
    /// The fields of `Keys`.
    fields: BTreeMap<KeyId, String>,
    /// The keys that have been read since somebody asked.
    reads: BTreeSet<KeyId>,
    /// Paths to `use`.
    pub(crate) imports: BTreeSet<String>,
    pub(crate) constants: Vec<NamedConstant>,
    constant_names: BTreeMap<(String, String), String>,
    pub(crate) tables: Vec<FilesTable>,
    table_names: BTreeMap<HostPath, String>,
    /// Files to write beside the sources.
    pub(crate) copies: BTreeMap<String, Arc<[u8]>>,
    /// Enums that a device takes: its crate declares them.
    foreign: BTreeSet<(String, String)>,
    pub(crate) enums: Vec<LocalEnum>,
    enum_names: BTreeMap<(String, String), usize>,
    /// Who asks at the moment, for diagnostics.
    pub(crate) place: Place,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'v> Values<'v> {
    /// `reserved` are the names of the frame.
    pub(crate) fn new(graph: &'v DeviceGraph, resolution: &'v Resolution, reserved: &[&str]) -> Self {
        // Where keys are variables, only these are other things.
        let mut fields = Names::new(["arguments", "exact", "default", "part"]);
        let named = graph.keys.iter().enumerate().map(|(at, key)| {
            let id = KeyId(u32::try_from(at).unwrap_or(u32::MAX));
            (id, fields.lower(&key.option))
        });
        let named = named.collect();
        // Functions are called where keys are variables.
        let mut names = fields;
        reserved.iter().for_each(|name| names.take(name));
        Self {
            graph,
            resolution,
            crates: Crates::new(resolution),
            names,
            fields: named,
            reads: BTreeSet::new(),
            imports: BTreeSet::new(),
            constants: Vec::new(),
            constant_names: BTreeMap::new(),
            tables: Vec::new(),
            table_names: BTreeMap::new(),
            copies: BTreeMap::new(),
            foreign: foreign(graph),
            enums: Vec::new(),
            enum_names: BTreeMap::new(),
            place: graph.place,
            diagnostics: Vec::new(),
        }
    }

    /// Makes sure that `path` is imported.
    pub(crate) fn import(&mut self, path: &str) {
        self.imports.insert(path.to_owned());
    }

    /// The field of a key, without `keys.`.
    pub(crate) fn field(&self, key: KeyId) -> String {
        self.fields.get(&key).cloned().unwrap_or_default()
    }

    /// The fields of all keys.
    pub(crate) fn all_fields(&self) -> Vec<String> {
        self.fields.values().cloned().collect()
    }

    /// The keys that have been read since this was asked last, sorted.
    pub(crate) fn take_reads(&mut self) -> Vec<KeyId> {
        core::mem::take(&mut self.reads).into_iter().collect()
    }

    /// The `use` lines for the standard library.
    pub(crate) fn std_imports(&self) -> Vec<String> {
        let net: Vec<&str> =
            self.imports.iter().filter_map(|path| path.strip_prefix("core::net::")).collect();
        let rest = self.imports.iter().filter(|path| !path.starts_with("core::net::"));
        let net = if net.is_empty() { Vec::new() } else { fill("core::net", &net) };
        net.into_iter().chain(rest.map(|path| format!("use {path};"))).collect()
    }

    /// The value of a key as a variable; one that is known when configuring only is a constant.
    pub(crate) fn key(&mut self, id: KeyId) -> String {
        let key = &self.graph.keys[id.0 as usize];
        match (&key.value, key.stage) {
            (Some(value), unik_graph::Stage::Configure) => self.constant(value, &key.ty, &key.name),
            _ => {
                self.reads.insert(id);
                self.field(id)
            }
        }
    }

    /// A type in the program; `'static` where it needs a lifetime that is not elided.
    pub(crate) fn ty(&mut self, ty: &ValueType, lifetime: &str) -> String {
        let text = match ty {
            ValueType::Bool => "bool",
            ValueType::Int => "i64",
            ValueType::Str | ValueType::Path => return format!("&{lifetime}str"),
            ValueType::Port => "u16",
            ValueType::Ip => return self.net("IpAddr"),
            ValueType::Ipv4 => return self.net("Ipv4Addr"),
            ValueType::Ipv6 => return self.net("Ipv6Addr"),
            ValueType::Cidr => "unik::net::Cidr",
            ValueType::Mac => "unik::net::Mac",
            ValueType::Duration => {
                self.import("core::time::Duration");
                "Duration"
            }
            ValueType::Size => "u64",
            ValueType::Files => return format!("&{lifetime}unik::kv::Files"),
            ValueType::List(of) => return format!("&{lifetime}[{}]", self.ty(of, lifetime)),
            ValueType::Option(of) => return format!("Option<{}>", self.ty(of, lifetime)),
            ValueType::Enum(declared) => return self.enum_path(declared),
        };
        text.to_owned()
    }

    /// A constant as one line of code. `hint` names what has to stand apart.
    pub(crate) fn constant(&mut self, value: &Const, ty: &ValueType, hint: &str) -> String {
        match value {
            Const::Bool(value) => value.to_string(),
            Const::Int(i64::MIN) => "i64::MIN".to_owned(),
            Const::Int(value) => value.to_string(),
            Const::Str(value) => string(value),
            Const::Path(path) => self.path(path, hint),
            Const::Port(value) => value.to_string(),
            Const::Ip(value) => self.ip(*value),
            Const::Ipv4(value) => self.ipv4(*value),
            Const::Ipv6(value) => self.ipv6(*value),
            Const::Cidr(value) => {
                let address = self.ip(value.address);
                let call = format!("unik::net::Cidr::new({address}, {})", value.prefix);
                let code = Code::Chain(call, vec!["unwrap()".to_owned()]);
                self.named(hint, "unik::net::Cidr", &code)
            }
            Const::Mac(bytes) => {
                let bytes = bytes.map(|byte| format!("{byte:#04x}")).join(", ");
                format!("unik::net::Mac([{bytes}])")
            }
            Const::Duration(nanos) => self.duration(*nanos),
            Const::Size(value) => value.to_string(),
            Const::Files(folder) => format!("&{}", self.files(folder, hint)),
            Const::List(items) => self.list(items, ty, hint),
            Const::Some(value) => match ty {
                ValueType::Option(of) => format!("Some({})", self.constant(value, of, hint)),
                _ => self.constant(value, ty, hint),
            },
            Const::None => "None".to_owned(),
            Const::Case(case) => match ty {
                ValueType::Enum(declared) => self.case(declared, *case),
                _ => case.to_string(),
            },
        }
    }

    fn net(&mut self, name: &str) -> String {
        self.import(&format!("core::net::{name}"));
        name.to_owned()
    }

    fn ip(&mut self, address: IpAddr) -> String {
        let inner = match address {
            IpAddr::V4(address) => format!("V4({})", self.ipv4(address)),
            IpAddr::V6(address) => format!("V6({})", self.ipv6(address)),
        };
        format!("{}::{inner}", self.net("IpAddr"))
    }

    fn ipv4(&mut self, address: Ipv4Addr) -> String {
        let name = self.net("Ipv4Addr");
        match address {
            Ipv4Addr::LOCALHOST => format!("{name}::LOCALHOST"),
            Ipv4Addr::UNSPECIFIED => format!("{name}::UNSPECIFIED"),
            _ => format!("{name}::new({})", address.octets().map(|octet| octet.to_string()).join(", ")),
        }
    }

    fn ipv6(&mut self, address: Ipv6Addr) -> String {
        let name = self.net("Ipv6Addr");
        match address {
            Ipv6Addr::LOCALHOST => format!("{name}::LOCALHOST"),
            Ipv6Addr::UNSPECIFIED => format!("{name}::UNSPECIFIED"),
            _ => {
                let segments = address
                    .segments()
                    .map(|part| if part == 0 { "0".to_owned() } else { format!("{part:#x}") });
                format!("{name}::new({})", segments.join(", "))
            }
        }
    }

    fn duration(&mut self, nanos: u64) -> String {
        self.import("core::time::Duration");
        let (amount, unit) = match nanos {
            0 => return "Duration::ZERO".to_owned(),
            _ if nanos.is_multiple_of(1_000_000_000) => (nanos / 1_000_000_000, "secs"),
            _ if nanos.is_multiple_of(1_000_000) => (nanos / 1_000_000, "millis"),
            _ if nanos.is_multiple_of(1_000) => (nanos / 1_000, "micros"),
            _ => (nanos, "nanos"),
        };
        format!("Duration::from_{unit}({amount})")
    }

    fn list(&mut self, items: &[Const], ty: &ValueType, hint: &str) -> String {
        let ValueType::List(of) = ty else { return "&[]".to_owned() };
        if items.is_empty() {
            return "&[]".to_owned();
        }
        let texts: Vec<String> = items.iter().map(|item| self.constant(item, of, hint)).collect();
        let ty = format!("&[{}]", self.ty(of, ""));
        self.named(hint, &ty, &Code::list(texts))
    }

    /// Gives a constant a name of its own; equal ones share it.
    pub(crate) fn named(&mut self, hint: &str, ty: &str, code: &Code) -> String {
        let key = (ty.to_owned(), code.line());
        if let Some(name) = self.constant_names.get(&key) {
            return name.clone();
        }
        let name = self.names.upper(hint);
        let lines = lay(0, &format!("const {name}: {ty} ="), code, ";");
        self.constants.push(NamedConstant { name: name.clone(), lines, place: self.place });
        self.constant_names.insert(key, name.clone());
        name
    }

    fn case(&mut self, declared: &Arc<EnumType>, case: u32) -> String {
        let path = self.enum_path(declared);
        let at = (declared.folder.to_string(), declared.name.to_string());
        let local = self.enum_names.get(&at).map(|at| &self.enums[*at]);
        let variant = match local {
            Some(local) => local.cases.get(case as usize).cloned(),
            None => declared.cases.get(case as usize).map(|name| upper_camel(name)),
        };
        format!("{path}::{}", variant.unwrap_or_default())
    }

    /// An enum's path: in the crate that declares it if a device takes it, of the generated crate otherwise.
    pub(crate) fn enum_path(&mut self, declared: &Arc<EnumType>) -> String {
        let at = (declared.folder.to_string(), declared.name.to_string());
        if self.foreign.contains(&at) {
            return match self.crates.lib(&declared.folder) {
                Ok(lib) => format!("{lib}::{}", declared.name),
                Err(missing) => {
                    self.diagnostics.push(missing.diagnostic(self.place));
                    declared.name.to_string()
                }
            };
        }
        if let Some(known) = self.enum_names.get(&at) {
            return self.enums[*known].name.clone();
        }
        let name = self.names.camel(&declared.name);
        self.enum_names.insert(at, self.enums.len());
        self.enums.push(LocalEnum::new(name.clone(), declared));
        name
    }

    /// Whether a device takes the enum of this type, so that a crate of the user declares it.
    pub(crate) fn is_foreign(&self, ty: &ValueType) -> bool {
        match ty {
            ValueType::Enum(declared) => {
                self.foreign.contains(&(declared.folder.to_string(), declared.name.to_string()))
            }
            _ => false,
        }
    }

    fn report(&mut self, code: unik_source::Code, message: String) {
        self.diagnostics.push(Diagnostic::error(code, message, self.place, "used here"));
    }
}

/// The enums that devices take, by folder and name.
fn foreign(graph: &DeviceGraph) -> BTreeSet<(String, String)> {
    let values = graph.nodes().filter_map(|(_, node)| match &node.kind {
        unik_graph::NodeKind::Device(device) => Some(device),
        unik_graph::NodeKind::Choice(_) => None,
    });
    values
        .flat_map(|device| &device.args)
        .filter_map(|argument| match argument.value {
            unik_graph::ArgumentValue::Value(value) => enum_of(graph.exprs.ty(value)),
            unik_graph::ArgumentValue::Device => None,
        })
        .map(|declared| (declared.folder.to_string(), declared.name.to_string()))
        .collect()
}
