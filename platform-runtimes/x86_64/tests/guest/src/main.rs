//! A guest.
#![no_std]
#![no_main]

extern crate alloc;

use unik::log::Console;
use unik_platform::{Arguments, Failure, Image, Key};
use unik_x86_64::Serial;

unik_x86_64::entry!(IMAGE, start);

static IMAGE: Image = Image { name: "guest", doc: "", keys: &[MODE], attachments: &[] };
const MODE: Key = Key::new("mode", "Str", "What to do.");

async fn start(arguments: Arguments) -> Result<(), Failure> {
    let mode: Option<&'static str> = arguments.get(&MODE)?;
    let console = Serial::new().await.expect("it never fails");
    console.write_line(mode.unwrap_or("hello"));
    Ok(())
}
