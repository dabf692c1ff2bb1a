//! The result of a restored backup for each account.

use crate::Error;
use crate::dict::{Dict, Fields, Reader, Writer};

/// The kind of result for an account of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restored {
    /// The account was not stored here, and is now.
    Added,
    /// The account is stored here as it is in the backup.
    Same,
    /// The account differs from the one that is stored here, which is kept.
    Kept,
    /// The account differed from the one that was stored here, and has replaced it.
    Replaced,
    /// The account cannot be stored.
    Skipped,
}

impl Restored {
    /// Returns the name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Same => "same",
            Self::Kept => "kept",
            Self::Replaced => "replaced",
            Self::Skipped => "skipped",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [
            Self::Added,
            Self::Same,
            Self::Kept,
            Self::Replaced,
            Self::Skipped,
        ]
        .into_iter()
        .find(|fate| fate.as_str() == text)
    }
}

/// The result of `Restore` for one account; never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreResult {
    /// The kind of result.
    pub fate: Restored,
    /// The name that the account has here.
    pub name: String,
    /// The name that the account has in the backup, if it is another one.
    pub name_there: Option<String>,
    /// The issuer in the backup; may be empty.
    pub issuer: String,
    /// The user name in the backup; may be empty.
    pub username: String,
    /// The id, if the account is stored.
    pub id: Option<String>,
    /// The names of the fields that differ.
    pub differs: Vec<String>,
    /// The reason why the account is skipped.
    pub reason: Option<String>,
    /// What of its entry is not restored, such as the end of a note that is too long.
    pub remark: Option<String>,
    /// Whether the restore is incomplete without it: it is an account, but cannot be read or stored.
    pub missing: bool,
}

impl RestoreResult {
    /// Returns the dictionary.
    #[must_use]
    pub fn to_dict(&self) -> Fields<'_> {
        let differs: Vec<_> = self.differs.iter().map(String::as_str).collect();
        Writer::default()
            .put("fate", self.fate.as_str())
            .put("name", self.name.as_str())
            .put_some("name-there", self.name_there.as_deref())
            .put("issuer", self.issuer.as_str())
            .put("username", self.username.as_str())
            .put_some("id", self.id.as_deref())
            .put("differs", differs)
            .put_some("reason", self.reason.as_deref())
            .put_some("remark", self.remark.as_deref())
            .put_some("missing", self.missing.then_some(true))
            .done()
    }

    /// Reads the dictionary. Ignores fields of a newer daemon.
    ///
    /// # Errors
    /// [`Error::InvalidAccount`] if a field is missing, [`Error::NotSupported`] if a field has the
    /// wrong type or the fate is unknown.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let fate = Restored::parse(&reader.need::<String>("fate")?);
        let unknown = || Error::NotSupported("“fate” has an unknown value".into());
        Ok(Self {
            fate: fate.ok_or_else(unknown)?,
            name: reader.need("name")?,
            name_there: reader.take("name-there")?,
            issuer: reader.take("issuer")?.unwrap_or_default(),
            username: reader.take("username")?.unwrap_or_default(),
            id: reader.take("id")?,
            differs: reader.take("differs")?.unwrap_or_default(),
            reason: reader.take("reason")?,
            remark: reader.take("remark")?,
            missing: reader.take("missing")?.unwrap_or(false),
        })
    }
}

/// The options of `Restore`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestoreOptions {
    /// Returns the results without storing anything.
    pub dry_run: bool,
    /// Replaces the accounts that differ.
    pub replace: bool,
    /// Restores the other accounts although some are missing.
    pub allow_incomplete: bool,
}

impl RestoreOptions {
    /// Returns the dictionary, without default values.
    #[must_use]
    pub fn to_dict(self) -> Fields<'static> {
        Writer::default()
            .put_some("dry-run", self.dry_run.then_some(true))
            .put_some("replace", self.replace.then_some(true))
            .put_some("allow-incomplete", self.allow_incomplete.then_some(true))
            .done()
    }

    /// Reads the dictionary.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for an unknown field or a wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let dry_run = reader.take("dry-run")?.unwrap_or(false);
        let replace = reader.take("replace")?.unwrap_or(false);
        let allow_incomplete = reader.take("allow-incomplete")?.unwrap_or(false);
        reader.finish()?;
        Ok(Self {
            dry_run,
            replace,
            allow_incomplete,
        })
    }
}
