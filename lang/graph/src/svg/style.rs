//! Colours and fonts, light and dark.
//!
//! Each colour is written twice: as such for programs that do not know variables, then as a variable, which follows
//! the reader's preference and which a page that embeds the picture may set. What is not taken is paler and thin, yet still to be read:
//! nothing is drawn through. Text stands out from what is behind it by 4.5 to 1, lines by 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).

/// How many tints scopes take in turn.
pub(super) const TINTS: usize = 6;

pub(super) const CSS: &str = "\
.unik{--paper:#ffffff;--ink:#1b2333;--soft:#566073;--line:#667489;--edge:#8490a4;--box:#f6f8fb;--job:#e3ecff;\
--job-edge:#4c76d9;--type:#2f5bb7;--choice:#fff6df;--choice-edge:#a87a10;--branch:#94690c;--after:#7f5fb4;\
--tint0:#e9f7ef;--tint1:#fdeef3;--tint2:#eaf4fd;--tint3:#f3eefc;--tint4:#fbf1e4;--tint5:#e8f6f6;--wrong:#b3261e;--added:#1f7a3a;--removed:#a8326b;--changed:#855600;--faint:#667085}
@media(prefers-color-scheme:dark){.unik{--paper:#12161e;--ink:#e7ecf4;--soft:#a3afc2;--line:#98a5bb;--edge:#667389;\
--box:#1c222d;--job:#1d2c4f;--job-edge:#6f97f5;--type:#8fb2ff;--choice:#332a14;--choice-edge:#c99a2e;\
--branch:#dcae4a;--after:#b79fe3;--tint0:#16291f;--tint1:#2f1a23;--tint2:#152636;--tint3:#231d36;--tint4:#2e2416;\
--tint5:#132a2a;--wrong:#ff8a80;--added:#63d18a;--removed:#f38fc0;--changed:#e8b64c;--faint:#8793a8}}
.unik text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;\
font-size:11px;fill:#1b2333;fill:var(--ink)}
.unik .paper{fill:#ffffff;fill:var(--paper)}
.unik .node rect{fill:#f6f8fb;fill:var(--box);stroke:#8490a4;stroke:var(--edge);stroke-width:1.2}
.unik .tint0 rect{fill:#e9f7ef;fill:var(--tint0)}
.unik .tint1 rect{fill:#fdeef3;fill:var(--tint1)}
.unik .tint2 rect{fill:#eaf4fd;fill:var(--tint2)}
.unik .tint3 rect{fill:#f3eefc;fill:var(--tint3)}
.unik .tint4 rect{fill:#fbf1e4;fill:var(--tint4)}
.unik .tint5 rect{fill:#e8f6f6;fill:var(--tint5)}
.unik .job rect{fill:#e3ecff;fill:var(--job);stroke:#4c76d9;stroke:var(--job-edge);stroke-width:1.8}
.unik .node ellipse{fill:#fff6df;fill:var(--choice);stroke:#a87a10;stroke:var(--choice-edge);stroke-width:1.4}
.unik .rule{stroke:#8490a4;stroke:var(--edge);stroke-width:1;fill:none}
.unik .name{font-size:13px;font-weight:700}
.unik .name .soft{font-weight:400}
.unik .centred{text-anchor:middle}
.unik .soft{fill:#566073;fill:var(--soft)}
.unik .type{fill:#2f5bb7;fill:var(--type)}
.unik .scope{font-size:11px;font-style:italic;fill:#566073;fill:var(--soft)}
.unik .line{fill:none;stroke:#667489;stroke:var(--line);stroke-width:1.4;stroke-linecap:round}
.unik .head{fill:#667489;fill:var(--line)}
.unik .branch .line{stroke:#94690c;stroke:var(--branch);stroke-width:1.7;stroke-dasharray:0.1 4.6}
.unik .branch .head{fill:#94690c;fill:var(--branch)}
.unik .default .line{stroke-width:3.2;stroke-dasharray:0.1 6}
.unik .after .line{stroke:#7f5fb4;stroke:var(--after);stroke-dasharray:6 4}
.unik .after .head{fill:#7f5fb4;fill:var(--after)}
.unik .label rect{fill:#ffffff;fill:var(--paper);stroke:#a87a10;stroke:var(--choice-edge);stroke-width:0.8}
.unik .label text{font-size:11px;text-anchor:middle}
.unik .label.default rect{fill:#fff6df;fill:var(--choice)}
.unik .label.default text{font-weight:700}
.unik .gathered rect{stroke-width:2.4;stroke-dasharray:7 3}
.unik .taken .line{stroke-width:2;stroke-dasharray:none}
.unik .faded text,.unik .faded .soft{fill:#667085;fill:var(--faint);font-weight:400}
.unik .faded rect,.unik .faded ellipse{fill:#ffffff;fill:var(--paper);stroke:#8490a4;stroke:var(--edge);stroke-width:0.9;stroke-dasharray:2 3}
.unik .faded .line{stroke:#8490a4;stroke:var(--edge);stroke-width:0.9}
.unik .faded .head{fill:#8490a4;fill:var(--edge)}
.unik .faded .rule{stroke-dasharray:2 3}
.unik .added rect,.unik .added ellipse,.unik .added .line{stroke:#1f7a3a;stroke:var(--added);stroke-width:2.4}
.unik .added .head,.unik .added .badge{fill:#1f7a3a;fill:var(--added)}
.unik .removed rect,.unik .removed ellipse,.unik .removed .line{stroke:#a8326b;stroke:var(--removed);stroke-width:2.4;\
stroke-dasharray:4 4}
.unik .removed .head,.unik .removed .badge{fill:#a8326b;fill:var(--removed)}
.unik .changed rect,.unik .changed ellipse,.unik .changed .line{stroke:#855600;stroke:var(--changed);stroke-width:2.4}
.unik .changed .head,.unik .changed .badge{fill:#855600;fill:var(--changed)}
.unik .wrong rect,.unik .wrong ellipse{stroke:#b3261e;stroke:var(--wrong);stroke-width:2.6}
.unik .wrong .badge{fill:#b3261e;fill:var(--wrong)}
.unik .sign{font-size:12px;font-weight:700;text-anchor:middle;fill:#ffffff;fill:var(--paper)}
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The variables that a part of the style sheet sets.
    fn variables(part: &str) -> BTreeMap<&str, &str> {
        let entries =
            part.split(['{', '}', ';']).filter_map(|entry| entry.strip_prefix("--")?.split_once(':'));
        entries.collect()
    }

    #[test]
    fn every_colour_has_its_light_and_dark_variable() {
        let (light, rest) = CSS.split_once("@media").unwrap();
        let (dark, rules) = rest.split_once("}}").unwrap();
        let (light, dark) = (variables(light), variables(dark));
        assert!(light.keys().eq(dark.keys()));
        let entries: Vec<&str> = rules.split(['{', '}', ';']).collect();
        let mut count = 0;
        for pair in entries.windows(2) {
            let Some((property, variable)) = pair[1].split_once(":var(--") else { continue };
            let variable = variable.trim_end_matches(')');
            assert_eq!(pair[0], format!("{property}:{}", light[variable]));
            count += 1;
        }
        assert!(count > light.len());
        assert!((0..TINTS).all(|tint| light.contains_key(format!("tint{tint}").as_str())));
    }

    /// How far two colours stand out from one another, as WCAG 2.2 defines it.
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |colour: &str| {
            let part = |at: usize| {
                let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
                if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_lines_stand_out() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
        let (light, rest) = CSS.split_once("@media").unwrap();
        let (dark, _) = rest.split_once("}}").unwrap();
        for colours in [variables(light), variables(dark)] {
            let check = |least: f64, of: &str, on: &str| {
                let is = contrast(colours[of], colours[on]);
                assert!(is >= least, "{of} {} on {on} {}: {is:.2}", colours[of], colours[on]);
            };
            let tints: Vec<String> = (0..TINTS).map(|tint| format!("tint{tint}")).collect();
            for on in ["box", "job", "choice"].into_iter().chain(tints.iter().map(String::as_str)) {
                ["ink", "soft", "type"].into_iter().for_each(|of| check(4.5, of, on));
            }
            ["ink", "faint"].into_iter().for_each(|of| check(4.5, of, "paper"));
            ["added", "removed", "changed", "wrong"].into_iter().for_each(|of| check(4.5, "paper", of));
            for of in ["line", "edge", "job-edge", "choice-edge", "branch", "after"] {
                check(3.0, of, "paper");
            }
        }
    }
}
