//! The private connection: a Unix socket, or a named pipe.

pub mod stream;

pub use crate::platform::transport::connect;
