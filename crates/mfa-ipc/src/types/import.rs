//! The result of an import for each account.

use crate::Error;
use crate::dict::{Dict, Fields, Reader, Writer};

/// The maximum number of accounts in one import.
pub const MAX_IMPORTED: usize = 6000;

/// The kind of result for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The account is stored.
    Added,
    /// An account with the same secret and parameters exists already, or an earlier account of this
    /// import has the same secret, parameters, issuer and user name.
    Present,
    /// The account cannot be stored.
    Skipped,
}

impl Fate {
    /// Returns the name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Present => "present",
            Self::Skipped => "skipped",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Added, Self::Present, Self::Skipped]
            .into_iter()
            .find(|fate| fate.as_str() == text)
    }
}

/// The result of `Import` for one account; never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportResult {
    /// The kind of result.
    pub fate: Fate,
    /// The name that the account has or would have; empty if it is skipped.
    pub name: String,
    /// The id, if the account is stored.
    pub id: Option<String>,
    /// The name of another account that is easily confused with this one: it has the same issuer
    /// and user name, or the name that this one would have had.
    pub clash: Option<String>,
    /// The reason why the account is skipped. For an added account, what was changed so that it
    /// fits.
    pub reason: Option<String>,
}

impl ImportResult {
    /// Returns the dictionary.
    #[must_use]
    pub fn to_dict(&self) -> Fields<'_> {
        Writer::default()
            .put("fate", self.fate.as_str())
            .put("name", self.name.as_str())
            .put_some("id", self.id.as_deref())
            .put_some("clash", self.clash.as_deref())
            .put_some("reason", self.reason.as_deref())
            .done()
    }

    /// Reads the dictionary. Ignores fields of a newer daemon.
    ///
    /// # Errors
    /// [`Error::InvalidAccount`] if a field is missing, [`Error::NotSupported`] if a field has the
    /// wrong type or the fate is unknown.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let fate = Fate::parse(&reader.need::<String>("fate")?);
        let unknown = || Error::NotSupported("“fate” has an unknown value".into());
        Ok(Self {
            fate: fate.ok_or_else(unknown)?,
            name: reader.need("name")?,
            id: reader.take("id")?,
            clash: reader.take("clash")?,
            reason: reader.take("reason")?,
        })
    }
}

/// The options of `Import`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Returns the results without storing anything.
    pub dry_run: bool,
}

impl ImportOptions {
    /// Returns the dictionary, without default values.
    #[must_use]
    pub fn to_dict(self) -> Fields<'static> {
        let dry_run = self.dry_run.then_some(true);
        Writer::default().put_some("dry-run", dry_run).done()
    }

    /// Reads the dictionary.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for an unknown field or a wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let dry_run = reader.take("dry-run")?.unwrap_or(false);
        reader.finish()?;
        Ok(Self { dry_run })
    }
}
