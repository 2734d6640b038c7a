//! Does what it is told by `--mode`, most of which no program should do. The tests boot it and read its console.

#![no_std]
#![no_main]

extern crate alloc;

mod crimes;

use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use unik::clock::{Monotonic, Sleep, Wall as _};
use unik::concurrent::race;
use unik::log::Console;
use unik::program::Program as _;
use unik::random::Random;
use unik_platform::{Arguments, Exit, Failure, Image, Key};
use unik_x86_64::{Entropy, Program, Serial, Timer, Wall, memory};

unik_x86_64::entry!(IMAGE, start);

static IMAGE: Image = Image { name: "guest", doc: "Does what it is told.", keys: &[MODE], attachments: &[] };

const MODE: Key = Key { default: Some("hello"), ..Key::new("mode", "Str", "What to do.") };

fn say(line: &str, console: &Serial) {
    console.write_line(line);
}

fn failed(error: impl core::fmt::Display) -> Failure {
    Failure { exit: Exit::DEVICE, message: format!("{error}") }
}

async fn start(arguments: Arguments) -> Result<(), Failure> {
    let mode: &str = arguments.get(&MODE)?.unwrap_or("hello");
    let console = Serial::new().await.map_err(failed)?;
    let timer = Timer::new().await.map_err(failed)?;
    match mode {
        "hello" => say("hello", &console),
        "job" => return Err(Failure { exit: Exit::JOB, message: "the job failed".into() }),
        "words" => say(unik_x86_64::command_line(), &console),
        "sleep" => sleep(&console, &timer).await,
        "wide" => wide(&console),
        "idle" => {
            say("idle", &console);
            timer.sleep(Duration::from_secs(3)).await;
            say("awake", &console);
        }
        "nudged" => nudged(&console),
        "nested" => nested(&console),
        "wall" => {
            let wall = Wall::new().await.map_err(failed)?;
            say(&format!("wall {}", wall.now().seconds), &console);
        }
        "random" => random(&console).await?,
        "heap" => heap(&console),
        "ignore" => {
            say("waiting", &console);
            core::future::pending().await
        }
        "heed" => heed(&console, &timer, Duration::from_millis(10)).await?,
        "dawdle" => heed(&console, &timer, Duration::from_secs(60)).await?,
        "abandon" => {
            let program = Program::new().await.map_err(failed)?;
            program.spawn(async move { timer.sleep(Duration::from_secs(3_600)).await });
            return Err(Failure { exit: Exit::JOB, message: "the work is abandoned".into() });
        }
        "spin" => {
            say("waiting", &console);
            loop {
                // Never idle, but the executor gets a look at the outside world.
                timer.sleep(Duration::ZERO).await;
                unik::concurrent::yield_now().await;
            }
        }
        _ => crimes::commit(mode, &console),
    }
    Ok(())
}

/// What the clock says of several sleeps.
async fn sleep(console: &Serial, timer: &Timer) {
    say("asleep", console);
    let before = timer.now();
    for _ in 0..10 {
        let start = timer.now();
        timer.sleep(Duration::from_millis(100)).await;
        assert!(timer.now() - start >= Duration::from_millis(100), "a sleep was too short");
    }
    say(&format!("slept {} ms", (timer.now() - before).as_millis()), console);
    // The shorter of two waits counts, in either order of their start.
    for (first, second) in [(10, 2_000), (2_000, 10)] {
        let start = timer.now();
        race(timer.sleep(Duration::from_millis(first)), timer.sleep(Duration::from_millis(second))).await;
        assert!(timer.now() - start < Duration::from_millis(1_500), "the longer wait counted");
    }
    // No wake-up is lost, however short the wait.
    for wait in 0..500 {
        timer.sleep(Duration::from_micros(wait)).await;
    }
    let mut last = timer.now();
    for _ in 0..100_000 {
        let now = timer.now();
        assert!(now >= last, "time went back");
        last = now;
    }
    say("time goes on", console);
}

/// An interrupt that comes between being let in and sleeping, as on an emulator that lets it: the sleep is over before it has begun.
fn nudged(console: &Serial) {
    say("about to sleep", console);
    // SAFETY: these are the frame that an interrupt leaves at the first instruction of the sleep (SDM 3A, 6.14.2), and the stub that ends
    // an interrupt. The sleep returns to the end of the block; it changes the flags, and keeps interrupts off.
    unsafe {
        core::arch::asm!(
            "lea {back}, [rip + 2f]",
            "mov {stack}, rsp",
            "push {back}",
            "mov {back}, rsp",
            "mov {flags:e}, ss",
            "push {flags}",
            "push {back}",
            "pushfq",
            "or qword ptr [rsp], 0x200",
            "mov {flags:e}, cs",
            "push {flags}",
            "lea {back}, [rip + unik_asleep]",
            "push {back}",
            "jmp unik_spurious_stub",
            "2:",
            "mov rsp, {stack}",
            back = out(reg) _,
            stack = out(reg) _,
            flags = out(reg) _,
        );
    }
    say("awake", console);
}

