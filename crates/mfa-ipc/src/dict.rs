//! Reads and writes `a{sv}` dictionaries.
//!
//! In a dictionary of a client, an unknown field is an error, so that a misspelt option is not ignored. In a
//! dictionary of the daemon, an unknown field may come from a newer version: an account keeps it, as
//! [`types::account`](crate::types::account) says, and the other types ignore it. Errors name the field, never
//! its value.

use std::borrow::Cow;
use std::collections::HashMap;

use zbus::{OwnedVariant, Variant};

use crate::Error;

/// A received dictionary.
pub type Dict = HashMap<String, OwnedVariant>;

/// A dictionary to send.
pub type Fields<'v> = HashMap<Cow<'v, str>, Variant<'v>>;

/// A type that is sent as a dictionary.
pub trait AsDict: Sized {
    /// Returns the dictionary.
    fn to_dict(&self) -> Fields<'_>;

    /// Reads the dictionary.
    ///
    /// # Errors
    /// [`Error::InvalidAccount`] if a field is missing, [`Error::NotSupported`] if a field has the wrong
    /// type.
    fn from_dict(dict: Dict) -> Result<Self, Error>;
}

/// Returns a dictionary that owns its values.
///
/// # Errors
/// Errors of D-Bus.
pub fn owned(fields: Fields<'_>) -> Result<Dict, Error> {
    let pairs = fields.into_iter();
    pairs
        .map(|(field, value)| Ok((field.into_owned(), OwnedVariant::try_from(value)?)))
        .collect()
}

/// Checks that no option is left unread.
///
/// # Errors
/// [`Error::NotSupported`] if one is.
pub fn nothing_left(options: &Dict) -> Result<(), Error> {
    if options.is_empty() {
        return Ok(());
    }
    let text = "the request has a field that this daemon does not know";
    Err(Error::NotSupported(text.into()))
}

/// Reads a dictionary field by field.
pub(crate) struct Reader(Dict);

impl Reader {
    pub(crate) fn new(dict: Dict) -> Self {
        Self(dict)
    }

    /// Removes a field and returns its value, or `None` if it is absent.
    pub(crate) fn take<T: TryFrom<OwnedVariant>>(
        &mut self,
        field: &str,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.0.remove(field) else {
            return Ok(None);
        };
        let value = T::try_from(value);
        value
            .map(Some)
            .map_err(|_| Error::NotSupported(format!("“{field}” has the wrong type")))
    }

    /// Removes a required field and returns its value.
    pub(crate) fn need<T: TryFrom<OwnedVariant>>(&mut self, field: &str) -> Result<T, Error> {
        self.take(field)?
            .ok_or_else(|| Error::InvalidAccount(format!("“{field}” is missing")))
    }

    /// Removes a field and returns its value, whatever its type.
    pub(crate) fn raw(&mut self, field: &str) -> Option<OwnedVariant> {
        self.0.remove(field)
    }

    /// Returns the fields that were not read.
    pub(crate) fn rest(self) -> Dict {
        self.0
    }

    /// Checks that all fields were read.
    pub(crate) fn finish(self) -> Result<(), Error> {
        nothing_left(&self.0)
    }
}

/// Builds a dictionary. Absent values add no field.
#[derive(Default)]
pub(crate) struct Writer<'v>(Fields<'v>);

impl<'v> Writer<'v> {
    pub(crate) fn put<T: Into<Variant<'v>>>(mut self, field: &'static str, value: T) -> Self {
        self.0.insert(Cow::Borrowed(field), value.into());
        self
    }

    pub(crate) fn put_some<T: Into<Variant<'v>>>(
        self,
        field: &'static str,
        value: Option<T>,
    ) -> Self {
        match value {
            Some(value) => self.put(field, value),
            None => self,
        }
    }

    pub(crate) fn done(self) -> Fields<'v> {
        self.0
    }
}
