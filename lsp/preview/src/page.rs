//! The page as one document: its style sheet, its modules set one after another, and the answer that it shows if it has no host.
//!
//! What the page looks like and does stands in `page/`. How it is put together is said in `spec/editors.md`.

use std::collections::BTreeSet;

use serde_json::Value;

/// The parts, by name.
const PARTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

const STYLE: &str = "<link rel=\"stylesheet\" href=\"page.css\">";
const SCRIPT: &str = "<script type=\"module\" src=\"main.js\"></script>";
const ANSWER: &str = "<script type=\"application/json\" id=\"answer\">null</script>";

/// The page as one document. `nonce` is what the policy allows scripts and styles by; `answer` is what a page without a host shows,
/// with the policy in the document.
pub(crate) fn document(nonce: &str, answer: Option<&Value>) -> String {
    let style = format!("<style nonce=\"{nonce}\">\n{}</style>", part("page.css"));
    let script = format!("<script type=\"module\" nonce=\"{nonce}\">\n{}</script>", script("main.js"));
    let document = part("index.html").replace(STYLE, &style).replace(SCRIPT, &script);
    let Some(answer) = answer else { return document };
    let answer = format!("<script type=\"application/json\" id=\"answer\">{}</script>", inert(answer));
    let policy =
        format!("<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">", policy(nonce));
    document.replacen("<head>", &policy, 1).replace(ANSWER, &answer)
}

/// What the page may do: its own scripts and styles, and talking to where it came from.
pub(crate) fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'"
    )
}

/// JSON that no HTML parser takes for the end of its element.
fn inert(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

fn part(name: &str) -> &'static str {
    PARTS.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
}

/// A module after all that it imports, each once.
fn script(main: &str) -> String {
    let mut out = String::new();
    let mut seen = BTreeSet::new();
    // What is still to be done, next last; a module is there twice: before and after what it imports.
    let mut open = vec![(main.to_owned(), false)];
    while let Some((name, done)) = open.pop() {
        let (imports, body) = taken_apart(part(&name));
        if done {
            out.push_str(&body);
        } else if seen.insert(name.clone()) {
            open.push((name, true));
            open.extend(imports.into_iter().rev().map(|import| (import, false)));
        }
    }
    out
}

/// The modules that a module imports, and its text without `import` and `export`.
fn taken_apart(text: &str) -> (Vec<String>, String) {
    let mut imports = Vec::new();
    let mut body = String::with_capacity(text.len());
    let mut importing = false;
    for line in text.split_inclusive('\n') {
        importing |= line.starts_with("import ");
        if importing {
            if let Some((_, from)) = line.split_once(" from ") {
                let name = from.trim().trim_end_matches(';').trim_matches(['\'', '"']);
                imports.push(name.trim_start_matches("./").to_owned());
            }
            importing = !line.trim_end().ends_with(';');
        } else {
            body.push_str(line.strip_prefix("export ").unwrap_or(line));
        }
    }
    (imports, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules() -> impl Iterator<Item = (&'static str, &'static str)> {
        PARTS.iter().copied().filter(|(name, _)| name.ends_with(".js"))
    }

    #[test]
    fn imports_go_and_what_is_imported_comes_first() {
        let text = "// head\nimport { a } from './one.js';\nimport {\n  b,\n  c,\n} from \"./two.js\";\n\nexport function d() {\n  // export e\n}\n";
        let (imports, body) = taken_apart(text);
        assert_eq!(imports, ["one.js", "two.js"]);
        assert_eq!(body, "// head\n\nfunction d() {\n  // export e\n}\n");
    }

    #[test]
    fn the_page_has_the_places_where_its_parts_go() {
        for place in [STYLE, SCRIPT, ANSWER, "<head>"] {
            assert_eq!(part("index.html").matches(place).count(), 1, "{place}");
        }
        for (name, text) in PARTS.iter().filter(|(name, _)| !name.ends_with(".html")) {
            assert!(!text.contains("</script") && !text.contains("</style"), "{name} would end its element");
        }
    }

    #[test]
    fn modules_can_be_set_one_after_another() {
        let all = script("main.js");
        let mut names = BTreeSet::new();
        for (module, text) in modules() {
            let (_, body) = taken_apart(text);
            assert!(all.contains(&body), "nothing imports {module}");
            for line in body.lines() {
                assert!(!line.starts_with("import") && !line.starts_with("export"), "{module}: {line}");
                let words: Vec<&str> =
                    line.split([' ', '(', '=', '{', ';', ':', '*']).filter(|word| !word.is_empty()).collect();
                let words = words.strip_prefix(&["async"]).unwrap_or(&words);
                if let ["function" | "const" | "let" | "class" | "var", name, ..] = words
                    && !line.starts_with(' ')
                {
                    assert!(
                        names.insert((*name).to_owned()),
                        "{module} declares `{name}`, and so does another module"
                    );
                }
            }
        }
    }

    #[test]
    fn an_answer_does_not_end_its_element() {
        let answer = serde_json::json!({ "svg": "</script><script>alert(1)</script>" });
        let text = document("n", Some(&answer));
        assert!(!text.contains("</script><script>alert"));
        let start = text.find("id=\"answer\">").unwrap() + "id=\"answer\">".len();
        let end = start + text[start..].find("</script>").unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text[start..end]).unwrap(), answer);
    }
}
