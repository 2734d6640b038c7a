//! The pages of the diagnostics, `spec/errors/*.md`, as the binary carries them.

/// Code and page, sorted by code.
const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a code. `E0101` may be written `e0101`, and `101` where only one kind of code has that number.
pub(crate) fn page(code: &str) -> Result<&'static str, Unknown> {
    let wanted = code.trim().to_ascii_uppercase();
    let found = PAGES.iter().find(|(code, _)| *code == wanted).or_else(|| by_number(&wanted));
    found.map(|(_, page)| *page).ok_or_else(|| Unknown { code: code.to_owned(), nearest: nearest(&wanted) })
}

/// A code that has no page.
#[derive(Debug)]
pub(crate) struct Unknown {
    /// As given.
    pub(crate) code: String,
    /// Codes like it, the most similar first.
    pub(crate) nearest: Vec<&'static str>,
}

fn by_number(wanted: &str) -> Option<&'static (&'static str, &'static str)> {
    let number: u32 = wanted.parse().ok()?;
    let mut same =
        PAGES.iter().filter(|(code, _)| code.get(1..).and_then(|it| it.parse().ok()) == Some(number));
    let first = same.next()?;
    same.next().is_none().then_some(first)
}

fn nearest(wanted: &str) -> Vec<&'static str> {
    let mut near: Vec<_> =
        PAGES.iter().map(|(code, _)| (strsim::damerau_levenshtein(wanted, code), *code)).collect();
    near.retain(|(distance, _)| *distance <= 2);
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, code)| code).collect()
}
