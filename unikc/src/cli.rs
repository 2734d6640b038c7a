//! The command line: what `unikc` itself understands, and how the keys of a file become options.
//!
//! A command that evaluates a file is parsed twice. First a look at the arguments finds the file, since nothing but the
//! file knows what else is an option; then everything is parsed with the options of its keys.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};
use unik_graph::ValueType;

use crate::render::Format;

/// Options of `unikc` that take a value or none; a key of the same name would not be reachable.
pub(crate) const FILE: &str = "FILE";
pub(crate) const TARGET: &str = "target";
pub(crate) const UNIKERNEL: &str = "unikernel";
pub(crate) const LIBRARY: &str = "library";
pub(crate) const BOOT: &str = "boot";
const EVAL: &str = "eval";
/// The commands that take a target if none is said.
const CONCRETE: &[&str] = &["describe", "build", "run"];
/// Before the option of a key, to make the id of its argument.
const KEY: &str = "key:";

/// `unikc` as it is without a file.
pub(crate) fn command() -> Command {
    Command::new("unikc")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Unikernels composed in a language")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help("Exit codes: 0 done, 1 mistakes or a failure, 2 wrong usage.\n`run` ends with the code of the program that it ran.")
        .subcommands([
            Command::new("new").about("Make a project that runs at once").args([
                Arg::new("NAME").required(true).value_parser(value_parser!(PathBuf)).help("Its folder, named like it"),
                library(),
            ]),
            on_file("check", "Say what is wrong with a file").arg(
                Arg::new("message-format").long("message-format").value_name("FORMAT").default_value("human")
                    .value_parser(clap::builder::EnumValueParser::<Format>::new())
                    .help("How diagnostics are shown; `short` and `json` go to standard output"),
            ),
            Command::new("fmt").about("Lay out files").args([
                Arg::new("FILES").required(true).num_args(1..).value_name("FILE").value_hint(ValueHint::AnyPath)
                    .value_parser(value_parser!(PathBuf))
                    .help("`.unik` files, or folders with such files; `-` for standard input to standard output"),
                Arg::new("check").long("check").action(ArgAction::SetTrue)
                    .help("Write nothing; list the files that are not in their layout, and end with 1 if there are any"),
                Arg::new("diff").long("diff").action(ArgAction::SetTrue)
                    .help("Write nothing; show what would change"),
            ]),
            on_file("graph", "Show what an image consists of").args([
                Arg::new(EVAL).long(EVAL).action(ArgAction::SetTrue)
                    .help("Give every key its value, so that only devices remain"),
                Arg::new("format").long("format").value_name("FORMAT").default_value("text")
                    .value_parser(PossibleValuesParser::new(["text", "dot", "json", "svg", "html"]))
                    .help("As what"),
                Arg::new("output").long("output").short('o').value_name("OUT").value_hint(ValueHint::FilePath)
                    .value_parser(value_parser!(PathBuf)).help("Write it to a file instead of standard output"),
            ]),
            on_file("preview", "Show the graph on a page that follows the file").args([
                Arg::new("page-port").long("page-port").value_name("PORT").default_value("0").hide_default_value(true)
                    .value_parser(value_parser!(u16)).help("Where to serve the page, instead of on a free port of loopback"),
                Arg::new("browser").long("browser").action(ArgAction::SetTrue).help("Show the page in the browser"),
            ]),
            on_file("describe", "Tell about an image: keys, devices, crates, graph"),
            on_file("configure", "Write the crate of an image").arg(out()).mut_arg(TARGET, |target| target.required(true)),
            on_file("build", "Write the crate of an image and compile it").args([out(), profile(), offline()]),
            on_file("run", "Build an image and start it").args([
                out(),
                profile(),
                offline(),
                Arg::new(BOOT).last(true).num_args(0..).value_name("BOOT ARGUMENTS").value_parser(value_parser!(OsString))
                    .help("Arguments of the program"),
            ]),
            Command::new("lsp").about("Serve an editor over standard input and output").args([
                library(),
                Arg::new("stdio").long("stdio").action(ArgAction::SetTrue).hide(true)
                    .help("What editors add by themselves; it is always so"),
            ]),
            Command::new("explain").about("Explain a diagnostic")
                .arg(Arg::new("CODE").required(true).help("As it is shown: E0101")),
        ])
}

