//! The commands, one file each. Each gives the exit code, and has said why if it is not 0.
//!
//! What they have in common is here: the arguments, the file that is opened before they are understood, and how
//! mistakes in it are reported.

mod build;
mod check;
mod configure;
mod describe;
mod explain;
mod fmt;
mod graph;
mod lsp;
mod new;
mod preview;
mod run;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::error::{ContextKind, ErrorKind};
use unik_eval::Mode;
use unik_graph::DeviceGraph;
use unik_source::{Diagnostic, Sources};

use crate::attach::{self, Kind};
use crate::cli::{self, KeyOption};
use crate::library::Library;
use crate::render::{self, Format};
use crate::session::{Request, Session};
use crate::{exit, output};

/// The command that attaches things.
const RUN: &str = "run";

/// Does what the arguments ask for; the first is the name of the program.
pub(crate) fn run(args: Vec<OsString>) -> u8 {
    // Without options of keys there is no need to know them.
    match cli::command().try_get_matches_from(&args) {
        Ok(matches) => dispatch(&matches, None, Vec::new(), Vec::new()),
        Err(error) => run_with_keys(args, &error),
    }
}

/// Once more, with the keys of the file that the arguments seem to speak of.
fn run_with_keys(args: Vec<OsString>, error: &clap::Error) -> u8 {
    let outline = cli::outline(&cli::command(), args.get(1..).unwrap_or_default()).unwrap_or_default();
    let library = outline.library.clone().or_else(library_of_environment);
    let session = match outline.file.as_deref().map(|file| Session::open(file, library.as_deref())) {
        Some(Ok(session)) => session,
        Some(Err(reason)) if error.use_stderr() => return failure(reason),
        Some(Err(_)) | None => return misunderstood(error, None),
    };
    let unikernel = outline.unikernel.as_deref();
    // What an option means is told by the graph, also if the target has no use for it; help is about one target.
    let shown = if outline.help { for_target(&outline, &session) } else { None };
    let mut keys = session.keys(unikernel, None);
    let mut command = cli::command();
    if let Some((target, others)) = &shown {
        let there = session.keys(unikernel, Some(target));
        keys = cli::only(keys, &there);
        command = cli::with_target(command, &outline.command, target, others);
    }
    let mut command = cli::with_keys(command, &outline.command, session.shown(), &keys);
    let mut kinds = Vec::new();
    if outline.command == RUN {
        let target = shown.as_ref().map(|(target, _)| target.as_str());
        kinds = attach::kinds(&session.attachments(unikernel, target));
        command = attach::with_kinds(command, RUN, &kinds);
    }
    match command.try_get_matches_from(args) {
        Ok(matches) => dispatch(&matches, Some(session), keys, kinds),
        Err(error) => misunderstood(&error, Some(&session)),
    }
}

/// The target that would be taken, and the others; nothing if none would be, or one that is not there.
fn for_target(outline: &cli::Outline, session: &Session) -> Option<(String, Vec<String>)> {
    let (mut all, usual) = session.targets();
    let target = outline.target.clone().or(usual.filter(|_| outline.concrete))?;
    let at = all.iter().position(|name| *name == target)?;
    all.remove(at);
    Some((target, all))
}

/// Does what has been understood. `opened` is the file if it had to be opened for that.
fn dispatch(matches: &ArgMatches, opened: Option<Session>, keys: Vec<KeyOption>, kinds: Vec<Kind>) -> u8 {
    let Some((name, matches)) = matches.subcommand() else { return exit::USAGE };
    let path = |id: &str| matches.try_get_one::<PathBuf>(id).ok().flatten().map(PathBuf::as_path);
    match name {
        "explain" => explain::run(matches.get_one::<String>("CODE").map_or("", String::as_str)),
        "fmt" => fmt::run(matches),
        "lsp" => match Library::open(path(cli::LIBRARY)) {
            Ok(library) => lsp::run(&library),
            Err(reason) => failure(reason),
        },
        "new" => match Library::open(path(cli::LIBRARY)) {
            Ok(library) => new::run(path("NAME").unwrap_or(Path::new("")), &library),
            Err(reason) => failure(reason),
        },
        _ => {
            let file = path(cli::FILE).unwrap_or(Path::new(""));
            let opened = opened.filter(|session| session.given() == file);
            match opened.map_or_else(|| Session::open(file, path(cli::LIBRARY)), Ok) {
                Ok(session) => {
                    let asked = Asked { session, keys, kinds, matches };
                    let code = on_file(name, &asked);
                    // The process ends: taking the database apart, piece by piece, would serve nobody.
                    std::mem::forget(asked);
                    code
                }
                Err(reason) => failure(reason),
            }
        }
    }
}

