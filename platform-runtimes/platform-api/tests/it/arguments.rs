//! Which arguments mean what, and what is said of those that mean nothing.

use expect_test::{Expect, expect};
use unik_platform::{Arguments, Exit, Image, Key, Stop};

static IMAGE: Image = Image {
    name: "sample",
    doc: "An image with keys of every kind.\n\nIts second paragraph is so long that it does not fit into eighty columns and goes on.",
    keys: &[PORT, DEBUG, QUIET, NAMES, OWNER, SCOPED],
    attachments: &[],
};

const PORT: Key =
    Key { short: Some('p'), default: Some("8080"), ..Key::new("port", "Port", "TCP port to listen on.") };
const DEBUG: Key =
    Key { short: Some('d'), default: Some("false"), flag: true, ..Key::new("debug", "Bool", "Say more.") };
const QUIET: Key = Key { short: Some('q'), flag: true, ..Key::new("quiet", "Bool", "Say less.") };
const NAMES: Key = Key {
    short: Some('n'),
    default: Some("[a, b]"),
    many: true,
    ..Key::new(
        "names",
        "List(Str)",
        "Names to answer to. Each is one under which clients know this program; they are compared without regard to case.",
    )
};
const OWNER: Key = Key {
    required: true,
    choices: &["me", "you"],
    ..Key::new("owner", "Who", "Who owns it.\n\nNobody else.")
};
const SCOPED: Key = Key::new("management-ipv4", "Ipv4", "");

fn read(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Arguments, Stop> {
    Arguments::read(&IMAGE, arguments.iter().map(|text| String::from(*text)), |name| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| String::from(*value))
    })
}

/// The texts that arrive at `port`, `debug`, `quiet` and `names`, or the message.
fn check(arguments: &[&str], expected: &str) {
    check_with(arguments, &[], expected);
}

fn check_with(arguments: &[&str], environment: &[(&str, &str)], expected: &str) {
    let shown = match read(arguments, environment) {
        Ok(read) => IMAGE
            .keys
            .iter()
            .filter_map(|key| {
                let text = read.get_with(key, |text| Ok(String::from(text))).expect("any text is taken")?;
                Some(format!("{}={text}", key.option))
            })
            .collect::<Vec<_>>()
            .join(" "),
        Err(Stop::Help(_)) => "help".into(),
        Err(Stop::Wrong(failure)) => {
            assert_eq!(failure.exit, Exit::USAGE);
            failure.message
        }
    };
    assert_eq!(shown, expected, "{arguments:?} {environment:?}");
}

#[test]
fn values_stand_behind_long_options() {
    check(&[], "");
    check(&["--port=9000"], "port=9000");
    check(&["--port", "9000"], "port=9000");
    check(&["--port="], "port=");
    check(&["--port", "--debug"], "port=--debug");
    check(&["--port=a=b"], "port=a=b");
    check(&["--management-ipv4", "10.0.0.1"], "management-ipv4=10.0.0.1");
}

#[test]
fn values_stand_behind_short_options() {
    check(&["-p", "9000"], "port=9000");
    check(&["-p9000"], "port=9000");
    check(&["-p=9000"], "port=9000");
    check(&["-p", "-1"], "port=-1");
    check(&["-dqp9000"], "port=9000 debug=true quiet=true");
    check(&["-dp", "9000"], "port=9000 debug=true");
}

#[test]
fn flags_take_a_value_only_behind_an_equals_sign() {
    check(&["--debug"], "debug=true");
    check(&["--debug=false"], "debug=false");
    check(&["-d"], "debug=true");
    check(&["-d=false"], "debug=false");
    check(&["--debug", "false"], "`false` is not expected: values stand behind keys, as in --key=false");
}

#[test]
fn lists_join_and_other_keys_are_given_once() {
    check(&["--names=a", "-nb", "--names", "c,d"], "names=a,b,c,d");
    check(&["--names=[a, b]", "--names=[c]"], "names=a, b,c");
    check(&["--names=[a, b]"], "names=[a, b]");
    check(&["--port=1", "-p2"], "--port is given twice");
    check(&["-dd"], "--debug is given twice");
}

#[test]
fn the_environment_counts_where_no_argument_does() {
    check_with(&[], &[("UNIK_PORT", "9000")], "port=9000");
    check_with(&["--port=1"], &[("UNIK_PORT", "9000")], "port=1");
    check_with(&["--names=a"], &[("UNIK_NAMES", "b")], "names=a");
    check_with(&[], &[("UNIK_MANAGEMENT_IPV4", "::")], "management-ipv4=::");
    check_with(&[], &[("UNIK_NOTHING", "x"), ("PORT", "1")], "");
}

