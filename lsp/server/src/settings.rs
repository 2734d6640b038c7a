//! Which configuration counts in which folder: what the client said at the start, what it says when it is asked or by itself, and what
//! somebody has chosen since. `spec/editors.md` says the order.

use std::collections::BTreeMap;

use serde_json::Value;
use unik_ide::Configuration;

/// The folders of the workspace with what was said of each. The one without a name is for files outside of all.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    initial: Configuration,
    folders: BTreeMap<String, Said>,
}

/// What was said of a folder.
#[derive(Debug, Default)]
struct Said {
    /// By the settings of the client.
    settings: Option<Configuration>,
    /// Whether the client has answered what they are: the first answer is no change.
    answered: bool,
    /// By `unik/configure`, since the settings changed last.
    chosen: Option<Configuration>,
}

impl Settings {
    /// What counts where nobody says anything else.
    pub(crate) fn start(&mut self, initial: Option<Configuration>) {
        self.initial = initial.unwrap_or_default();
        self.folders.entry(String::new()).or_default();
    }

    /// A folder joins the workspace.
    pub(crate) fn join(&mut self, folder: &str) {
        self.folders.entry(folder.to_owned()).or_default();
    }

    /// Whether a folder is one of the workspace.
    pub(crate) fn has(&self, folder: &str) -> bool {
        self.folders.contains_key(folder)
    }

    /// A folder leaves the workspace.
    pub(crate) fn leave(&mut self, folder: &str) {
        if !folder.is_empty() {
            self.folders.remove(folder);
        }
    }

    /// The client says the settings of these folders, or of all. Where they are others than before, what was chosen is over.
    pub(crate) fn change(&mut self, of: &Changed) {
        for (folder, said) in &mut self.folders {
            let (now, first) = match of {
                Changed::All(configuration) => (Some(configuration), false),
                Changed::Each(folders) => (folders.get(folder), !said.answered),
            };
            let Some(now) = now else { continue };
            if !first && said.settings != *now {
                said.chosen = None;
            }
            said.settings = now.clone();
            said.answered = true;
        }
    }

    /// Somebody has chosen something for the folder of a file.
    pub(crate) fn choose(&mut self, path: &str, configuration: Configuration) {
        let folder = self.around(path).to_owned();
        self.folders.entry(folder).or_default().chosen = Some(configuration);
    }

    /// The innermost folder that a path lies in.
    fn around(&self, path: &str) -> &str {
        let inside = |folder: &&String| {
            folder.is_empty()
                || path
                    .strip_prefix(folder.as_str())
                    .is_some_and(|rest| rest.starts_with('/') || folder.ends_with('/'))
        };
        self.folders.keys().filter(inside).max_by_key(|folder| folder.len()).map_or("", String::as_str)
    }

    /// What counts in each folder.
    pub(crate) fn in_force(&self) -> impl Iterator<Item = (&str, &Configuration)> {
        self.folders.iter().map(|(folder, said)| {
            let said = said.chosen.as_ref().or(said.settings.as_ref());
            (folder.as_str(), said.unwrap_or(&self.initial))
        })
    }
}

/// Settings as the client has them now; nothing where it has none.
#[derive(Debug)]
pub(crate) enum Changed {
    /// The same for all folders.
    All(Option<Configuration>),
    /// By folder.
    Each(BTreeMap<String, Option<Configuration>>),
}

/// Reads a configuration. Values that are numbers or truth values count as they are written; what is something else is left aside.
pub(crate) fn configuration(said: &Value) -> Option<Configuration> {
    let said = said.as_object()?;
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.as_str().into()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    let keys = said.get("keys").and_then(Value::as_object).into_iter().flatten();
    let target = said.get("target").and_then(Value::as_str).filter(|target| !target.is_empty());
    Some(Configuration {
        target: target.map(Into::into),
        keys: keys.filter_map(|(option, value)| Some((option.as_str().into(), text(value)?))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn port(port: u16) -> Option<Configuration> {
        configuration(&json!({ "target": "", "keys": { "port": port, "wrong": {}, "debug": true } }))
    }

    /// The ports in force, by folder.
    fn ports(settings: &Settings) -> Vec<String> {
        let port =
            |configuration: &Configuration| configuration.keys.get("port").cloned().unwrap_or_default();
        settings.in_force().map(|(folder, it)| format!("{folder}={}", port(it))).collect()
    }

    #[test]
    fn the_later_counts_until_the_settings_change_again() {
        let mut settings = Settings::default();
        settings.start(port(1));
        settings.join("/a");
        settings.join("/a/b");
        assert_eq!(ports(&settings), ["=1", "/a=1", "/a/b=1"]);
        settings.change(&Changed::Each([("/a".to_owned(), port(2)), ("/a/b".to_owned(), None)].into()));
        assert_eq!(ports(&settings), ["=1", "/a=2", "/a/b=1"]);
        settings.choose("/a/b/app.unik", port(3).unwrap());
        settings.choose("/ab.unik", port(4).unwrap());
        assert_eq!(ports(&settings), ["=4", "/a=2", "/a/b=3"]);
        settings.change(&Changed::All(port(5)));
        assert_eq!(ports(&settings), ["=5", "/a=5", "/a/b=5"]);
        settings.leave("/a/b");
        settings.leave("");
        settings.choose("/a/b/app.unik", port(6).unwrap());
        assert_eq!(ports(&settings), ["=5", "/a=6"]);
    }

    #[test]
    fn what_is_chosen_outlasts_the_first_answer_and_those_that_are_the_same() {
        let mut settings = Settings::default();
        settings.start(port(1));
        settings.join("/a");
        settings.join("/b");
        settings.choose("/a/app.unik", port(2).unwrap());
        settings.choose("/b/app.unik", port(3).unwrap());
        let mut check = |of: Changed, expected: [&str; 3]| {
            settings.change(&of);
            assert_eq!(ports(&settings), expected, "{of:?}");
        };
        let each = |a, b| Changed::Each([("/a".to_owned(), a), ("/b".to_owned(), b)].into());
        check(each(port(4), None), ["=1", "/a=2", "/b=3"]);
        check(each(port(4), None), ["=1", "/a=2", "/b=3"]);
        check(each(port(4), port(5)), ["=1", "/a=2", "/b=5"]);
        check(each(None, port(5)), ["=1", "/a=1", "/b=5"]);
    }

    #[test]
    fn what_is_no_configuration_is_left_aside() {
        let read = port(80).unwrap();
        assert_eq!((read.target, read.keys.len()), (None, 2));
        for wrong in [json!(null), json!([]), json!("port"), json!(3)] {
            assert_eq!(configuration(&wrong), None, "{wrong}");
        }
        assert_eq!(configuration(&json!({ "target": 3, "keys": [1] })), Some(Configuration::default()));
    }
}