fn on_file(name: &str, asked: &Asked<'_>) -> u8 {
    match name {
        "check" => check::run(asked),
        "graph" => graph::run(asked),
        "describe" => describe::run(asked),
        "preview" => preview::run(asked),
        "configure" => configure::run(asked),
        "build" => build::run(asked),
        RUN => run::run(asked),
        _ => exit::USAGE,
    }
}

fn library_of_environment() -> Option<PathBuf> {
    std::env::var_os("UNIKC_LIBRARY").filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

fn failure(reason: impl std::fmt::Display) -> u8 {
    output::error(reason);
    exit::FAILURE
}

/// Says why the arguments are not understood, or shows the help that they ask for. Mistakes of a file, which may hide its
/// keys, are the better reason.
fn misunderstood(error: &clap::Error, session: Option<&Session>) -> u8 {
    if let Some(session) = session.filter(|_| error.kind() == ErrorKind::UnknownArgument) {
        let diagnostics = session.diagnostics();
        if diagnostics.iter().any(Diagnostic::is_error) {
            report(session, &diagnostics);
            return exit::FAILURE;
        }
    }
    // There is nobody left to tell if this fails.
    let _ = error.print();
    let found = error.get(ContextKind::InvalidArg).map(ToString::to_string);
    if error.kind() == ErrorKind::UnknownArgument && matches!(found.as_deref(), Some("true" | "false")) {
        output::help("a flag takes its value behind `=`, as in `--debug=false`");
    }
    if error.use_stderr() { exit::USAGE } else { exit::SUCCESS }
}

/// A command with its file.
struct Asked<'m> {
    session: Session,
    keys: Vec<KeyOption>,
    kinds: Vec<Kind>,
    matches: &'m ArgMatches,
}

impl Asked<'_> {
    /// What the command line says about the image.
    fn request(&self, mode: Mode) -> Request {
        Request {
            unikernel: self.text(cli::UNIKERNEL).map(str::to_owned),
            target: self.text(cli::TARGET).map(str::to_owned),
            keys: cli::given(self.matches, &self.keys),
            mode,
        }
    }

    /// The graph of the image, after a report of everything that is wrong with it; nothing if that is an error.
    fn graph(&self, mode: Mode) -> Option<DeviceGraph> {
        let outcome = self.session.evaluate(&self.request(mode));
        let mut diagnostics = self.session.diagnostics();
        for diagnostic in outcome.diagnostics {
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
        report(&self.session, &diagnostics);
        let graph = outcome.graph.filter(|_| !diagnostics.iter().any(Diagnostic::is_error))?;
        if mode == Mode::Concrete {
            self.warn_of_idle(&graph);
        }
        Some(graph)
    }

    /// Warns of values that were given to keys which are not in the image: another target has them, or another choice.
    fn warn_of_idle(&self, graph: &DeviceGraph) {
        for (option, _) in cli::given(self.matches, &self.keys) {
            if graph.keys.iter().all(|key| key.option != option) {
                let target = graph.target.as_ref().map(|target| format!(" for `{}`", target.name));
                let target = target.unwrap_or_default();
                let image = &graph.unikernel;
                output::warning(format_args!("nothing of the image `{image}`{target} reads `--{option}`"));
            }
        }
    }

    fn text(&self, id: &str) -> Option<&str> {
        self.matches.try_get_one::<String>(id).ok().flatten().map(String::as_str)
    }

    fn path(&self, id: &str) -> Option<&Path> {
        self.matches.try_get_one::<PathBuf>(id).ok().flatten().map(PathBuf::as_path)
    }

    fn flag(&self, id: &str) -> bool {
        self.matches.try_get_one::<bool>(id).ok().flatten().copied().unwrap_or_default()
    }
}

/// Shows diagnostics of a file and what it imports to people.
fn report(session: &Session, diagnostics: &[Diagnostic]) {
    tell(session.sources(), diagnostics);
}

/// Shows diagnostics to people, with their number if they are several.
fn tell(sources: &dyn Sources, diagnostics: &[Diagnostic]) {
    if diagnostics.is_empty() {
        return;
    }
    let mut text = render::render(diagnostics, sources, Format::Human, output::colours());
    if let Some(summary) = render::summary(diagnostics) {
        text += &format!("{summary}\n");
    }
    output::err(&text);
}
