//! Files cut and torn: parsing always ends, and what is whole stays whole.

use unik_syntax::{ItemText, TokenKind, split, tokens};

use crate::{files, parse};

#[test]
fn the_files_of_the_repository_are_accepted() {
    for (path, text) in files() {
        let (_, diagnostics) = parse(&text);
        assert!(diagnostics.is_empty(), "{path}: {diagnostics:#?}");
    }
}

#[test]
fn explore() {
    let mut bad = 0;
    let mut n = 0;
    for (path, text) in files() {
        let whole = split(&text);
        for token in tokens(&text) {
            if token.kind.is_trivia() || token.kind == TokenKind::Doc {
                continue;
            }
            let mut damaged = text.clone();
            damaged.replace_range(token.span.range(), "");
            n += 1;
            let (_, diagnostics) = parse(&damaged);
            let line = text[..token.span.start as usize].matches('\n').count() + 1;
            let name = |i: &ItemText| (i.keyword.clone(), i.name.clone());
            let after: Vec<_> = split(&damaged).iter().map(name).collect();
            let mut missing = vec![];
            for item in &whole {
                if !item.span.touches(token.span.start as usize) && !after.contains(&name(item)) {
                    missing.push(name(item));
                }
            }
            if std::env::var("ALL").is_ok()
                || diagnostics.len() > 1
                || !missing.is_empty()
                || after.len() > whole.len() + 0
            {
                bad += 1;
                println!(
                    "--- {}:{line} without `{}`: {} {missing:?}",
                    path.rsplit('/').next().unwrap(),
                    &text[token.span.range()],
                    text.lines().nth(line - 1).unwrap()
                );
                for d in diagnostics {
                    println!(
                        "     {} {} | {:?}: {} | {:?}",
                        d.code,
                        d.message,
                        &damaged[d.primary().span.range()],
                        d.labels[0].message,
                        d.help
                    );
                }
            }
        }
    }
    println!("{bad} of {n}");
}
