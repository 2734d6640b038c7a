//! What the command line gives: the values of keys, and with which values an evaluation is made.

use smol_str::SmolStr;

/// The option of the target.
pub(crate) const TARGET: &str = "target";

/// The target where keys have their values and nobody says for which: an ordinary program. While keys are symbols it stays
/// open.
pub(crate) const USUAL_TARGET: &str = "unix";

/// Values of keys, as text: they get their type from the key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyValues {
    /// `--target`; `--target` among the values means the same.
    pub target: Option<SmolStr>,
    /// The others. If an option is given twice, the last one counts.
    pub given: Vec<Given>,
}

/// The value of one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Given {
    /// The option without dashes: `management-ipv4`.
    pub option: SmolStr,
    /// The value as written.
    pub text: SmolStr,
    /// Where it comes from, for people: `--port`, `UNIK_PORT`.
    pub origin: SmolStr,
}

impl KeyValues {
    /// The target where keys have their values and nobody says for which.
    pub const USUAL_TARGET: &'static str = USUAL_TARGET;

    /// With one more value.
    #[must_use]
    pub fn with(mut self, option: &str, text: &str) -> Self {
        let origin = SmolStr::new(format!("--{option}"));
        self.given.push(Given { option: option.into(), text: text.into(), origin });
        self
    }

    /// The target that is asked for.
    pub(crate) fn target(&self) -> Option<&SmolStr> {
        let given = self.given.iter().rev().find(|given| given.option == TARGET);
        given.map(|given| &given.text).or(self.target.as_ref())
    }
}

/// Which keys have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Those that are given; what others decide stays a choice.
    Symbolic,
    /// All that are known when configuring.
    Concrete,
}
