//! Windows.

pub(crate) mod endpoint;
pub(crate) mod launcher;
pub(crate) mod paths;
pub(crate) mod transport;
