//! How large images are: a budget for the smallest unikernel and for one with a network, for each target without an operating system.
//!
//! The same text and compiler give the same bytes, so that this is no matter of luck. An image that outgrows its budget has taken
//! something in: whoever means that raises the number, and says why.

use std::fs;

use unik_boot_tests::image::Image;

/// What a new compiler may add, in hundredths.
const ROOM: u64 = 5;

#[test]
fn images_keep_to_their_budgets() {
    let check = |example: &str, target: &str, bytes: u64| {
        // A folder of its own: the other tests may be building the same image.
        let file = unik_boot_tests::root().join("examples").join(example).join("app.unik");
        let image = Image::build(&file, target, &format!("size-of-{example}"), &[]);
        let size = fs::metadata(&image.path).expect("it has been built").len();
        let most = bytes + bytes * ROOM / 100;
        assert!(
            size <= most,
            "{example} for {target} has {size} bytes; it had {bytes}, and {most} are allowed"
        );
        assert!(
            size > bytes / 2,
            "{example} for {target} has {size} bytes: write its new size down, it had {bytes}"
        );
    };
    check("hello", "virtio", 124_952);
    check("hello", "xen", 177_705);
    check("file-server", "virtio", 584_888);
    check("file-server", "xen", 669_960);
}
