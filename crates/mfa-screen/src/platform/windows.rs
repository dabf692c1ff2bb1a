//! Windows gives the screen to everybody.

use zeroize::Zeroizing;

use crate::Error;
use crate::platform::picture::{luma, pgm};

/// Takes a picture of all monitors.
pub(crate) async fn screen() -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
    // On a screen of more than 96 pixels an inch, others get a smaller picture.
    mfa_sys::tray::see_real_pixels();
    let picture = tokio::task::spawn_blocking(mfa_sys::screen::picture);
    let picture = picture.await.map_err(|error| Error::Failed(error.into()))?;
    let picture = picture.map_err(|error| Error::Failed(error.into()))?;
    let grey = |pixel: &[u8]| match pixel {
        [blue, green, red, _] => luma(*red, *green, *blue),
        _ => 255,
    };
    let pixels = picture.pixels.chunks_exact(4).map(grey);
    Ok(vec![pgm(picture.width, picture.height, pixels)])
}
