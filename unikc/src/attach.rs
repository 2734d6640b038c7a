//! What the host attaches to an image that runs, as options: `--nic service=tap0`, `--disk data=disk.img`.
//!
//! The kinds and names come from the graph. What a value means is the affair of the target: its launcher, or the
//! program itself, gets the options as they were given.

use std::ffi::OsString;

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use unik_graph::{Attachment, DeviceGraph};

/// The heading of these options in `--help`.
const HEADING: &str = "What is attached";
/// Before a kind, to make the id of its argument.
const ATTACH: &str = "attach:";

/// A kind of attachments as an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The option without dashes: `nic`.
    kind: String,
    /// What can be attached: name and documentation.
    things: Vec<(String, String)>,
}

/// An option that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    kind: String,
    name: String,
    value: String,
}

/// The kinds of these attachments, each once, in order.
pub(crate) fn kinds<'a>(attachments: impl IntoIterator<Item = &'a Attachment>) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for attached in attachments {
        let at = kinds.iter().position(|kind| kind.kind == attached.kind).unwrap_or_else(|| {
            kinds.push(Kind { kind: attached.kind.to_string(), things: Vec::new() });
            kinds.len() - 1
        });
        let things = &mut kinds[at].things;
        if things.iter().all(|(name, _)| *name != attached.name) {
            things.push((attached.name.to_string(), attached.doc.to_string()));
        }
    }
    kinds
}

/// `unikc` with the kinds as options of the command `name`. One that is taken already is a mistake of the file.
pub(crate) fn with_kinds(command: Command, name: &str, kinds: &[Kind]) -> Command {
    command.mut_subcommand(name, |mut command| {
        for kind in kinds {
            if command.get_arguments().all(|arg| arg.get_long() != Some(&kind.kind)) {
                command = command.arg(argument(kind));
            }
        }
        command
    })
}

fn argument(kind: &Kind) -> Arg {
    let clean = |doc: &str| -> String {
        let line = doc.lines().next().unwrap_or_default();
        line.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
    };
    let help: Vec<String> =
        kind.things.iter().map(|(name, doc)| format!("{name}: {}", clean(doc)).trim().to_owned()).collect();
    let names: Vec<String> = kind.things.iter().map(|(name, _)| name.clone()).collect();
    let parse = move |text: &str| match text.split_once('=') {
        Some((name, _)) if !names.iter().any(|known| known == name) => Err(unknown(name, &names)),
        Some((_, "")) | None => Err("it is written NAME=VALUE".to_owned()),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
    };
    Arg::new(format!("{ATTACH}{}", kind.kind))
        .long(kind.kind.clone())
        .value_name("NAME=VALUE")
        .value_parser(ValueParser::new(parse))
        .action(ArgAction::Append)
        .help(help.join("\n"))
        .help_heading(HEADING)
}

fn unknown(name: &str, names: &[String]) -> String {
    let known: Vec<String> = names.iter().map(|known| format!("`{known}`")).collect();
    let near = names.iter().min_by_key(|known| strsim::damerau_levenshtein(known, name));
    let hint = near.filter(|near| strsim::damerau_levenshtein(near, name) <= 2);
    match hint {
        Some(near) => format!("the image asks for no `{name}`; did you mean `{near}`?"),
        None => format!("the image asks for no `{name}`, but for {}", known.join(", ")),
    }
}

/// What the command line attaches, kind by kind.
pub(crate) fn given(matches: &ArgMatches, kinds: &[Kind]) -> Vec<Given> {
    let mut given = Vec::new();
    for kind in kinds {
        let values = matches.try_get_many::<(String, String)>(&format!("{ATTACH}{}", kind.kind));
        for (name, value) in values.ok().flatten().into_iter().flatten() {
            given.push(Given { kind: kind.kind.clone(), name: name.clone(), value: value.clone() });
        }
    }
    given
}

/// What is wrong with that for the image as it has been configured: something given twice, or that it does not ask for.
pub(crate) fn check(given: &[Given], graph: &DeviceGraph) -> Result<(), String> {
    for (at, one) in given.iter().enumerate() {
        let Given { kind, name, .. } = one;
        if given[..at].iter().any(|before| before.kind == *kind && before.name == *name) {
            return Err(format!("`--{kind} {name}=…` is given twice"));
        }
        let of_kind = graph.attachments.iter().filter(|attached| attached.kind == *kind);
        let names: Vec<String> = of_kind.map(|attached| attached.name.to_string()).collect();
        if !names.contains(name) {
            let target = graph.target.as_ref().map(|target| target.name.as_str()).unwrap_or_default();
            return Err(match names.is_empty() {
                true => {
                    format!("`--{kind} {name}={}`: on `{target}` the image asks for no {kind}", one.value)
                }
                false => format!("`--{kind} {name}={}`: {}", one.value, unknown(name, &names)),
            });
        }
    }
    Ok(())
}

/// As they were given, for whoever attaches things.
pub(crate) fn options(given: &[Given]) -> impl Iterator<Item = OsString> + '_ {
    given
        .iter()
        .flat_map(|one| [format!("--{}", one.kind).into(), format!("{}={}", one.name, one.value).into()])
}

#[cfg(test)]
mod tests {
    use unik_source::{FileId, Place, Span};

    use super::*;

    fn attachment(kind: &str, name: &str) -> Attachment {
        let place = Place::in_file(FileId(0), Span::new(0, 0));
        let (kind, node, doc) = (kind.into(), name.into(), format!("About {name}.\nMore.").into());
        Attachment { kind, name: name.into(), node, doc, place }
    }

    #[test]
    fn attachments_are_options_by_kind() {
        let things = [attachment("disk", "data"), attachment("nic", "service"), attachment("nic", "back")];
        let kinds = kinds(&things);
        let command = || with_kinds(crate::cli::command(), "run", &kinds);
        command().debug_assert();
        let check = |line: &str| {
            let matches =
                command().try_get_matches_from(line.split(' ')).map_err(|error| error.to_string())?;
            let given = given(matches.subcommand().expect("it has one").1, &kinds);
            Ok::<_, String>(options(&given).map(|it| it.to_string_lossy().into_owned()).collect::<Vec<_>>())
        };
        assert_eq!(
            check("unikc run a --nic service=tap0,mac=x --disk data=/d=1 --nic back=user -- --nic x"),
            Ok(["--disk", "data=/d=1", "--nic", "service=tap0,mac=x", "--nic", "back=user"]
                .map(str::to_owned)
                .to_vec())
        );
        for (line, words) in [
            ("unikc run a --nic servce=tap0", "did you mean `service`?"),
            ("unikc run a --nic other=tap0", "but for `service`, `back`"),
            ("unikc run a --nic service", "NAME=VALUE"),
            ("unikc run a --nic service=", "NAME=VALUE"),
            ("unikc build a --nic service=x", "unexpected argument"),
        ] {
            let said = check(line).expect_err(line);
            assert!(said.contains(words), "{said}");
        }
        let help = check("unikc run --help").expect_err("help is no run");
        let section = help.split_once("What is attached:").expect("it has a section").1;
        assert!(section.contains("--nic <NAME=VALUE>") && section.contains("back: About back."), "{help}");
    }
}
