//! What the daemon has done with the file of the configuration, and who may have it do so.

use mfa_ipc::Error;

use super::{Ask, Needs, Served};
use crate::caller::Asker;
use crate::service::Service;
use crate::service::consent::Applicant;

/// What became of the file that the accounts are kept in step with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Followed {
    /// The file, if there is one.
    pub(crate) file: Option<String>,
    /// When the accounts and the file were the same last.
    pub(crate) at: Option<u64>,
    /// Why the last synchronisation failed; empty if it did not.
    pub(crate) problem: String,
    /// The latest fields of which one value gave way to another.
    pub(crate) conflicts: Vec<String>,
}

/// Reports a synchronisation that nobody has asked for. The answer is when that was.
pub(crate) struct Report {
    pub(crate) followed: Followed,
    /// Whether the accounts and the file are the same now.
    pub(crate) is_done: bool,
    /// Whether secrets were put into the file.
    pub(crate) is_written: bool,
}

/// A request to keep a passphrase later on.
pub(in crate::service) struct MayKeep(pub(in crate::service) Asker);

impl Ask for Report {
    type Answer = Option<u64>;

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let at = match self.is_done {
            true => service.now().ok(),
            false => self.followed.at,
        };
        service.followed = Followed {
            at,
            ..self.followed
        };
        if self.is_written {
            service.put_into_file(asker);
        }
        Ok(Served::Now(at))
    }
}

impl Ask for MayKeep {
    type Answer = ();

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        service.is_person(&self.0).map(Served::Now)
    }
}
