//! The desktop of macOS: an icon in the menu bar, which only the main thread may touch.

mod notifications;
mod panel;
mod session;

pub(crate) use session::Session;

/// Programs that ask for a passphrase: none that is to be counted on.
pub(crate) const PINENTRIES: &[&str] = &[];
/// Whether a name can be asked for.
pub(crate) const ASKS_FOR_NAMES: bool = false;

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use dispatch2::DispatchQueue;
use objc2::MainThreadMarker;
use objc2_app_kit::{
    NSApplication, NSApplicationActivationPolicy, NSEvent, NSEventModifierFlags, NSEventType,
};

use crate::run::Error;

/// Does the work on a thread of its own, and what the menu bar needs on this one, until it is done.
pub(crate) fn beside_the_desktop(
    work: impl FnOnce() -> Result<(), Error> + Send + 'static,
) -> Result<(), Error> {
    let Some(main) = MainThreadMarker::new() else {
        return Err(Error::NoIcon("this is not the main thread".into()));
    };
    let application = NSApplication::sharedApplication(main);
    // No icon in the Dock, no menu of an application.
    application.setActivationPolicy(NSApplicationActivationPolicy::Accessory);
    let worker = std::thread::Builder::new().name("tray".into());
    let worker = worker.spawn(|| {
        let result = work();
        DispatchQueue::main().exec_async(stop);
        result
    })?;
    application.run();
    let failed = |_| io::Error::other("the thread of the tray has ended");
    worker.join().map_err(failed)?
}

/// Ends the application's loop, which looks whether it has to end after an event only.
fn stop() {
    let Some(main) = MainThreadMarker::new() else {
        return;
    };
    let application = NSApplication::sharedApplication(main);
    application.stop(None);
    let event = NSEvent::otherEventWithType_location_modifierFlags_timestamp_windowNumber_context_subtype_data1_data2(
        NSEventType::ApplicationDefined,
        objc2_foundation::NSPoint::default(),
        NSEventModifierFlags::empty(),
        0.0,
        0,
        None,
        0,
        0,
        0,
    );
    if let Some(event) = event {
        application.postEvent_atStart(&event, true);
    }
}

/// There is one.
pub(crate) fn desktop() -> String {
    "macOS".to_owned()
}

/// Opens a text file. Says later if there is no program for it.
pub(crate) fn open(path: &Path, failed: impl FnOnce(io::Error) + Send + 'static) -> io::Result<()> {
    let mut opener = Command::new("/usr/bin/open")
        .arg("-t")
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    std::thread::spawn(move || match opener.wait() {
        Ok(status) if status.success() => {}
        Ok(status) => failed(io::Error::other(format!("open: {status}"))),
        Err(error) => failed(error),
    });
    Ok(())
}

/// Standard error, which launchd writes where its property list says.
pub(crate) fn log_file() -> Option<File> {
    None
}

/// There is no program to ask for a name.
pub(crate) fn name_prompts(_: &str) -> Vec<(&'static str, Vec<String>)> {
    Vec::new()
}

/// That is not for us to say: launchd sees to it.
pub(crate) fn starts_at_login() -> Option<bool> {
    None
}

/// Whoever starts us wants us.
pub(crate) fn is_unwanted_at_login() -> bool {
    false
}

/// It is not in the menu.
pub(crate) fn start_at_login(_: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
