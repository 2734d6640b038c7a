//! Uses the devices of a virtual machine as `--mode` says. The tests boot it and talk to it.

#![no_std]
#![no_main]

extern crate alloc;

mod disks;
mod frames;

use alloc::borrow::ToOwned;
use alloc::format;
use core::fmt::Display;

use unik::log::Console;
use unik_platform::{Arguments, Attachment, Exit, Failure, Image, Key};
use unik_virtio::{Disk, Entropy, Nic, Terminal};

unik_virtio::entry!(IMAGE, start);

static IMAGE: Image = Image {
    name: "guest",
    doc: "Uses its devices.",
    keys: &[MODE],
    attachments: &[
        Attachment { kind: "disk", name: "first", doc: "" },
        Attachment { kind: "disk", name: "second", doc: "" },
        Attachment { kind: "disk", name: "third", doc: "" },
        Attachment { kind: "nic", name: "management", doc: "" },
        Attachment { kind: "nic", name: "service", doc: "" },
    ],
};

const MODE: Key = Key::new("mode", "Str", "What to do.");

/// Writes a line to the console.
pub(crate) async fn say(text: impl Display) {
    if let Ok(console) = Terminal::new().await {
        console.write_line(&format!("{text}"));
    }
}

pub(crate) fn failed(error: impl Display) -> Failure {
    Failure { exit: Exit::DEVICE, message: format!("{error}") }
}

/// What the drivers log goes to the console too.
struct Records;

impl log::Log for Records {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        unik_virtio::write_line(&format!("{}: {}", record.level(), record.args()));
    }

    fn flush(&self) {}
}

async fn start(arguments: Arguments) -> Result<(), Failure> {
    let _ = log::set_logger(&Records);
    log::set_max_level(log::LevelFilter::Info);
    let mode: &str = arguments.required(&MODE)?;
    match mode {
        "echo" => frames::echo(&[nic("management").await?]).await,
        "echo-two" => frames::echo(&[nic("management").await?, nic("service").await?]).await,
        "flood" => frames::flood(&nic("management").await?).await,
        "disk" => disks::check(&disk("first").await?).await,
        "disks" => disks::tell(&[disk("first").await?, disk("second").await?, disk("third").await?]).await,
        "everything" => {
            Entropy::new().await.map_err(failed)?;
            disks::tell(&[disk("first").await?, disk("second").await?, disk("third").await?]).await?;
            frames::echo(&[nic("management").await?, nic("service").await?]).await
        }
        "failing" => disks::fail(&disk("first").await?).await,
        "read" => disks::read_all(&disk("first").await?).await,
        "entropy" => {
            let entropy = Entropy::new().await.map_err(failed)?;
            unik_conformance::random::random(&entropy);
            say("entropy is good").await;
            Ok(())
        }
        "console" => {
            say("ü, and a line of many letters: ".to_owned() + &"x".repeat(3000)).await;
            panic!("on purpose");
        }
        _ => Err(failed("no such mode")),
    }
}

async fn nic(name: &str) -> Result<Nic, Failure> {
    Nic::new(name).await.map_err(failed)
}

async fn disk(name: &str) -> Result<Disk, Failure> {
    Disk::new(name).await.map_err(failed)
}
