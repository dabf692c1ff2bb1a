//! What becomes of each account of an import.

use std::collections::HashMap;

use zbus::Variant;

use crate::Error;
use crate::dict::{Dict, Reader, Writer};

/// The most accounts that one import may have.
pub const MAX_IMPORTED: usize = 6000;

/// What becomes of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is stored.
    Added,
    /// It is there already, with the same secret and the same parameters; or the import itself has it
    /// twice, with the same issuer and user name too.
    Present,
    /// It cannot be stored.
    Skipped,
}

impl Fate {
    /// The name on the wire.
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

/// What `Import` says of one account; never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportResult {
    /// What becomes of it.
    pub fate: Fate,
    /// What it is called here, or would be; empty if it is skipped.
    pub name: String,
    /// Its id, if it is stored.
    pub id: Option<String>,
    /// The name of another account that it is easily taken for: of the same issuer and user, or of
    /// the name that it would have had.
    pub clash: Option<String>,
    /// Why it is skipped; of one that is added, what was changed so that it fits.
    pub reason: Option<String>,
}

impl ImportResult {
    /// As a dictionary.
    #[must_use]
    pub fn to_dict(&self) -> HashMap<&'static str, Variant<'_>> {
        Writer::default()
            .put("fate", self.fate.as_str())
            .put("name", self.name.as_str())
            .put_some("id", self.id.as_deref())
            .put_some("clash", self.clash.as_deref())
            .put_some("reason", self.reason.as_deref())
            .done()
    }

    /// Reads the dictionary. Fields that a newer daemon may add are passed over.
    ///
    /// # Errors
    /// [`Error::InvalidAccount`] if a field is missing, [`Error::NotSupported`] if one has a wrong type
    /// or a fate that is not known.
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
    /// Only say what would become of the accounts.
    pub dry_run: bool,
}

impl ImportOptions {
    /// As a dictionary, with what differs from the default.
    #[must_use]
    pub fn to_dict(self) -> HashMap<&'static str, Variant<'static>> {
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