fn on_file(name: &'static str, about: &'static str) -> Command {
    let file =
        Arg::new(FILE).required(true).value_hint(ValueHint::FilePath).value_parser(value_parser!(PathBuf));
    Command::new(name).about(about).args([
        file.help("A `.unik` file, or a folder with an `app.unik`"),
        Arg::new(UNIKERNEL)
            .long("unikernel")
            .value_name("NAME")
            .help("Which unikernel of the file, if it has several"),
        Arg::new(TARGET).long("target").value_name("TARGET").help("What to run on"),
        library(),
    ])
}

fn library() -> Arg {
    Arg::new(LIBRARY)
        .long("library")
        .value_name("DIR")
        .env("UNIKC_LIBRARY")
        .hide_env_values(true)
        .value_hint(ValueHint::DirPath)
        .value_parser(value_parser!(PathBuf))
        .help("Where devices and platforms are, instead of where this `unikc` was built")
}

fn out() -> Arg {
    Arg::new("output")
        .long("output")
        .short('o')
        .value_name("DIR")
        .value_hint(ValueHint::DirPath)
        .value_parser(value_parser!(PathBuf))
        .help("Where to write, instead of `target/unik` beside the file")
}

fn profile() -> Arg {
    Arg::new("profile")
        .long("profile")
        .value_name("PROFILE")
        .default_value("release")
        .value_parser(PossibleValuesParser::new(["release", "small", "dev"]))
        .help("Optimised for speed, for size, or compiled faster")
}

fn offline() -> Arg {
    Arg::new("offline").long("offline").action(ArgAction::SetTrue).help("Never use the network")
}

/// A key as an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyOption {
    /// Long, without dashes.
    pub(crate) option: String,
    /// Short, without the dash.
    pub(crate) short: Option<char>,
    /// Its documentation.
    pub(crate) doc: String,
    /// Its type.
    pub(crate) ty: ValueType,
    /// Its default, as it is written.
    pub(crate) default: Option<String>,
    /// Whether help leaves it out: it is known at boot only, or another target has it; no option here, but told apart from a
    /// slip of the pen.
    pub(crate) hidden: bool,
}

/// `unikc` with the keys of `file` as options of the command `name`. A key with an option of `unikc` itself is left out:
/// it is a mistake of the file.
pub(crate) fn with_keys(command: Command, name: &str, file: &str, keys: &[KeyOption]) -> Command {
    let heading = format!("Keys of {file}");
    command.mut_subcommand(name, |mut command| {
        for key in keys {
            let taken =
                |arg: &Arg| arg.get_long() == Some(&key.option) || arg.get_id() == id(&key.option).as_str();
            // A key without a name is a mistake that has been reported.
            if ["", "help", "version"].contains(&key.option.as_str()) || command.get_arguments().any(taken) {
                continue;
            }
            let short = key.short.filter(|short| {
                *short != 'h' && command.get_arguments().all(|arg| arg.get_short() != Some(*short))
            });
            command = command.arg(argument(key, short, &heading));
        }
        command
    })
}

/// These keys, as they are on one target: those that it has no use for are not shown.
pub(crate) fn only(keys: Vec<KeyOption>, there: &[KeyOption]) -> Vec<KeyOption> {
    let on_it = |key: KeyOption| match there.iter().find(|other| other.option == key.option) {
        Some(there) => there.clone(),
        None => KeyOption { hidden: true, ..key },
    };
    keys.into_iter().map(on_it).collect()
}

/// `unikc` whose help of the command `name` says which target it is about, and how to see others.
pub(crate) fn with_target(command: Command, name: &str, target: &str, others: &[String]) -> Command {
    if others.is_empty() {
        return command;
    }
    let others = others.join(", ");
    command.mut_subcommand(name, |command| {
        command.after_help(format!(
            "What stands here is for the target `{target}`. For another, ask with `--target` and one of: {others}."
        ))
    })
}

