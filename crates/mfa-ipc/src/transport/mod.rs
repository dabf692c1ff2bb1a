//! The private connection, one module per kind of endpoint.

pub mod stream;
pub mod unix;
