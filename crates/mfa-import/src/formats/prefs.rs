//! The settings of an Android app: XML with named texts.

use super::xml::{self, Step};
use crate::damage::Damage;

/// Checks whether a file looks like one.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let head = bytes.get(..1024).unwrap_or(bytes);
    head.trim_ascii_start().starts_with(b"<") && contains(head, "<map>")
}

/// Checks whether a file contains a text.
pub(super) fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// Returns the texts with their names, in their order.
pub(super) fn strings(bytes: &[u8]) -> Result<Vec<(String, String)>, Damage> {
    let mut strings = Vec::new();
    let mut current = None;
    xml::walk(bytes, |step| {
        match step {
            Step::Open {
                tag: "string",
                name,
                ..
            } => current = Some(name.ok_or(Damage::Field("name"))?),
            Step::Close("string", text) => {
                strings.extend(current.take().map(|name| (name, text.to_owned())));
            }
            Step::Open { .. } | Step::Close(..) => {}
        }
        Ok(())
    })?;
    Ok(strings)
}
