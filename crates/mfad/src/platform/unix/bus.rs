//! The session bus, over a socket of our own: zbus would read from it as fast as others write.

use std::sync::Arc;

use mfa_ipc::transport::stream::{Gate, Stream};
use mfa_sys::peer::User;
use tokio::net::UnixStream;
use zbus::Address;
use zbus::address::Transport;
use zbus::address::transport::UnixSocket;
use zbus::connection::Builder;

/// Returns a builder for a connection to the session bus.
///
/// # Errors
/// Returns an error if the session bus is not there.
pub(crate) async fn session_bus(gate: Arc<dyn Gate>) -> zbus::Result<Builder<'static>> {
    let address = Address::session()?;
    let Transport::Unix(unix) = address.transport() else {
        // The bus is on another machine, or its address has to be obtained from a program.
        return Ok(Builder::session());
    };
    let socket = match unix.path() {
        UnixSocket::File(path) => UnixStream::connect(path).await,
        #[cfg(target_os = "linux")]
        UnixSocket::Abstract(name) => open_abstract(name.as_encoded_bytes()),
        _ => return Ok(Builder::session()),
    };
    let socket = socket.map_err(zbus::Error::from)?;
    Ok(Builder::socket(Stream::bus(socket, User::own(), gate)))
}

#[cfg(target_os = "linux")]
fn open_abstract(name: &[u8]) -> std::io::Result<UnixStream> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixStream as Plain};

    let address = SocketAddr::from_abstract_name(name)?;
    let socket = Plain::connect_addr(&address)?;
    socket.set_nonblocking(true)?;
    UnixStream::from_std(socket)
}
