//! Named pipes that only one user can open.

use std::io;
use std::path::Path;
use std::ptr::from_mut;

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::System::Pipes::WaitNamedPipeW;

use super::peer::User;
use super::security::Descriptor;
use super::wide;

/// Creates an instance of a pipe for local clients of our own user. It refuses clients with fewer privileges
/// than ours.
///
/// # Errors
/// An error of the system, or `PermissionDenied` if it should be the `first` instance but is not.
#[expect(
    unsafe_code,
    reason = "the security attributes are handed over as a raw pointer"
)]
pub fn create(name: &Path, first: bool) -> io::Result<NamedPipeServer> {
    let user = User::own();
    let descriptor = Descriptor::parse(&format!("O:{user}D:P(A;;GA;;;{user})S:(ML;;NW;;;ME)"))?;
    let mut attributes = SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).map_err(io::Error::other)?,
        lpSecurityDescriptor: descriptor.as_raw(),
        bInheritHandle: 0,
    };
    let options = options(first);
    // SAFETY: the attributes and the descriptor in them are live and only read.
    unsafe { options.create_with_security_attributes_raw(name, from_mut(&mut attributes).cast()) }
}

/// Returns the options of an instance. Those that protect the pipe are set here, whatever the defaults are.
fn options(first: bool) -> ServerOptions {
    let mut options = ServerOptions::new();
    options
        .first_pipe_instance(first)
        .reject_remote_clients(true);
    options
}

/// Checks whether an instance of a pipe can be opened now.
#[expect(unsafe_code, reason = "every call of Win32 is")]
#[must_use]
pub fn exists(name: &Path) -> bool {
    let name = wide(name);
    // SAFETY: the name ends with a zero.
    unsafe { WaitNamedPipeW(name.as_ptr(), 1) != 0 }
}

#[cfg(test)]
mod tests {
    use tokio::net::windows::named_pipe::ClientOptions;

    use super::*;
    use crate::peer;

    #[test]
    fn both_ends_know_each_other() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        runtime.block_on(async {
            let name = format!(r"\\.\pipe\mfa-sys-{}", std::process::id());
            let name = Path::new(&name);
            assert!(!exists(name));
            let server = create(name, true).unwrap();
            assert!(exists(name));
            let client = ClientOptions::new().open(name).unwrap();
            server.connect().await.unwrap();
            assert_eq!(peer::owner(&client).unwrap(), User::own());
            let peer = peer::of(&server).unwrap();
            assert_eq!(
                (peer.user.clone(), peer.pid),
                (User::own(), std::process::id())
            );
            assert!(!peer.has_ended());
            assert!(!exists(name), "the only instance is taken");
        });
    }

    /// wine accepts these options and enforces neither, so the options themselves are looked at.
    #[test]
    fn only_the_first_instance_is_one_and_none_is_for_other_computers() {
        for first in [true, false] {
            let shown = format!("{:?}", options(first));
            for expected in [
                format!("first_pipe_instance: {first}"),
                "reject_remote_clients: true".to_owned(),
            ] {
                assert!(shown.contains(&expected), "no {expected} in {shown}");
            }
        }
    }

    #[test]
    fn the_list_names_us_and_nobody_else() {
        use std::os::windows::io::AsHandle;

        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        let _inside = runtime.enter();
        let name = format!(r"\\.\pipe\mfa-sys-list-{}", std::process::id());
        let server = create(Path::new(&name), true).unwrap();
        let user = User::own();
        let text = crate::platform::windows::security::sddl(server.as_handle()).unwrap();
        assert!(text.starts_with(&format!("O:{user}")), "{text}");
        let list = text.split_once("D:").unwrap().1;
        let list = list.split("S:").next().unwrap();
        assert!(list.starts_with('P'), "it inherits: {text}");
        assert_eq!(list.matches('(').count(), 1, "{text}");
        assert!(
            list.starts_with("P(A;;") && list.contains(&format!(";;;{user})")),
            "{text}"
        );
    }
}
