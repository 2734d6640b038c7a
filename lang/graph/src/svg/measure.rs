//! How wide a text is, without a font at hand: pictures use monospaced fonts, whose characters are
//! 0.6 em wide with little difference, and twice that in East Asian scripts and emoji.

/// Sizes of text in tenths of a pixel.
pub(super) const NAME: i64 = 130;
pub(super) const SMALL: i64 = 110;
pub(super) const LABEL: i64 = 110;

/// The width of a text of a size, in tenths of a pixel, rounded up to an even number.
pub(super) fn width(text: &str, size: i64) -> i64 {
    let cells: i64 = text.chars().map(cells).sum();
    (cells * size * 602 + 1999) / 2000 * 2
}

/// The first characters of a text, as many as fit into so many cells; `…` stands for the others.
pub(super) fn cut(text: &str, most: i64) -> String {
    if text.chars().map(cells).sum::<i64>() <= most {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |char: &char| {
        used += cells(*char);
        used <= most
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// How many cells of a terminal a character takes: ranges of Unicode 16, blocks that are wide as a whole taken together.
fn cells(char: char) -> i64 {
    match u32::from(char) {
        0x0300..=0x036f | 0x200b..=0x200f | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0x1f3fb..=0x1f3ff => 0,
        0x1100..=0x115f
        | 0x231a..=0x231b
        | 0x23e9..=0x23f3
        | 0x2614..=0x2615
        | 0x26a1
        | 0x2705
        | 0x274c
        | 0x2728
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f1e6..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f7e0..=0x1f7eb
        | 0x1f900..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Tenths of a pixel as pixels: `12`, `12.5`.
pub(super) fn px(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    match (tenths.abs() / 10, tenths.abs() % 10) {
        (whole, 0) => format!("{sign}{whole}"),
        (whole, tenth) => format!("{sign}{whole}.{tenth}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_of_scripts() {
        let check = |text: &str, cells: i64| assert_eq!(width(text, 1000), cells * 602, "{text}");
        check("", 0);
        check("tcp", 3);
        check("字", 2);
        check("😀", 2);
        check("e\u{301}", 1);
        check("👍🏽", 2);
    }

    #[test]
    fn long_texts_are_cut_where_they_fit() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("字字字字", 6), "字字…");
        assert_eq!(cut("", 0), "");
    }

    #[test]
    fn tenths() {
        assert_eq!([px(0), px(10), px(-5), px(-123), px(1234)], ["0", "1", "-0.5", "-12.3", "123.4"]);
    }
}
