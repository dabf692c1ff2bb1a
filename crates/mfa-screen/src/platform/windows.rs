//! Windows: every program can read the screen.

use zeroize::Zeroizing;

use crate::Error;
use mfa_helper::pictures::luma;

use crate::platform::picture::pgm;

/// Takes a picture of all monitors.
pub(crate) async fn screen() -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
    // On a screen with more than 96 pixels per inch, other processes get a smaller picture.
    mfa_sys::screen::see_real_pixels();
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
