//! The private connection over a Unix socket or a named pipe.

mod handshake;
mod incoming;
pub(crate) mod server;
pub mod stream;
mod wire;

pub use crate::platform::transport::connect;
pub use wire::Wire;
