//! The name that was probably meant.

/// The name nearest to `wanted`, if one is near enough to be a slip of the hand. Of equally near ones, the first.
pub(crate) fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = (wanted.chars().count() / 3).max(1);
    let near = names.into_iter().map(|name| (strsim::damerau_levenshtein(wanted, name), name));
    let near = near.filter(|(distance, name)| *distance <= most && *distance < name.chars().count());
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}
