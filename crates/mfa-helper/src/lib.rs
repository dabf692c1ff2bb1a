//! The input and the output of our helper programs, for both ends of the pipe.
//!
//! mfa-import, mfa-export, mfa-screen, mfa-clipboard and mfa-type do what mfactl and the tray do not link. Their output, their exit
//! codes and the separation of pictures are defined only here, so that both ends agree.

pub mod clipboard;
mod exit;
pub mod export;
pub mod import;
pub mod pictures;
pub mod typing;

pub use exit::Exit;
