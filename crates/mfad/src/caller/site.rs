//! The site on which a browser asks.
//!
//! Only mfa-browser, which the browser has started, can name it. From then on, the asker is this browser on this site: the
//! question names both, and rules and grants are for both.

use mfa_core::access::{Caller, Executable, Transport, Who};
use mfa_core::site::Site;
use mfa_ipc::Error;
use mfa_ipc::dict::Dict;

use super::{Asking, BROWSER_HOST, is_beside, platform};
use crate::refusals;

impl Asking {
    /// Takes the option that names the site, if there is one.
    ///
    /// # Errors
    /// Returns `NotSupported` if the option has the wrong type or is no site, `AccessDenied` if the asker is no browser.
    pub(crate) fn take_site(&mut self, options: &mut Dict) -> Result<(), Error> {
        let Some(site) = options.remove("site") else {
            return Ok(());
        };
        let site = String::try_from(site).map_err(|_| refusals::wrong_type("site"))?;
        let site = Site::parse(&site).map_err(|error| refusals::no_site(&error))?;
        let caller = &mut self.asker.caller;
        if !is_browser_host(caller) {
            return Err(refusals::not_the_browser_host());
        }
        // Where nobody knows who has started it, it would be one browser for all programs.
        let is_itself = matches!(&caller.who, Who::Program { path, .. } if caller.executable == Executable::Path(path.clone()));
        let who = (!is_itself).then(|| caller.who.on_site(&site)).flatten();
        caller.who = who.ok_or_else(refusals::no_browser)?;
        self.asker.site = Some(site);
        Ok(())
    }
}

fn is_browser_host(caller: &Caller) -> bool {
    let Executable::Path(path) = &caller.executable else {
        return false;
    };
    caller.transport == Transport::Private
        && is_beside(path, BROWSER_HOST)
        && platform::is_here(caller.pid, path)
}
