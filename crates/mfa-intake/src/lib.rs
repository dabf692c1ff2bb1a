//! Where accounts come from: a picture of the screen, a picture or a text from elsewhere.
//!
//! What others have made is not looked at here: [`decoder`] hands it to the program mfa-import,
//! which has no rights, and reads its answer.

pub mod decoder;
pub mod picture;
mod platform;
pub mod screen;
