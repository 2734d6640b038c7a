//! `unikc explain`: every code has a page, and what is not a code is told from one.

use crate::{line, root};

#[test]
fn every_page_is_printed() {
    let pages = std::fs::read_dir(root().join("spec/errors")).unwrap();
    let mut count = 0;
    for page in
        pages.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "md"))
    {
        let code = page.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&page).unwrap();
        assert_eq!(line(root(), &format!("explain {code}")).ended(0), text, "{code}");
        assert_eq!(line(root(), &format!("explain {}", code.to_lowercase())).ended(0), text, "{code}");
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn what_is_no_code_is_refused_with_the_nearest() {
    let done = line(root(), "explain E001");
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("no diagnostic `E001`") && done.err.contains("E0001"), "{}", done.err);
    assert_eq!(line(root(), "explain \u{1b}[31m").code, Some(2));
}
