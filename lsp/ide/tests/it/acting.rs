//! Changes that are offered: what a text is after each.

use unik_ide::{Action, ActionKind, Range};
use unik_source::Span;

use crate::support::World;

/// The actions of some kinds at the cursor, or at what stands between two.
pub(crate) fn offered(world: &World, kinds: &[ActionKind]) -> Vec<Action> {
    let analysis = world.analysis();
    let range = Range { file: world.file, span: Span::new(world.offset as usize, world.end as usize) };
    analysis.actions(range, &|kind| kinds.contains(&kind))
}

/// The texts of a fixture after an action: as a fixture.
pub(crate) fn after(world: &World, action: &Action) -> String {
    let analysis = world.analysis();
    let mut texts = Vec::new();
    for (name, file) in &world.files {
        let mut text = analysis.text(*file).to_owned();
        for edit in action.edits.get(file).into_iter().flatten().rev() {
            text.replace_range(edit.span.range(), &edit.text);
        }
        texts.push((name, text));
    }
    match texts.as_slice() {
        [(_, only)] => only.clone(),
        several => several.iter().map(|(name, text)| format!("//- {name}\n{text}")).collect(),
    }
}

/// Makes the action of this title. `$0` is the cursor; two of them are a selection. No expected text: it is not offered.
#[track_caller]
pub(crate) fn check(kind: ActionKind, title: &str, before: &str, expected: Option<&str>) {
    let world = World::new(before);
    let all = offered(&world, &[kind]);
    let titles: Vec<&str> = all.iter().map(|action| action.title.as_str()).collect();
    let found = all.iter().find(|action| action.title == title);
    match expected {
        Some(expected) => {
            let found = found.unwrap_or_else(|| panic!("no «{title}» among {titles:?}:\n{before}"));
            assert_eq!(after(&world, found), expected, "{title}");
        }
        None => assert!(found.is_none(), "«{title}» is offered:\n{before}"),
    }
}

#[test]
fn fixes_of_what_is_wrong_are_offered_where_it_is() {
    let check = |title, before, after| check(ActionKind::QuickFix, title, before, after);
    check(
        "replace by `port`",
        "key port: Int = 1\nlet x = po$0rr\n",
        Some("key port: Int = 1\nlet x = port\n"),
    );
    check("replace by `port`", "key port: Int = 1\nlet $0x = porr\n", None);
    check("take the import out", "import $0std/net\n\nlet a = 1\n", Some("let a = 1\n"));
    check("insert `,`", "let a = [1$0 2]\n", Some("let a = [1, 2]\n"));
}

#[test]
fn everything_sure_is_mended_at_once_and_nothing_else() {
    let check = |before, after| check(ActionKind::FixAll, "mend everything that is sure", before, after);
    check(
        "import std/net\nimport std/kv\n$0\nlet a = [1 2]\nlet b = a()\n",
        Some("import std/net\nimport std/kv\n\nlet a = [1, 2]\nlet b = a\n"),
    );
    check("import std/net\nimport std/kv\n$0\nlet a = [1]\n", Some("let a = [1]\n"));
    check("key port: Int = 1\nlet x = porr$0\n", None);
}
