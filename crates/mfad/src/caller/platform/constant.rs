//! The process behind a request, where a process runs one program until its end, or where nobody looks for it.

use mfa_core::access::Who;

/// The processes behind a request, of which none becomes another one. Who has ended is no other one either.
#[derive(Clone, Debug)]
pub(in crate::caller) struct Origin;

impl Origin {
    #[expect(clippy::unused_self, reason = "the same on all systems")]
    pub(in crate::caller) fn is_still(&self, _: &Who) -> bool {
        true
    }
}
