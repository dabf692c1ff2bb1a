//! X11: the pixels of the root window, which covers all monitors.

use x11rb::connection::Connection;
use x11rb::errors::{ConnectError, ConnectionError, ReplyError};
use x11rb::protocol::xproto::{ConnectionExt, ImageFormat, ImageOrder};
use zeroize::{Zeroize, Zeroizing};

use crate::Error;
use mfa_helper::pictures::luma;

use crate::platform::picture::pgm;

/// Takes the picture. This blocks until the server answers.
pub(super) fn screen() -> Result<Zeroizing<Vec<u8>>, Error> {
    let (server, number) = x11rb::connect(None).map_err(failed::<ConnectError>)?;
    let setup = server.setup();
    let root = setup.roots.get(number).ok_or(Error::NoScreen)?.root;
    let size = server
        .get_geometry(root)
        .map_err(failed::<ConnectionError>)?
        .reply()
        .map_err(failed::<ReplyError>)?;
    let picture = server
        .get_image(
            ImageFormat::Z_PIXMAP,
            root,
            0,
            0,
            size.width,
            size.height,
            !0,
        )
        .map_err(failed::<ConnectionError>)?
        .reply()
        .map_err(failed::<ReplyError>)?;
    let format = setup
        .pixmap_formats
        .iter()
        .find(|f| f.depth == picture.depth);
    let mut data = picture.data;
    let grey = match format.map(|format| format.bits_per_pixel) {
        Some(32) => {
            let little = setup.image_byte_order == ImageOrder::LSB_FIRST;
            let pixel = |bytes: &[u8]| match (bytes, little) {
                ([blue, green, red, _], true) | ([_, red, green, blue], false) => {
                    luma(*red, *green, *blue)
                }
                _ => 255,
            };
            let (width, height) = (size.width.into(), size.height.into());
            Ok(pgm(width, height, data.chunks_exact(4).map(pixel)))
        }
        _ => Err(Error::Failed("the screen has too few colours".into())),
    };
    data.zeroize();
    grey
}

fn failed<E: std::error::Error + Send + Sync + 'static>(error: E) -> Error {
    Error::Failed(error.into())
}
