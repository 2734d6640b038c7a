//! What `main` does around a generated program: boot arguments, the program, its exit code.

use unik_platform::{Arguments, Exit, Failure, Image, Stop};

use crate::command_line::boot_words;
use crate::exit::exit;
use crate::machine::current;
use crate::{console, stop};

/// Makes the entry of an image and its `async fn start(arguments: Arguments) -> Result<(), Failure>`.
#[macro_export]
macro_rules! entry {
    ($image:expr, $start:path) => {
        #[unsafe(no_mangle)]
        fn unik_image_main() -> ! {
            $crate::run(&$image, $start)
        }
    };
}

/// Runs an image from its boot arguments to its exit code; what `entry!` calls.
///
/// The arguments are the words of the command line; there are no variables of an environment.
pub fn run<F>(image: &'static Image, start: fn(Arguments) -> F) -> !
where
    F: Future<Output = Result<(), Failure>>,
{
    let result = read_arguments(image).and_then(|arguments| {
        let executor = current();
        stop::watch(image.name);
        executor.run(start(arguments)).map_err(Stop::Wrong)
    });
    match result {
        Ok(()) => exit(Exit::SUCCESS),
        Err(Stop::Help(text)) => {
            console::write_line(text.trim_end_matches('\n'));
            exit(Exit::SUCCESS)
        }
        Err(Stop::Wrong(failure)) => {
            console::print(format_args!("{}: {failure}", image.name));
            exit(failure.exit)
        }
    }
}

fn read_arguments(image: &Image) -> Result<Arguments, Stop> {
    let words =
        boot_words().map_err(|error| Failure { exit: Exit::USAGE, message: alloc::format!("{error}") })?;
    Arguments::read(image, words, |_| None)
}
