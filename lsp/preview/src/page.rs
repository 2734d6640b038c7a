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
