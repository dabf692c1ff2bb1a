//! Wayland: the desktop portal takes the picture, and may ask the user first. See
//! <https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.Screenshot.html>.

use std::collections::HashMap;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::StreamExt;
use percent_encoding::percent_decode_str;
use zbus::{Connection, OwnedVariant, Proxy, Variant};
use zeroize::Zeroizing;

use crate::Error;

/// The time that the user has to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time that the portal has for everything else.
const DELAY: Duration = Duration::from_secs(30);
/// The largest picture, in bytes.
const MAX: u64 = 64 * 1024 * 1024;

const PORTAL: &str = "org.freedesktop.portal.Desktop";
const OBJECT: &str = "/org/freedesktop/portal/desktop";
/// The application, by the name of its desktop entry.
const APPLICATION: &str = "org.mfactl.Tray";
/// The name of our request. There is only one at a time.
const TOKEN: &str = "mfactl";

/// Asks the portal for the picture, reads the file and deletes it.
pub(super) async fn screen() -> Result<Zeroizing<Vec<u8>>, Error> {
    let uri = tokio::time::timeout(PATIENCE + DELAY, ask());
    let uri = uri.await.map_err(|_| Error::Denied)??;
    let path = path(&uri).ok_or_else(|| Error::Failed("the portal returned no file".into()))?;
    let picture = std::fs::File::open(&path).and_then(|file| {
        // One allocation holds everything: a growing buffer would leave copies of itself behind.
        let length = usize::try_from(file.metadata()?.len().min(MAX)).unwrap_or(0);
        let mut bytes = Zeroizing::new(Vec::with_capacity(length + 1));
        file.take(MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    // The picture shows everything on the screen, and some portals store it where others can read it.
    let deleted = std::fs::remove_file(&path);
    let picture = picture.map_err(|error| Error::Failed(error.into()))?;
    deleted.map_err(|error| Error::Failed(error.into()))?;
    Ok(picture)
}

/// Asks for the picture, and returns its address.
async fn ask() -> Result<String, Error> {
    let bus = Connection::session().await.map_err(failed)?;
    register(&bus).await;
    let own = bus
        .unique_name()
        .map(ToString::to_string)
        .unwrap_or_default();
    let own = own.trim_start_matches(':').replace('.', "_");
    // The answer may arrive before the call returns, so this listens first.
    let request = format!("{OBJECT}/request/{own}/{TOKEN}");
    let interface = "org.freedesktop.portal.Request";
    let request = Proxy::new(&bus, PORTAL, request, interface)
        .await
        .map_err(failed)?;
    let mut answers = request.receive_signal("Response").await.map_err(failed)?;
    let interface = "org.freedesktop.portal.Screenshot";
    let portal = Proxy::new(&bus, PORTAL, OBJECT, interface)
        .await
        .map_err(failed)?;
    let options = HashMap::from([
        ("handle_token", Variant::from(TOKEN)),
        ("interactive", Variant::from(false)),
    ]);
    let arguments = ("", options);
    let call = portal.call_method("Screenshot", &arguments);
    call.await.map_err(|error| match error {
        zbus::Error::MethodError(name, ..) if name.contains("Unknown") => Error::NoPortal,
        zbus::Error::FDO(error) if is_absent(&error) => Error::NoPortal,
        error => failed(error),
    })?;
    let answer = tokio::time::timeout(PATIENCE, answers.next()).await;
    let Ok(answer) = answer else {
        // If the user agreed later, the portal would take a picture that nobody deletes.
        drop(request.call_method("Close", &()).await);
        return Err(Error::Denied);
    };
    let answer = answer.ok_or(Error::Denied)?;
    let (code, mut results): (u32, HashMap<String, OwnedVariant>) =
        answer.body().deserialize().map_err(failed)?;
    let uri = results.remove("uri").filter(|_| code == 0);
    let uri = uri.ok_or(Error::Denied)?;
    String::try_from(uri).map_err(failed)
}

/// Tells the portal which application asks, before anything else; otherwise it has to guess. It remembers for that
/// application what the user allows. Older portals do not have this.
async fn register(bus: &Connection) {
    let interface = Some("org.freedesktop.host.portal.Registry");
    let options: HashMap<&str, Variant<'_>> = HashMap::new();
    let body = (APPLICATION, options);
    drop(
        bus.call_method(Some(PORTAL), OBJECT, interface, "Register", &body)
            .await,
    );
}

fn is_absent(error: &zbus::fdo::Error) -> bool {
    use zbus::fdo::Error::{NameHasNoOwner, ServiceUnknown, UnknownInterface, UnknownMethod};
    matches!(
        error,
        NameHasNoOwner(_) | ServiceUnknown(_) | UnknownInterface(_) | UnknownMethod(_)
    )
}

/// Returns the path of a `file:` address.
fn path(uri: &str) -> Option<PathBuf> {
    let bytes: Vec<u8> = percent_decode_str(uri.strip_prefix("file://")?).collect();
    let path = PathBuf::from(std::ffi::OsString::from_vec(bytes));
    path.is_absolute().then_some(path)
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Failed(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_path() {
        assert_eq!(path("file:///tmp/a%20b.png"), Some("/tmp/a b.png".into()));
        assert_eq!(path("http://example.org/a.png"), None);
        assert_eq!(path("file://a.png"), None);
    }
}
