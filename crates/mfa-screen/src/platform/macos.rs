//! macOS: its own program takes the pictures, into a folder of ours that is removed again. The user is
//! asked once whether we may see the screen.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;
use zeroize::Zeroizing;

use crate::Error;

/// The program, which takes one file for each display.
const PROGRAM: &str = "/usr/sbin/screencapture";
/// How many displays are looked at.
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

/// A folder that nobody else can look into, for as long as this is there.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let name = format!("mfactl-screen-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // One that is there already is not ours, or is in use.
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // There is nobody left to be told.
        drop(fs::remove_dir_all(&self.0));
    }
}

fn failed(error: io::Error) -> Error {
    Error::Failed(error.into())
}
