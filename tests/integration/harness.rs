//! The desktop that the tests run in.

use tests::Desktop;

#[test]
#[should_panic(expected = "--display knows x11 wayland weston none, but not paper")]
fn a_desktop_that_does_not_start_says_why() {
    drop(Desktop::start(&["--display", "paper"]));
}
