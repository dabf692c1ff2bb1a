//! The one call that some tools make before any other, even where there is no bus.
//!
//! `busctl --address=` and `gdbus call --address` first say `Hello` to a bus daemon. An answer lets them talk
//! to a private connection; the name in it has no meaning there.

use zbus::interface;

/// The path at which a bus daemon would be.
pub const PATH: &str = "/org/freedesktop/DBus";

/// A bus daemon that can say hello.
pub struct Hello;

#[interface(name = "org.freedesktop.DBus", introspection_docs = false)]
impl Hello {
    #[expect(clippy::unused_self, reason = "the interface macro hands it in")]
    fn hello(&self) -> &'static str {
        ":1.1"
    }
}
