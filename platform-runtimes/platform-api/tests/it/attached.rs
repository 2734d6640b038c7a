//! What the host attaches, said to programs that attach it by themselves and to those that do not.

use expect_test::{Expect, expect};
use unik_platform::{Arguments, Attachment, Exit, Image, Key, Stop};

static IMAGE: Image = Image {
    name: "sample",
    doc: "",
    keys: &[Key::new("port", "Port", "TCP port to listen on.")],
    attachments: &[
        Attachment { kind: "disk", name: "data", doc: "" },
        Attachment { kind: "nic", name: "management", doc: "A network interface." },
        Attachment { kind: "nic", name: "service", doc: "A network interface." },
    ],
};

fn read(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Arguments, Stop> {
    Arguments::read_attaching(&IMAGE, arguments.iter().map(|text| String::from(*text)), |name| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| String::from(*value))
    })
}

/// What is attached as what, or the message.
fn check(arguments: &[&str], environment: &[(&str, &str)], expected: &str) {
    let shown = match read(arguments, environment) {
        Ok(read) => {
            let given = IMAGE.attachments.iter().filter_map(|Attachment { kind, name, .. }| {
                read.attached(kind, name).map(|value| format!("{kind} {name}={value}"))
            });
            given.collect::<Vec<_>>().join(", ")
        }
        Err(Stop::Help(_)) => "help".into(),
        Err(Stop::Wrong(failure)) => {
            assert_eq!(failure.exit, Exit::USAGE);
            failure.message
        }
    };
    assert_eq!(shown, expected, "{arguments:?} {environment:?}");
}

#[test]
fn a_thing_of_the_host_is_given_by_kind_and_name() {
    check(&[], &[], "");
    check(&["--nic", "service=tap0"], &[], "nic service=tap0");
    check(&["--nic=service=tap0,mac=02:00:00:00:00:01"], &[], "nic service=tap0,mac=02:00:00:00:00:01");
    check(
        &["--nic", "service=a", "--disk", "data=b=c", "--nic", "management=d"],
        &[],
        "disk data=b=c, nic management=d, nic service=a",
    );
}

#[test]
fn the_environment_counts_where_no_argument_does() {
    let environment = [("UNIK_NIC_SERVICE", "tap1"), ("UNIK_DISK_DATA", "file"), ("UNIK_NIC", "x")];
    check(&[], &environment, "disk data=file, nic service=tap1");
    check(&["--nic", "service=tap0"], &environment, "disk data=file, nic service=tap0");
}

#[test]
fn what_cannot_be_attached_is_said_with_what_can() {
    for (arguments, message) in [
        (
            &["--nic", "servce=tap0"][..],
            "--nic servce=tap0 is wrong: there is no nic `servce`: did you mean service?",
        ),
        (&["--disk", "x=y"], "--disk x=y is wrong: there is no disk `x`: there is data"),
        (&["--disk", "service=y"], "--disk service=y is wrong: there is no disk `service`: there is data"),
        (&["--nic", "tap0"], "--nic tap0 is wrong: expected NAME=VALUE, as in --nic management=VALUE"),
        (
            &["--nic", "service="],
            "--nic service= is wrong: expected NAME=VALUE, as in --nic management=VALUE",
        ),
        (&["--nic"], "--nic needs NAME=VALUE, as in --nic management=VALUE"),
        (&["--nic", "service=a", "--nic=service=b"], "--nic service=… is given twice"),
        (&["--disc", "data=x"], "there is no key --disc: did you mean --disk?"),
        (&["--usb", "stick=x"], "there is no key --usb: --help lists the keys"),
    ] {
        check(arguments, &[], message);
    }
}

#[test]
fn where_the_host_attaches_nothing_is_given() {
    let read = |arguments: &[&str]| {
        let arguments = arguments.iter().map(|text| String::from(*text));
        Arguments::read(&IMAGE, arguments, |_| Some("x".into()))
    };
    assert_eq!(read(&[]).expect("nothing is wrong").attached("nic", "service"), None);
    let Err(Stop::Wrong(failure)) = read(&["--nic", "service=tap0"]) else { panic!("it is not taken") };
    assert_eq!(failure.message, "--nic is for the host, which attaches it before the program starts");
    let Err(Stop::Help(text)) = read(&["--help"]) else { panic!("help was asked for") };
    let expected: Expect = expect![[r#"
        Usage: sample [KEYS]

        Keys:
              --port <Port>
                  TCP port to listen on.
                  [env: UNIK_PORT]

          -h, --help
                  Print this.

        Attached by the host before this starts:
              disk data

              nic management
                  A network interface.

              nic service
                  A network interface.
    "#]];
    expected.assert_eq(&text);
}

#[test]
fn help_tells_what_is_attached() {
    let Err(Stop::Help(text)) = read(&["--help"], &[]) else { panic!("help was asked for") };
    let start = text.find("Attached:").expect("a section tells it");
    let expected: Expect = expect![[r#"
        Attached:
              --disk data=<VALUE>
                  [env: UNIK_DISK_DATA]

              --nic management=<VALUE>
                  A network interface.
                  [env: UNIK_NIC_MANAGEMENT]

              --nic service=<VALUE>
                  A network interface.
                  [env: UNIK_NIC_SERVICE]
    "#]];
    expected.assert_eq(&text[start..]);
}