fn argument(key: &KeyOption, short: Option<char>, heading: &str) -> Arg {
    let mut help: String = key.doc.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    if let Some(default) = &key.default {
        help += &format!(" [default: {default}]");
    }
    let parser: ValueParser = match &key.ty {
        ValueType::Enum(of) => PossibleValuesParser::new(of.cases.iter().map(|case| case.to_string())).into(),
        ValueType::Bool => PossibleValuesParser::new(["true", "false"]).into(),
        ty => {
            let ty = ty.clone();
            let parse = move |text: &str| match ty.parse(text) {
                Ok(_) => Ok(text.to_owned()),
                Err(error) => Err(error.reason),
            };
            ValueParser::new(parse)
        }
    };
    let arg = Arg::new(id(&key.option))
        .long(key.option.clone())
        .value_name(key.ty.to_string())
        .value_parser(parser);
    let arg = arg.help(help.trim().to_owned()).help_heading(heading.to_owned());
    // What no port can be is told by the value, not by an option that nobody has meant.
    let signed = matches!(key.ty, ValueType::Int | ValueType::Port);
    let arg = arg.allow_negative_numbers(signed).hide(key.hidden);
    let arg = match short {
        Some(short) => arg.short(short),
        None => arg,
    };
    match key.ty {
        ValueType::Bool => arg.num_args(0..=1).require_equals(true).default_missing_value("true"),
        _ => arg,
    }
}

fn id(option: &str) -> String {
    format!("{KEY}{option}")
}

/// The values of keys that the command line gives, by option.
pub(crate) fn given(matches: &ArgMatches, keys: &[KeyOption]) -> Vec<(String, String)> {
    let value = |key: &KeyOption| {
        let value = matches.try_get_one::<String>(&id(&key.option)).ok()??;
        Some((key.option.clone(), value.clone()))
    };
    keys.iter().filter_map(value).collect()
}

/// What can be seen without knowing the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline {
    /// The command.
    pub(crate) command: String,
    /// The file.
    pub(crate) file: Option<PathBuf>,
    /// The value of `--library`.
    pub(crate) library: Option<PathBuf>,
    /// The value of `--unikernel`.
    pub(crate) unikernel: Option<String>,
    /// The value of `--target`.
    pub(crate) target: Option<String>,
    /// Whether help is asked for.
    pub(crate) help: bool,
    /// Whether keys are to have their values, so that there is a target in any case.
    pub(crate) concrete: bool,
}

/// Looks at the arguments, the name of the program not included, and says which file they speak of. What follows an
/// option that is not known may be its value, so a later argument is preferred, or else one that is there.
pub(crate) fn outline(command: &Command, args: &[OsString]) -> Option<Outline> {
    let mut args = args.iter().take_while(|arg| *arg != "--");
    let name = args.find(|arg| !arg.as_encoded_bytes().starts_with(b"-"))?.to_str()?;
    let command = command.find_subcommand(name)?;
    command.get_arguments().find(|arg| arg.get_id() == FILE)?;
    let concrete = CONCRETE.contains(&name);
    let mut outline = Outline { command: name.to_owned(), concrete, ..Outline::default() };
    let mut uncertain = Vec::new();
    let mut unknown_before = false;
    while let Some(arg) = args.next() {
        let after_unknown = std::mem::take(&mut unknown_before);
        let Some(option) = Written::new(arg) else {
            match after_unknown {
                true => uncertain.push(PathBuf::from(arg)),
                false => outline.file = outline.file.or_else(|| Some(PathBuf::from(arg))),
            }
            continue;
        };
        let Some(known) = command.get_arguments().find(|arg| option.names(arg)) else {
            outline.help |= option.is("help", 'h');
            unknown_before = option.value.is_none();
            continue;
        };
        if known.get_action().takes_values() {
            let value =
                option.value.map(OsStr::to_owned).or_else(|| args.next().cloned()).unwrap_or_default();
            match known.get_id().as_str() {
                LIBRARY => outline.library = Some(PathBuf::from(value)),
                UNIKERNEL => outline.unikernel = value.into_string().ok(),
                TARGET => outline.target = value.into_string().ok(),
                _ => {}
            }
        }
        outline.concrete |= known.get_id() == EVAL;
    }
    let there = |path: &PathBuf| path.extension().is_some_and(|it| it == "unik") || is_project(path);
    outline.file = outline.file.or_else(|| uncertain.into_iter().find(there));
    Some(outline)
}

/// Whether it is a folder that stands for the `app.unik` in it.
pub(crate) fn is_project(path: &Path) -> bool {
    path.is_dir() && path.join("app.unik").is_file()
}

