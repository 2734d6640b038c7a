//! What `main` does around a generated program: boot arguments, the program, its exit code.

use alloc::rc::Rc;
use core::cell::Cell;

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
    let result = read_arguments(image).map(|arguments| {
        let code = Rc::new(Cell::new(Exit::SUCCESS));
        stop::watch(image.name, code.clone());
        let main = async {
            // Told before the background is waited for, and what a press of the button in the meantime ends with.
            if let Err(failure) = start(arguments).await {
                code.set(told(image, &failure));
            }
        };
        current().run(main);
        code.get()
    });
    exit(match result {
        Ok(code) => code,
        Err(Stop::Help(text)) => {
            console::write_line(text.trim_end_matches('\n'));
            Exit::SUCCESS
        }
        Err(Stop::Wrong(failure)) => told(image, &failure),
    })
}

/// Tells a failure; gives its exit code.
fn told(image: &Image, failure: &Failure) -> Exit {
    console::print(format_args!("{}: {failure}", image.name));
    failure.exit
}

fn read_arguments(image: &Image) -> Result<Arguments, Stop> {
    let words =
        boot_words().map_err(|error| Failure { exit: Exit::USAGE, message: alloc::format!("{error}") })?;
    Arguments::read(image, words, |_| None)
}
