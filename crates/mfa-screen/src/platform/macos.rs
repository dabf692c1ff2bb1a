//! macOS: the system's own program takes the pictures. It writes them to a private folder, which is removed
//! afterwards. The system asks the user once for permission to record the screen.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;
use zeroize::Zeroizing;

use crate::Error;

/// The program, which writes one file per display.
const PROGRAM: &str = "/usr/sbin/screencapture";
/// The largest number of displays.
const MAX_DISPLAYS: usize = 8;

/// Takes a picture of each display, as PNG.
pub(crate) async fn screen() -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
    let folder = Folder::new().map_err(failed)?;
    let files: Vec<_> = (0..MAX_DISPLAYS)
        .map(|number| folder.0.join(format!("{number}.png")))
        .collect();
    let status = Command::new(PROGRAM)
        .args(["-x", "-t", "png"])
        .args(&files)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .status();
    if !status.await.map_err(failed)?.success() {
        return Err(Error::Denied);
    }
    let mut pictures = Vec::new();
    for file in files {
        match fs::read(file) {
            Ok(picture) => pictures.push(Zeroizing::new(picture)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
    }
    if pictures.is_empty() {
        return Err(Error::NoScreen);
    }
    Ok(pictures)
}

/// A private folder, which is removed when this value is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let name = format!("mfactl-screen-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // If the folder exists already, it is not ours or is in use.
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A destructor cannot report an error.
        drop(fs::remove_dir_all(&self.0));
    }
}

fn failed(error: io::Error) -> Error {
    Error::Failed(error.into())
}
