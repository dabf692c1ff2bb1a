//! What a synchronisation with a file did, or would do.

use crate::Error;
use crate::dict::{Dict, Fields, Reader, Writer};

/// What a synchronisation did as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Whether it was done. If not, the rest says what would have been.
    pub done: bool,
    /// Whether these accounts were synchronised with this file for the first time.
    pub first: bool,
    /// Whether the file was created.
    pub created: bool,
    /// Whether the file was written.
    pub written: bool,
    /// The names of the conflict copies that were folded in.
    pub copies: Vec<String>,
    /// The folder that they were moved to, if there were any.
    pub folder: Option<String>,
    /// The names of the conflict copies that could not be read or moved, each with the reason. They stay where they are.
    pub left: Vec<String>,
    /// The number of accounts that this version cannot read. They stay as they are.
    pub unreadable: u32,
    /// The titles of those of the file.
    pub unread: Vec<String>,
    /// The number of accounts that the file loses because they are missing here, if they are so many that the user is to
    /// be asked; else 0.
    pub missing: u32,
    /// The titles of the entries that have a second secret, from which other programs make codes. It stays there.
    pub other_secrets: Vec<String>,
    /// The titles of the entries whose codes are not in the field `otp`. They are not read, and stay as they are.
    pub other_codes: Vec<String>,
    /// The texts that are too long for an account, such as `notes of aws`. The file keeps all of them.
    pub cut: Vec<String>,
}

impl SyncReport {
    /// Returns the dictionary.
    #[must_use]
    pub fn to_dict(&self) -> Fields<'_> {
        let texts = |all: &'_ [String]| all.to_vec();
        Writer::default()
            .put("done", self.done)
            .put("first", self.first)
            .put("created", self.created)
            .put("written", self.written)
            .put("copies", texts(&self.copies))
            .put_some("folder", self.folder.as_deref())
            .put("left", texts(&self.left))
            .put("unreadable", self.unreadable)
            .put("unread", texts(&self.unread))
            .put("missing", self.missing)
            .put("other-secrets", texts(&self.other_secrets))
            .put("other-codes", texts(&self.other_codes))
            .put("cut", texts(&self.cut))
            .done()
    }

    /// Reads the dictionary. Ignores fields of a newer daemon.
    ///
    /// # Errors
    /// [`Error::NotSupported`] if a field has the wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        Ok(Self {
            done: reader.take("done")?.unwrap_or_default(),
            first: reader.take("first")?.unwrap_or_default(),
            created: reader.take("created")?.unwrap_or_default(),
            written: reader.take("written")?.unwrap_or_default(),
            copies: reader.take("copies")?.unwrap_or_default(),
            folder: reader.take("folder")?,
            left: reader.take("left")?.unwrap_or_default(),
            unreadable: reader.take("unreadable")?.unwrap_or_default(),
            unread: reader.take("unread")?.unwrap_or_default(),
            missing: reader.take("missing")?.unwrap_or_default(),
            other_secrets: reader.take("other-secrets")?.unwrap_or_default(),
            other_codes: reader.take("other-codes")?.unwrap_or_default(),
            cut: reader.take("cut")?.unwrap_or_default(),
        })
    }
}

/// What became of one account on one side; never contains a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncChange {
    /// The side: `here` or `file`. Of a conflict, that whose value stays, which may also be `copy`.
    pub side: String,
    /// What happened: `added`, `changed`, `removed` or `conflict`.
    pub what: String,
    /// The name of the account.
    pub name: String,
    /// The fields that changed.
    pub fields: Vec<String>,
    /// Of a conflict, the side whose value gave way.
    pub loser: Option<String>,
}

impl SyncChange {
    /// Returns the dictionary.
    #[must_use]
    pub fn to_dict(&self) -> Fields<'_> {
        Writer::default()
            .put("side", self.side.as_str())
            .put("what", self.what.as_str())
            .put("name", self.name.as_str())
            .put("fields", self.fields.clone())
            .put_some("loser", self.loser.as_deref())
            .done()
    }

    /// Reads the dictionary. Ignores fields of a newer daemon.
    ///
    /// # Errors
    /// [`Error::InvalidAccount`] if a field is missing, [`Error::NotSupported`] if a field has the wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        Ok(Self {
            side: reader.need("side")?,
            what: reader.need("what")?,
            name: reader.need("name")?,
            fields: reader.take("fields")?.unwrap_or_default(),
            loser: reader.take("loser")?,
        })
    }
}

/// The options of `Sync`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncOptions {
    /// Returns the report without changing anything.
    pub dry_run: bool,
    /// Does the same if the user is to be asked: these accounts have not been synchronised with the file before, or
    /// many of them are missing here, and the file would lose them too.
    pub unless_first: bool,
    /// Creates the file if it does not exist.
    pub create: bool,
    /// Keeps the passphrase for automatic synchronisation.
    pub remember: bool,
}

impl SyncOptions {
    /// Returns the dictionary, without default values.
    #[must_use]
    pub fn to_dict(self) -> Fields<'static> {
        Writer::default()
            .put_some("dry-run", self.dry_run.then_some(true))
            .put_some("unless-first", self.unless_first.then_some(true))
            .put_some("create", self.create.then_some(true))
            .put_some("remember", self.remember.then_some(true))
            .done()
    }

    /// Reads the dictionary.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for an unknown field or a wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let dry_run = reader.take("dry-run")?.unwrap_or(false);
        let unless_first = reader.take("unless-first")?.unwrap_or(false);
        let create = reader.take("create")?.unwrap_or(false);
        let remember = reader.take("remember")?.unwrap_or(false);
        reader.finish()?;
        Ok(Self {
            dry_run,
            unless_first,
            create,
            remember,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dict::owned;

    #[test]
    fn a_report_is_read_as_it_was_sent() {
        let report = SyncReport {
            done: true,
            first: true,
            created: true,
            written: true,
            copies: vec!["a copy".into()],
            folder: Some("/folder".into()),
            left: vec!["b: damaged".into()],
            unreadable: 2,
            unread: vec!["odd".into()],
            missing: 4,
            other_secrets: vec!["bank".into()],
            other_codes: vec!["shop".into()],
            cut: vec!["notes of aws".into()],
        };
        let sent = owned(report.to_dict()).unwrap();
        assert_eq!(SyncReport::from_dict(sent).unwrap(), report);
        let change = SyncChange {
            side: "file".into(),
            what: "conflict".into(),
            name: "aws".into(),
            fields: vec!["note".into()],
            loser: Some("here".into()),
        };
        let sent = owned(change.to_dict()).unwrap();
        assert_eq!(SyncChange::from_dict(sent).unwrap(), change);
        let options = SyncOptions {
            dry_run: true,
            unless_first: true,
            create: true,
            remember: true,
        };
        let sent = owned(options.to_dict()).unwrap();
        assert_eq!(SyncOptions::from_dict(sent).unwrap(), options);
    }
}
