//! The name that was probably meant, and the names that there are.

use smol_str::SmolStr;

/// The name nearest to `wanted`, if one is near enough to be a slip of the hand. Of equally near ones, the first.
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n SmolStr>) -> Option<SmolStr> {
    let most = (wanted.chars().count() / 3).max(1);
    // The distance is at least the difference in length, which is quickly seen.
    let close = |name: &&SmolStr| name.len().abs_diff(wanted.len()) <= most * 4;
    let distance = |name: &SmolStr| match name.eq_ignore_ascii_case(wanted) {
        true => 0,
        false => strsim::damerau_levenshtein(wanted, name),
    };
    let names = names.into_iter().filter(close);
    let near = names.map(|name| (distance(name), name)).filter(|(distance, _)| *distance <= most);
    // A name of one letter is near to every other one.
    let alike = near.filter(|(distance, name)| *distance < wanted.chars().count().max(name.chars().count()));
    alike.min_by_key(|(distance, _)| *distance).map(|(_, name)| name.clone())
}

/// `a`, `b` and `c`; cut after a dozen.
pub(crate) fn listed<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    const MOST: usize = 12;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        many if many.len() > MOST => format!("{} and {} more", many[..MOST].join(", "), many.len() - MOST),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_hand_are_near() {
        let check = |wanted: &str, names: &[&str], expected: Option<&str>| {
            let names: Vec<SmolStr> = names.iter().map(SmolStr::new).collect();
            assert_eq!(nearest(wanted, &names).as_deref(), expected, "{wanted}");
        };
        check("netwrok", &["store", "network"], Some("network"));
        check("Port", &["port", "post"], Some("port"));
        check("x", &["y", "X"], Some("X"));
        check("x", &["y"], None);
        check("crunch", &["direct"], None);
        check("", &["a"], None);
    }
}
