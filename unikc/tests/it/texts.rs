//! `unikc check` on texts of every kind: a result or diagnostics, in three forms, never anything else.

use serde_json::Value;

use crate::{Done, examples, folder, line, root};

/// Checks one text in the three forms; gives the code, the JSON lines and the short lines.
#[track_caller]
fn check(text: impl AsRef<[u8]>) -> (i32, Vec<Value>, Vec<String>) {
    let there = folder([("app.unik", text.as_ref())]);
    let run = |format: &str| line(there.path(), &format!("check app.unik --message-format {format}"));
    let human = run("human");
    let code = human.code.unwrap();
    assert!(code == 0 || code == 1, "{}", human.shown());
    assert_eq!(human.out, "", "people read standard error");
    let json: Vec<Value> =
        lines(run("json"), code).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let short = lines(run("short"), code);
    assert_eq!(json.len(), short.len());
    let error = |value: &Value| value["severity"] == "error";
    assert_eq!(json.iter().any(error), code == 1, "{}", human.shown());
    (code, json, short)
}

fn lines(done: Done, code: i32) -> Vec<String> {
    assert_eq!((done.code, done.err.as_str()), (Some(code), ""));
    done.out.lines().map(str::to_owned).collect()
}

#[test]
fn odd_texts_have_a_result_or_diagnostics() {
    check("");
    check("\u{feff}//! A byte order mark.\n");
    check("//! Lines end in two characters.\r\n\r\nlet a = 1\r\n");
    check("\0\0\0");
    check("let a = \"");
    check("😀 字 é");
    check("let ".repeat(2000));
    check("((((((".repeat(500));
    check(format!("let a = {}1", "1 + ".repeat(20_000)));
    check(format!("let a = \"{}\"", "字".repeat(100_000)));
    check(format!("//! {}\n", "x".repeat(1_000_000)));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let there = folder([("app.unik", &b"let a = \xff\xfe"[..])]);
    let done = line(there.path(), "check app.unik");
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("UTF-8"), "{}", done.err);
}

#[test]
fn json_tells_places_in_characters_from_one() {
    let (code, json, short) = check("let 字 = 1\r\n\tlet b = \"😀\" ++ nothing\r\n");
    assert_eq!(code, 1);
    for (value, short) in json.iter().zip(short) {
        for field in ["code", "severity", "message", "labels", "notes", "help", "fixes"] {
            assert!(value.get(field).is_some(), "no `{field}` in {value}");
        }
        let labels = value["labels"].as_array().unwrap();
        let primary: Vec<_> = labels.iter().filter(|label| label["primary"] == true).collect();
        let [label] = primary[..] else { panic!("{value}") };
        for field in ["file", "line", "column", "end_line", "end_column", "message"] {
            assert!(label.get(field).is_some(), "no `{field}` in {value}");
        }
        let start = format!("app.unik:{}:{}: ", label["line"], label["column"]);
        assert!(short.starts_with(&start), "{short} {start}");
    }
    let unknown = json.iter().find(|value| value["message"].as_str().unwrap().contains("nothing")).unwrap();
    let label = &unknown["labels"][0];
    let place = ["line", "column", "end_line", "end_column"].map(|field| label[field].as_u64().unwrap());
    assert_eq!(place, [2, 17, 2, 24]);
}

#[test]
fn several_mistakes_in_several_items_are_all_reported() {
    let (_, json, _) = check("let a = one\nlet b = two\nlet c = three\n");
    let all: String = json.iter().map(|value| value["message"].to_string()).collect();
    for name in ["one", "two", "three"] {
        assert!(all.contains(name), "{all}");
    }
}

#[test]
fn the_examples_have_no_mistakes() {
    for example in examples() {
        let done = line(root(), &format!("check {}", example.join("app.unik").display()));
        assert_eq!((done.code, done.shown().as_str()), (Some(0), ""), "{}", example.display());
    }
}

#[test]
fn a_clash_is_shown_with_both_places() {
    let done = line(root(), "check examples/two-servers/clash.unik --message-format json");
    let out = done.ended(1);
    let value: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert!(value["labels"].as_array().unwrap().len() >= 2, "{value}");
}

#[test]
fn a_file_is_shown_as_it_was_given() {
    let there = folder([("a/b/app.unik", &b"let x = nothing\n"[..]), ("c/y", b"")]);
    let check = |from: &str, given: &str, shown: &str| {
        let out = line(&there.path().join(from), &format!("check {given} --message-format short")).ended(1);
        assert!(out.starts_with(&format!("{shown}:1:")), "{out}");
    };
    check("", "a/b/app.unik", "a/b/app.unik");
    check("a", "b/app.unik", "b/app.unik");
    check("a/b", "./app.unik", "app.unik");
    check("c", "../a/b/app.unik", "../a/b/app.unik");
    let absolute = there.path().join("a/b/app.unik").display().to_string();
    check("c", &absolute, &absolute);
}
