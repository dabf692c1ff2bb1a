//! Linux and macOS: a lock is advice, which only daemons of ours follow.

/// Whether nobody else can read a locked file, not even by another handle of the same process.
pub(in super::super) const LOCKS_OUT_READERS: bool = false;
