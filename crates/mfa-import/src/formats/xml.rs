//! Reads XML, as a walk over the tags that open and close.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::damage::Damage;
use crate::text;

/// The largest number of steps of a walk.
const MAX_STEPS: usize = 1_000_000;

/// A step of a walk. Only elements without child elements have a text.
pub(super) enum Step<'s> {
    /// An element begins.
    Open {
        tag: &'s str,
        /// The value of its attribute `name`.
        name: Option<String>,
        /// Whether its attribute `Protected` is true.
        protected: bool,
    },
    /// An element ends, with its text.
    Close(&'s str, &'s str),
}

/// Walks over a document.
pub(super) fn walk(
    bytes: &[u8],
    mut step: impl FnMut(Step<'_>) -> Result<(), Damage>,
) -> Result<(), Damage> {
    let mut reader = Reader::from_str(text::of(bytes).map_err(|_| Damage::NotUtf8)?);
    let mut inside = String::new();
    for _ in 0..MAX_STEPS {
        match reader.read_event().map_err(|_| Damage::NotXml)? {
            Event::Start(tag) => {
                inside.clear();
                let attribute = tag.try_get_attribute("name").map_err(|_| Damage::NotXml)?;
                let attribute = attribute.map(|name| {
                    let name = quick_xml::escape::unescape(&name.value);
                    name.map(Cow::into_owned).map_err(|_| Damage::NotXml)
                });
                let protected = tag.try_get_attribute("Protected");
                let protected = protected.map_err(|_| Damage::NotXml)?;
                step(Step::Open {
                    tag: tag.name().as_ref(),
                    name: attribute.transpose()?,
                    protected: protected.is_some_and(|value| value.value == "True"),
                })?;
            }
            Event::Text(text) => inside.push_str(&text),
            Event::CData(text) => inside.push_str(&text),
            Event::GeneralRef(reference) => {
                let number = reference.resolve_char_ref().map_err(|_| Damage::NotXml)?;
                inside.push(number.or_else(|| named(&reference)).ok_or(Damage::NotXml)?);
            }
            Event::End(tag) => {
                step(Step::Close(tag.name().as_ref(), &inside))?;
                inside.clear();
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
    Err(Damage::TooMuch)
}

/// Returns the character of a named XML entity.
fn named(name: &str) -> Option<char> {
    match name {
        "quot" => Some('"'),
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        _ => None,
    }
}
