//! Takes pictures with the desktop portal on Wayland, and from the server on X11, which allows it to every
//! client.

mod portal;
mod x11;

use zeroize::Zeroizing;

use crate::Error;

/// Takes a picture in the way of the current desktop.
pub(crate) async fn screen() -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let picture = if is_set("WAYLAND_DISPLAY") {
        portal::screen().await?
    } else if is_set("DISPLAY") {
        let picture = tokio::task::spawn_blocking(x11::screen);
        picture
            .await
            .map_err(|error| Error::Failed(error.into()))??
    } else {
        return Err(Error::NoScreen);
    };
    Ok(vec![picture])
}