/// Where interrupts come from stands on the stack that they interrupt, so that one that comes within another overwrites nothing.
fn nested(console: &Serial) {
    let (top, told, back): (u64, u64, u64);
    // SAFETY: the vector is that of interrupts that have gone away, whose handler changes nothing. Below the stack pointer lies what it was
    // interrupted with (SDM 3A, 6.14.2).
    unsafe {
        core::arch::asm!(
            "lea {back}, [rip + 2f]",
            "int 255",
            "2:",
            "mov {top}, rsp",
            "and {top}, -16",
            "mov {told}, [{top} - 40]",
            top = out(reg) top,
            told = out(reg) told,
            back = out(reg) back,
        );
    }
    assert_eq!(told, back, "the stack at {top:#x} does not tell what was interrupted");
    say("it was here", console);
}

/// The registers of AVX hold what is put there, if the processor has them, and programs that ask are told so.
fn wide(console: &Serial) {
    let features = core::arch::x86_64::__cpuid(1).ecx;
    let (saved, avx) = (features & 1 << 27 != 0, features & 1 << 28 != 0);
    if !avx {
        return say(if saved { "saved, not wide" } else { "not wide" }, console);
    }
    assert!(saved, "AVX without the instructions that save its registers");
    let mut to = [0_u64; 4];
    // SAFETY: the processor has AVX, as a program finds out in this way; the instructions read and write four words.
    unsafe {
        core::arch::asm!(
            "vmovdqu ymm0, [{from}]",
            "vmovdqu [{to}], ymm0",
            from = in(reg) &[1_u64, 2, 3, 4],
            to = in(reg) &mut to,
            out("ymm0") _,
        );
    }
    assert_eq!(to, [1, 2, 3, 4]);
    say("wide", console);
}

async fn random(console: &Serial) -> Result<(), Failure> {
    let entropy = Entropy::new().await.map_err(failed)?;
    let mut seen = Vec::new();
    for _ in 0..1_000 {
        let word = entropy.next_u64();
        assert!(!seen.contains(&word), "a word came twice");
        seen.push(word);
    }
    let mut much = alloc::vec![0; 3 << 20];
    entropy.fill(&mut much);
    let ones: u64 = much.iter().map(|byte| u64::from(byte.count_ones())).sum();
    let bits = 8 * much.len() as u64;
    assert!(ones.abs_diff(bits / 2) < bits / 1_000, "{ones} of {bits} bits are ones");
    // Crates that ask for random bytes themselves get the same ones, also on a thread that holds everything up.
    let mut theirs = [0; 64];
    critical_section::with(|_| getrandom::fill(&mut theirs)).map_err(failed)?;
    assert!(theirs.iter().any(|byte| *byte != 0), "nothing was filled");
    say(&format!("random {:016x}", seen[0]), console);
    Ok(())
}

/// Memory is given, used, given back, and refused when there is too much of it.
fn heap(console: &Serial) {
    let before = memory::usage();
    say(&format!("heap {} bytes, {} in use", before.total, before.used), console);
    let pieces: Vec<Vec<u8>> = (0..100_u8).map(|byte| alloc::vec![byte; 10_000]).collect();
    assert!(pieces.iter().zip(0..).all(|(piece, byte)| piece.iter().all(|own| *own == byte)));
    let shared = memory::Shared::new(100_000).expect("there is memory");
    assert!(shared.address() % 4096 == 0 && shared.len() == 102_400);
    assert_eq!(shared.load::<u64>(99_992), 0);
    shared.store(99_992, 0x0102_0304_0506_0708_u64);
    assert_eq!(shared.load::<u8>(99_992), 8);
    assert_eq!(shared.load::<u16>(99_996), 0x0304);
    let mut bytes = [0; 8];
    shared.read(99_992, &mut bytes);
    assert_eq!(bytes, [8, 7, 6, 5, 4, 3, 2, 1]);
    let error = memory::Shared::new(1 << 40).expect_err("no machine of the tests has so much");
    say(&format!("{error}"), console);
    assert!(Vec::<u8>::new().try_reserve(1 << 40).is_err());
    drop((pieces, shared));
    assert_eq!(memory::usage(), before, "memory was lost");
    say("all given back", console);
    let refused = Vec::<u8>::new().try_reserve(1 << 40);
    assert!(refused.is_err() && !alloc::vec![1].is_empty());
    // A panic that is not about memory does not speak of it.
    panic!("on purpose");
}

/// Stops when it is asked to, after a while.
async fn heed(console: &Serial, timer: &Timer, takes: Duration) -> Result<(), Failure> {
    let program = Program::new().await.map_err(failed)?;
    let stopping = program.stopping();
    say("waiting", console);
    stopping.await;
    // It goes on existing, so the program is counted on.
    let stopping = program.stopping();
    say("stopping", console);
    timer.sleep(takes).await;
    say("stopped", console);
    drop(stopping);
    Ok(())
}