#[test]
fn what_means_nothing_is_said_with_what_was_meant() {
    check(&["--prot=1"], "there is no key --prot: did you mean --port?");
    check(&["--por"], "there is no key --por: did you mean --port?");
    check(&["--managment-ipv4=x"], "there is no key --managment-ipv4: did you mean --management-ipv4?");
    check(&["--hlep"], "there is no key --hlep: did you mean --help?");
    check(&["--banana"], "there is no key --banana: --help lists the keys");
    check(&["--=x"], "there is no key --: --help lists the keys");
    check(&["-x"], "there is no short option -x: -p, -d, -q, -n");
    check(&["-d\u{fc}"], "there is no short option -\u{fc}: -p, -d, -q, -n");
    check(&["--port"], "--port needs a value (Port): TCP port to listen on.");
    check(&["-p"], "-p needs a value (Port): TCP port to listen on.");
    check(&["file"], "`file` is not expected: values stand behind keys, as in --key=file");
    check(&["-"], "`-` is not expected: values stand behind keys, as in --key=-");
    check(&["--"], "");
    check(&["--", "--port=1"], "`--port=1` is not expected: values stand behind keys, as in --key=--port=1");
    check(&["", "--port=1"], "`` is not expected: values stand behind keys, as in --key=");
}

#[test]
fn help_wins_over_what_comes_after_it() {
    check(&["--help"], "help");
    check(&["-h"], "help");
    check(&["-dh"], "help");
    check(&["--port=1", "--help", "--banana"], "help");
    check(&["--help=x"], "help");
}

#[test]
fn help_tells_everything_in_eighty_columns() {
    let Err(Stop::Help(text)) = read(&["--help"], &[]) else { panic!("help was asked for") };
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    let expected: Expect = expect![[r#"
        An image with keys of every kind.

        Its second paragraph is so long that it does not fit into eighty columns and
        goes on.

        Usage: sample [KEYS]

        Keys:
          -p, --port <Port>
                  TCP port to listen on.
                  [default: 8080] [env: UNIK_PORT]

          -d, --debug[=Bool]
                  Say more.
                  [default: false] [env: UNIK_DEBUG]

          -q, --quiet[=Bool]
                  Say less.
                  [env: UNIK_QUIET]

          -n, --names <List(Str)>...
                  Names to answer to. Each is one under which clients know this program;
                  they are compared without regard to case.
                  [default: [a, b]] [env: UNIK_NAMES]

              --owner <Who>
                  Who owns it.

                  Nobody else.
                  [one of: me, you]
                  [required] [env: UNIK_OWNER]

              --management-ipv4 <Ipv4>
                  [env: UNIK_MANAGEMENT_IPV4]

          -h, --help
                  Print this.
    "#]];
    expected.assert_eq(&text);
}

#[test]
fn values_are_read_by_their_types() {
    let given = read(&["-p", "9000", "--names=a,b", "--debug"], &[]).expect("the arguments are right");
    assert_eq!(given.get(&PORT), Ok(Some(9000u16)));
    assert_eq!(given.get(&DEBUG), Ok(Some(true)));
    assert_eq!(given.get::<bool>(&QUIET), Ok(None));
    assert_eq!(given.get(&NAMES), Ok(Some(&["a", "b"][..])));
    let wrong =
        |result: Result<Option<u16>, _>| result.map_err(|failure: unik_platform::Failure| failure.message);
    let given = read(&["-p", "99999"], &[]).expect("the arguments are right");
    assert_eq!(wrong(given.get(&PORT)), Err("--port=99999 is wrong: expected a port, 0 to 65535".into()));
    let given = read(&[], &[("UNIK_PORT", "")]).expect("the arguments are right");
    assert_eq!(wrong(given.get(&PORT)), Err("UNIK_PORT= is wrong: expected a port, 0 to 65535".into()));
}

#[test]
fn a_required_key_says_what_it_is_for() {
    let given = read(&[], &[]).expect("the arguments are right");
    let failure = given.required::<&'static str>(&OWNER).expect_err("it was not given");
    assert_eq!(failure.exit, Exit::USAGE);
    assert_eq!(failure.message, "--owner is required (Who): Who owns it.");
}
