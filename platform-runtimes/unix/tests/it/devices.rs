//! The small devices pass the tests of their module types.

use unik_conformance::{clock, random};
use unik_unix::{Entropy, Timer, Wall, block_on};

#[test]
fn the_timer_is_a_timer() {
    block_on(async { clock::sleep(&Timer::new().await.unwrap()).await }).unwrap();
}

#[test]
fn the_wall_clock_is_a_wall_clock() {
    block_on(async { clock::wall(&Wall::new().await.unwrap()) }).unwrap();
}

#[test]
fn entropy_is_random() {
    block_on(async { random::random(&Entropy::new().await.unwrap()) }).unwrap();
}
