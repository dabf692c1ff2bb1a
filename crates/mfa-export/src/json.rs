//! Prints JSON.

use serde_json::Value;

use crate::Bytes;
use crate::failure::Failure;

/// Returns the text of a value, indented, as a file.
pub(crate) fn print(value: &Value) -> Result<Bytes, Failure> {
    let mut text = Bytes::default();
    serde_json::to_writer_pretty(&mut *text, value).map_err(|_| Failure::Encode)?;
    text.push(b'\n');
    Ok(text)
}
