//! The JSON form of an account. All programs print this form. A newer program may add fields to it.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{Account, Kind, Period};

impl Serialize for Account {
    /// Writes the fields. This is not derived, because the kept fields of a newer program may replace the
    /// type, and because mfactl stays small this way.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields {
            map: serializer.serialize_map(None)?,
            names: Vec::new(),
        };
        fields.put("id", &self.id.to_string())?;
        fields.put("name", &self.name)?;
        fields.put("issuer", &self.issuer)?;
        fields.put("username", &self.username)?;
        if !self.has_foreign_codes() {
            fields.put("type", self.kind.as_str())?;
            fields.put("algorithm", self.kind.hash(self.algorithm))?;
            fields.put("digits", &self.digits.get())?;
            fields.put("period", &self.kind.period().map(Period::get))?;
            fields.put("counter", &self.kind.counter())?;
        }
        fields.put("tags", &self.tags)?;
        // Few accounts have any.
        if !self.domains.is_empty() {
            fields.put("domains", &self.domains)?;
        }
        fields.put("pinned", &self.pinned)?;
        fields.put("note", &self.note)?;
        fields.put("serial", &self.serial)?;
        fields.put("created", &self.created)?;
        fields.put("modified", &self.modified)?;
        let Fields { mut map, names } = fields;
        // A name that is ours says what we know, whatever else calls itself so.
        let more = self.more.iter();
        for (field, value) in more.filter(|(field, _)| !names.contains(&field.as_str())) {
            map.serialize_entry(field, value)?;
        }
        map.end()
    }
}

impl Account {
    /// Whether a newer program says how the codes are made, in [`more`](Self::more).
    #[must_use]
    pub fn has_foreign_codes(&self) -> bool {
        self.kind == Kind::Unknown && self.more.contains_key("type")
    }
}

/// Our own fields, and which names they have.
struct Fields<M> {
    map: M,
    names: Vec<&'static str>,
}

impl<M: SerializeMap> Fields<M> {
    fn put<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), M::Error> {
        self.names.push(name);
        self.map.serialize_entry(name, value)
    }
}
