//! What a session keeps: after as many edits as an afternoon has, no more than after a few.
//!
//! Allocated bytes are counted, not resident ones, in a program of its own, so that nothing else allocates meanwhile.

use std::sync::Arc;

use peak_alloc::PeakAlloc;
use unik_db::{Library, MemorySystem};
use unik_ide::Host;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const TEXT: &str = "\
let step: Int = 1
key port: Port = 80
let first = step + 1
let second = first + step
let third = if port == 80 then first else second
";

/// Edits as somebody types: a body grows and shrinks, an item comes and goes, another breaks and is mended.
fn texts() -> Vec<String> {
    let bodies = (0..20).map(|number| TEXT.replace("step + 1", &format!("step + {number}")));
    let items = (0..20).map(|number| format!("{TEXT}let more_{number} = third\n"));
    let broken = (0..TEXT.len()).step_by(7).map(|end| TEXT[..end].to_owned());
    bodies.chain(items).chain(broken).collect()
}

#[test]
fn ten_thousand_edits_keep_no_more_than_a_few() {
    let mut host = Host::new(Arc::new(MemorySystem::default()), Library::default());
    let mut edit = |text: &str| {
        let file = host.set_text("/app.unik", text);
        let analysis = host.analysis();
        let problems = analysis.problems_of(file).len();
        // A question at the end of what was typed, as every client asks it.
        let completions = analysis.completions(file, u32::try_from(text.len()).expect("a short text"));
        problems + completions.items.len()
    };
    let texts = texts();
    let mut said = 0;
    for text in texts.iter().cycle().take(1_000) {
        said += edit(text);
    }
    let early = ALLOCATED.current_usage();
    for text in texts.iter().cycle().skip(1_000).take(10_000) {
        said += edit(text);
    }
    let late = ALLOCATED.current_usage();
    assert!(said > 0);
    // The tables of the session double now and then; what each edit left behind would be a multiple of this.
    let most = early + early / 10;
    assert!(late <= most, "{early} bytes after 1,000 edits, {late} after 11,000");
}
