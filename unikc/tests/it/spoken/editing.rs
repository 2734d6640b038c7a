//! Texts that change: columns in the agreed unit, files that import one another.

use serde_json::json;

use super::client::Spoken;
use super::{APP, TEXT};

#[test]
fn edits_count_in_the_unit_that_was_agreed_on() {
    for (encoding, column) in [("utf-16", 6), ("utf-8", 10)] {
        let mut spoken = Spoken::new(&[encoding]);
        spoken.open(APP, TEXT);
        spoken.diagnostics(APP, 1);
        // Behind the characters that take several units: the comment ends, and a name that means nothing begins a line.
        spoken.edit(APP, 2, ((1, column), (1, column)), "\nlet x = gone // ");
        assert_eq!(spoken.diagnostics(APP, 2), ["W0102 2:4", "E0101 2:8"], "{encoding}");
        spoken.edit(APP, 3, ((2, 4), (2, 12)), "_x = 1");
        assert_eq!(spoken.diagnostics(APP, 3), [""; 0], "{encoding}");
        assert_eq!(spoken.end(), Some(1), "who hangs up without a word has failed");
    }
}

#[test]
fn unsaved_files_import_one_another_and_answers_follow_the_edits_before_them() {
    let mut spoken = Spoken::new(&[]);
    let other = "file:///nowhere/other.unik";
    spoken.open(APP, "import ./other\nlet y = other.a0\n");
    assert_eq!(spoken.diagnostics(APP, 1), ["E0104 0:7"]);
    spoken.open(other, "let a0: Int = 1\n");
    assert_eq!(spoken.diagnostics(other, 1), [""; 0]);
    // Each question sees the edits before it and none behind it.
    for round in 0..200_i64 {
        let (old, new) = (format!("a{round}"), format!("a{}", round + 1));
        let end = 4 + u32::try_from(old.len()).unwrap();
        spoken.edit(other, round + 2, ((0, 4), (0, end)), &new);
        let symbols = spoken.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": other } }));
        assert_eq!(symbols["result"][0]["name"], new.as_str(), "{symbols}");
    }
    assert_eq!(spoken.diagnostics(other, 201), [""; 0]);
    spoken.tell("textDocument/didClose", json!({ "textDocument": { "uri": other } }));
    let symbols = spoken.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": other } }));
    assert_eq!(symbols["result"], json!([]), "what is closed and on no disk is gone");
}
