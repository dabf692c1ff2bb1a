//! The desktop of macOS: an icon in the menu bar, which only the main thread may use.

mod notifications;
mod panel;
mod session;

pub(crate) use session::Session;

/// The programs that ask for a passphrase: none is always installed.
pub(crate) const PINENTRIES: &[&str] = &[];
/// Whether the desktop can ask for a name.
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

use crate::prompt::Answer;
use crate::run::Error;

/// Runs `work` on a separate thread, and the event loop of the menu bar on this one, until `work`
/// is done.
pub(crate) fn beside_the_desktop(
    work: impl FnOnce() -> Result<(), Error> + Send + 'static,
) -> Result<(), Error> {
    let Some(main) = MainThreadMarker::new() else {
        return Err(Error::NoIcon("this is not the main thread".into()));
    };
    let application = NSApplication::sharedApplication(main);
    // No icon in the Dock and no application menu.
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

/// Ends the event loop. It checks whether to end only after an event.
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

/// Returns the name of the desktop.
pub(crate) fn desktop() -> String {
    "macOS".to_owned()
}

/// Opens a text file. Calls `failed` later if there is no program for it.
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

/// Returns `None`: the log goes to standard error. launchd writes it to the file in its property
/// list.
pub(crate) fn log_file() -> Option<File> {
    None
}

/// Returns no programs: none asks for a name.
pub(crate) fn name_prompts(_: &str) -> Vec<(&'static str, Vec<String>)> {
    Vec::new()
}

/// Returns no programs: the menu is the tray's own, so that a click needs no window.
pub(crate) fn confirm_prompts(_: &str, _: &str, _: &str) -> Vec<(&'static str, Vec<String>)> {
    Vec::new()
}

/// Returns `None`: launchd starts the tray.
pub(crate) fn starts_at_login() -> Option<bool> {
    None
}

/// Returns `false`: the tray is started only if the user wants it.
pub(crate) fn is_unwanted_at_login() -> bool {
    false
}

/// Does nothing: the menu has no such entry.
pub(crate) fn start_at_login(_: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns [`Answer::Nobody`]: the tray has no window of its own here.
pub(crate) async fn answer(_: String, _: &str, _: &str) -> Answer<bool> {
    std::future::ready(Answer::Nobody).await
}
