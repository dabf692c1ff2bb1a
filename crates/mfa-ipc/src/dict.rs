//! Reading and writing `a{sv}` dictionaries.
//!
//! A field that is not known is an error, so that a misspelt option is noticed and not ignored.
//! Errors name the field, never its value.

use std::collections::HashMap;

use zbus::{OwnedVariant, Variant};

use crate::Error;

/// A dictionary as it arrives.
pub type Dict = HashMap<String, OwnedVariant>;

/// Takes a dictionary apart, field by field.
pub(crate) struct Reader(Dict);

impl Reader {
    pub(crate) fn new(dict: Dict) -> Self {
        Self(dict)
    }

    /// Takes a field out, if it is there.
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

    /// Takes a field that has to be there.
    pub(crate) fn need<T: TryFrom<OwnedVariant>>(&mut self, field: &str) -> Result<T, Error> {
        self.take(field)?
            .ok_or_else(|| Error::InvalidAccount(format!("“{field}” is missing")))
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::NotSupported(
                "the request has a field that this daemon does not know".into(),
            ))
        }
    }
}

/// Puts a dictionary together; absent values leave no field.
#[derive(Default)]
pub(crate) struct Writer<'v>(HashMap<&'static str, Variant<'v>>);

impl<'v> Writer<'v> {
    pub(crate) fn put<T: Into<Variant<'v>>>(mut self, field: &'static str, value: T) -> Self {
        self.0.insert(field, value.into());
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

    pub(crate) fn done(self) -> HashMap<&'static str, Variant<'v>> {
        self.0
    }
}
