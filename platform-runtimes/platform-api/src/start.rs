//! What happens between the boot arguments and the jobs: checks, and devices that start or do not.

use alloc::format;
use alloc::string::String;

use crate::{Arguments, Device, Exit, Failure, Guard, Key, Requirement};

/// The device, or why it failed to start: its name, the cause, and its place in the `.unik` file.
pub fn started<T, E: Into<unik::Failure>>(device: &Device, result: Result<T, E>) -> Result<T, Failure> {
    result.map_err(|error| {
        let cause: unik::Failure = error.into();
        Failure {
            exit: Exit::DEVICE,
            message: format!("{} failed to start: {cause}\n  at {}", device.name, device.place),
        }
    })
}

/// Refuses values that would have made another choice when configuring.
pub fn guard(guard: &Guard, branch: usize, arguments: &Arguments) -> Result<(), Failure> {
    if branch == guard.taken {
        return Ok(());
    }
    let name = |index: usize| guard.branches.get(index).copied().unwrap_or("another device");
    let given = arguments.given(guard.keys);
    let values = if given.is_empty() { String::from("the default") } else { given.join(" ") };
    let again = arguments.options(guard.keys).join(" ");
    Err(Failure {
        exit: Exit::REFUSED,
        message: format!(
            "{values} would choose {} over {}: configure again with {again}\n  at {}",
            name(branch),
            name(guard.taken),
            guard.place
        ),
    })
}

/// Refuses values that a `require` excludes.
pub fn require(requirement: &Requirement, holds: bool, arguments: &Arguments) -> Result<(), Failure> {
    if holds {
        return Ok(());
    }
    let given = arguments.given(requirement.keys);
    let values = if given.is_empty() { String::new() } else { format!(", with {}", given.join(" ")) };
    Err(Failure {
        exit: Exit::REFUSED,
        message: format!("{}{values}\n  at {}", requirement.message, requirement.place),
    })
}

/// The result of checked arithmetic over keys.
pub fn exact<T>(result: Option<T>, expression: &str, place: &str) -> Result<T, Failure> {
    result.ok_or_else(|| Failure {
        exit: Exit::REFUSED,
        message: format!("`{expression}` is outside the range of its type\n  at {place}"),
    })
}

impl Arguments {
    /// The keys that were given at boot, as they were given: `--port=9000`, `UNIK_PORT=9000`.
    pub(crate) fn given(&self, keys: &[Key]) -> alloc::vec::Vec<String> {
        keys.iter().flat_map(|key| self.texts(key)).collect()
    }
}