/// An option as it is written.
struct Written<'a> {
    name: &'a str,
    long: bool,
    value: Option<&'a OsStr>,
}

impl<'a> Written<'a> {
    fn new(arg: &'a OsStr) -> Option<Self> {
        let text = arg.to_str()?;
        if let Some(long) = text.strip_prefix("--") {
            return Some(match long.split_once('=') {
                Some((name, value)) => Self { name, long: true, value: Some(OsStr::new(value)) },
                None => Self { name: long, long: true, value: None },
            });
        }
        let short = text.strip_prefix('-').filter(|short| !short.is_empty())?;
        let (name, value) = short.split_at(short.chars().next().map_or(0, char::len_utf8));
        Some(Self { name, long: false, value: (!value.is_empty()).then(|| OsStr::new(value)) })
    }

    fn names(&self, arg: &Arg) -> bool {
        match self.long {
            true => arg.get_long() == Some(self.name),
            false => arg.get_short().is_some_and(|short| self.name.starts_with(short)),
        }
    }

    fn is(&self, long: &str, short: char) -> bool {
        if self.long { self.name == long } else { self.name.starts_with(short) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unik_graph::EnumType;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_file_is_found_among_options_that_only_it_knows() {
        let check = |line: &str, file: Option<&str>| {
            let args: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            let found = outline(&command(), &args).and_then(|outline| outline.file);
            assert_eq!(found.as_deref(), file.map(Path::new), "{line}");
        };
        check("build app.unik", Some("app.unik"));
        check("build app.unik --store direct", Some("app.unik"));
        check("build --store direct app.unik", Some("app.unik"));
        check("build --store=direct app.unik", Some("app.unik"));
        check("build --debug app.unik", Some("app.unik"));
        check("build -p 80 app.unik", Some("app.unik"));
        check("build -p80 app", Some("app"));
        check("build --target unix app", Some("app"));
        check("build --target=unix app", Some("app"));
        check("graph -o out.unik app", Some("app"));
        check("graph -oout.unik app", Some("app"));
        check("run -- app.unik", None);
        check("run app.unik -- b.unik", Some("app.unik"));
        check("build --help", None);
        check("explain E0101", None);
        check("", None);
    }

    #[test]
    fn keys_are_options_with_values_help_and_heading() {
        let store = EnumType {
            file: "app.unik".into(),
            folder: "".into(),
            name: "Store".into(),
            cases: vec!["crunch".into(), "direct".into()],
        };
        let key = |option: &str, short, ty: ValueType| KeyOption {
            option: option.into(),
            short,
            doc: format!("About {option}."),
            ty,
            default: Some("d".into()),
            hidden: false,
        };
        let keys = [
            key("store", None, ValueType::Enum(Arc::new(store))),
            key("port", Some('p'), ValueType::Port),
            key("quiet", None, ValueType::Bool),
            key("level", None, ValueType::Int),
            key("target", None, ValueType::Port),
            key("help", Some('h'), ValueType::Port),
            key("port", None, ValueType::Port),
        ];
        let command = || with_keys(command(), "graph", "app.unik", &keys);
        command().debug_assert();
        let check = |line: &str| {
            let matches =
                command().try_get_matches_from(line.split(' ')).map_err(|error| error.to_string())?;
            Ok::<_, String>(given(matches.subcommand().unwrap().1, &keys[..4]))
        };
        let pair = |option: &str, value: &str| (option.to_owned(), value.to_owned());
        assert_eq!(check("unikc graph a -p 8 --quiet"), Ok(vec![pair("port", "8"), pair("quiet", "true")]));
        assert_eq!(check("unikc graph --quiet=false a"), Ok(vec![pair("quiet", "false")]));
        assert_eq!(check("unikc graph a --level -3"), Ok(vec![pair("level", "-3")]));
        assert!(check("unikc graph a --port http").unwrap_err().contains("'http' for '--port <Port>'"));
        assert!(check("unikc graph a --stor crunch").unwrap_err().contains("'--store'"));
        assert!(check("unikc graph a --store crash").unwrap_err().contains("'crunch'"));
        let help = check("unikc graph --help").unwrap_err();
        let keys = help.split_once("Keys of app.unik:").unwrap().1;
        assert!(keys.contains("-p, --port <Port>") && keys.contains("About store. [default: d]"), "{help}");
    }
}
