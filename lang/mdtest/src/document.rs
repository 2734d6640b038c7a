//! Cutting a Markdown file into tests. What a test means is decided by `run`.
//!
//! A fence ```` ```unik ```` is a test. In the same section (under the same heading) these belong to it:
//!
//! - ```` ```unik file=mine.unik ````: a neighbouring file, for every test of the section;
//! - ```` ```unik continue ````: a test whose text starts with the text of the test before;
//! - ```` ```unik keys="--store direct" ````: options with which the test is evaluated;
//! - ```` ```unik norun ````: not a test, since it needs what only a machine has;
//! - ```` ```graph ````, ```` ```graph eval ````, ```` ```keys ````: what the test before evaluates to, as text;
//!   both take `keys="…"` and `unikernel=NAME` of their own.
//!
//! Any other fence is prose.

/// A Markdown file that has been cut.
#[derive(Debug)]
pub struct Document {
    /// Its tests, in order.
    pub tests: Vec<Test>,
}

/// One text of the language and what is expected of it.
#[derive(Debug, Clone)]
pub struct Test {
    /// The headings above it, outermost first.
    pub name: String,
    /// The line of the file on which its text starts, counted from 1.
    pub line: usize,
    /// How many lines of `text` come from tests that it continues.
    pub inherited: usize,
    /// Its text.
    pub text: String,
    /// Its neighbours: file name and text.
    pub files: Vec<(String, String)>,
    /// Options of the command line.
    pub keys: Vec<String>,
    /// What it evaluates to.
    pub views: Vec<View>,
}

/// An expected view of what a test evaluates to.
#[derive(Debug, Clone)]
pub struct View {
    /// Which view.
    pub kind: ViewKind,
    /// Options of the command line, after those of the test.
    pub keys: Vec<String>,
    /// Which unikernel, if the test has several.
    pub unikernel: Option<String>,
    /// The expected text.
    pub text: String,
    /// The lines of the file that hold it, counted from 0: the first, and the one behind the last.
    pub lines: (usize, usize),
}

/// A view of what a test evaluates to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewKind {
    /// The graph with keys as symbols.
    Graph,
    /// The graph with every key at its value.
    Evaluated,
    /// The keys with their values.
    Keys,
}

/// The opening line of a fence.
struct Info {
    words: Vec<String>,
}

impl Info {
    /// Splits the text behind the backticks at spaces that are not inside quotes.
    fn new(text: &str) -> Self {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for char in text.trim().chars() {
            match char {
                '"' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                _ => words.last_mut().expect("it starts with one word").push(char),
            }
        }
        words.retain(|word| !word.is_empty());
        Self { words }
    }

    fn language(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    fn has(&self, word: &str) -> bool {
        self.words.iter().skip(1).any(|have| have == word)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.words.iter().skip(1).find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    fn keys(&self) -> Vec<String> {
        self.value("keys").unwrap_or("").split_whitespace().map(str::to_owned).collect()
    }
}

impl Document {
    /// Cuts `text`. Fences that are not closed end with the file.
    pub fn parse(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut sections = vec![Section::default()];
        let mut headings: Vec<(usize, String)> = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at];
            at += 1;
            if let Some(info) = line.strip_prefix("```") {
                let start = at;
                while at < lines.len() && !lines[at].starts_with("```") {
                    at += 1;
                }
                let body: String = lines[start..at].iter().flat_map(|line| [line, "\n"]).collect();
                let name = headings.iter().map(|(_, title)| title.as_str()).collect::<Vec<_>>().join(" / ");
                let section = sections.last_mut().expect("it starts with one section");
                section.fence(&Info::new(info), body, (start, at), name);
                at += 1;
            } else if let Some(title) =
                line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'))
            {
                let depth = line.len() - line.trim_start_matches('#').len();
                headings.retain(|(above, _)| *above < depth);
                headings.push((depth, title.trim().to_owned()));
                sections.push(Section::default());
            }
        }
        Self { tests: sections.into_iter().flat_map(Section::finish).collect() }
    }
}

/// What stands under one heading.
#[derive(Default)]
struct Section {
    tests: Vec<Test>,
    files: Vec<(String, String)>,
}

impl Section {
    fn fence(&mut self, info: &Info, text: String, lines: (usize, usize), name: String) {
        let view = |kind| View {
            kind,
            keys: info.keys(),
            unikernel: info.value("unikernel").map(str::to_owned),
            text: text.clone(),
            lines,
        };
        match info.language() {
            "unik" if info.has("norun") => {}
            "unik" => match info.value("file") {
                Some(file) => self.files.push((file.to_owned(), text)),
                None => {
                    let before =
                        self.tests.last().filter(|_| info.has("continue")).map_or("", |test| &test.text);
                    let inherited = before.lines().count();
                    let text = format!("{before}{text}");
                    let files = Vec::new();
                    let line = lines.0 + 1;
                    self.tests.push(Test {
                        name,
                        line,
                        inherited,
                        text,
                        files,
                        keys: info.keys(),
                        views: Vec::new(),
                    });
                }
            },
            "graph" if info.has("eval") => self.view(view(ViewKind::Evaluated)),
            "graph" => self.view(view(ViewKind::Graph)),
            "keys" => self.view(view(ViewKind::Keys)),
            _ => {}
        }
    }

    fn view(&mut self, view: View) {
        if let Some(test) = self.tests.last_mut() {
            test.views.push(view);
        }
    }

    fn finish(self) -> Vec<Test> {
        let Self { mut tests, files } = self;
        for test in &mut tests {
            test.files.clone_from(&files);
        }
        tests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_become_tests_with_their_neighbours_and_views() {
        let text = "# A\n```unik\na\n```\n## B\n```unik file=m.unik\nm\n```\n```unik keys=\"--x 1\"\nb\n```\n```graph eval\ng\n```\n```unik continue\nc\n```\n```sh\nls\n```\n";
        let document = Document::parse(text);
        let [a, b, c] = &document.tests[..] else { panic!("{document:?}") };
        assert_eq!((a.name.as_str(), a.line, a.text.as_str(), a.files.len()), ("A", 3, "a\n", 0));
        assert_eq!((b.name.as_str(), b.line, b.files.len(), b.keys.len()), ("A / B", 10, 1, 2));
        assert_eq!(
            (b.views[0].kind, b.views[0].text.as_str(), b.views[0].lines),
            (ViewKind::Evaluated, "g\n", (12, 13))
        );
        assert_eq!((c.text.as_str(), c.inherited, c.files.len()), ("b\nc\n", 1, 1));
    }
}
