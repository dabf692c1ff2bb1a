//! Windows: a lock is enforced. A carrier could not read a locked file, so it is locked only while it is merged.

/// Whether nobody else can read a locked file, not even by another handle of the same process.
pub(in super::super) const LOCKS_OUT_READERS: bool = true;
