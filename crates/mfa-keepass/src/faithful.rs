//! Makes sure that a file loses nothing when it is written again.
//!
//! The crate keepass reads a file into a database and writes the database. What it does not know is gone then, and it
//! says nothing of that. So before a file of other programs is changed, it is written unchanged, in memory, and both
//! texts are compared: all elements with all that they contain, in any order. Protected values are still encrypted in
//! these texts, differently in each; their lengths have to be the same.

use keepass::config::KdfConfig;
use keepass::{Database, DatabaseKey};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zeroize::{Zeroize, Zeroizing};

use crate::{Error, save};

/// The deepest nesting of elements. KeePassXC's groups are rarely ten deep.
const MAX_DEPTH: usize = 200;

/// A key derivation that costs nothing, for a file that never leaves the memory.
const CHEAP: KdfConfig = KdfConfig::Argon2id {
    iterations: 1,
    memory: 64 * 1024,
    parallelism: 1,
    version: argon2::Version::Version13,
};

/// Makes sure that writing the database keeps all that the file contains. `bytes` is the file, and `database` what was
/// read from it.
///
/// # Errors
/// [`Error::NotKept`], and others if the file cannot be read.
pub fn check(bytes: &[u8], key: &DatabaseKey, database: &Database) -> Result<(), Error> {
    let before = xml(bytes, key.clone())?;
    let cheap = DatabaseKey::new().with_password("in memory");
    let mut copy = database.clone();
    copy.config.kdf_config = CHEAP;
    let again = Zeroizing::new(save(&copy, cheap.clone())?);
    let after = xml(&again, cheap.clone())?;
    compare(&before, &after)?;
    // This compares what is protected, and the attachments.
    let mut read = Database::parse(&again, cheap).map_err(|_| Error::Damaged)?;
    read.config = database.config.clone();
    if read == *database {
        Ok(())
    } else {
        Err(Error::NotKept("an entry or an attachment"))
    }
}

/// Compares two documents by what they mean.
fn compare(before: &[u8], after: &[u8]) -> Result<(), Error> {
    let (before, after) = (Element::read(before)?, Element::read(after)?);
    if before.text() == after.text() {
        Ok(())
    } else {
        Err(Error::NotKept(place(&before, &after)))
    }
}

fn xml(mut bytes: &[u8], key: DatabaseKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    let xml = Database::get_xml(&mut bytes, key);
    xml.map(Zeroizing::new).map_err(|_| Error::Damaged)
}

/// Says where the texts differ, in words of our own.
fn place(before: &Element, after: &Element) -> &'static str {
    let is_same = |name: &str| {
        let of = |root: &Element| {
            let children = root.children.iter().find(|child| child.name == name);
            children.map(|child| child.text().to_string())
        };
        of(before) == of(after)
    };
    if is_same("Root") {
        "a setting of the database"
    } else {
        "an entry or a group"
    }
}

/// An element with all that it contains, as far as it means something.
struct Element {
    name: String,
    text: String,
    children: Vec<Self>,
    is_protected: bool,
}

impl Drop for Element {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl Element {
    /// Reads a document.
    fn read(xml: &[u8]) -> Result<Self, Error> {
        let xml = std::str::from_utf8(xml).map_err(|_| Error::Damaged)?;
        let mut reader = Reader::from_str(xml);
        let mut open = vec![Self::new("", false)];
        loop {
            match reader.read_event().map_err(|_| Error::Damaged)? {
                Event::Start(tag) if open.len() < MAX_DEPTH => open.push(Self::of(&tag)),
                Event::Start(_) => return Err(Error::Damaged),
                Event::Empty(tag) => close(&mut open, Self::of(&tag))?,
                Event::End(_) => {
                    let element = open.pop().ok_or(Error::Damaged)?;
                    close(&mut open, element)?;
                }
                Event::Text(text) => last(&mut open)?.text.push_str(&text),
                Event::CData(text) => last(&mut open)?.text.push_str(&text),
                Event::GeneralRef(reference) => {
                    let number = reference.resolve_char_ref().map_err(|_| Error::Damaged)?;
                    let named = || {
                        let text = quick_xml::escape::resolve_predefined_entity(&reference);
                        text.and_then(|text| text.chars().next())
                    };
                    let c = number.or_else(named).ok_or(Error::Damaged)?;
                    last(&mut open)?.text.push(c);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let root = open.pop().filter(|_| open.is_empty());
        let mut root = root.ok_or(Error::Damaged)?;
        root.children.pop().ok_or(Error::Damaged)
    }

    fn new(name: &str, is_protected: bool) -> Self {
        Self {
            name: name.to_owned(),
            text: String::new(),
            children: Vec::new(),
            is_protected,
        }
    }

    fn of(tag: &BytesStart<'_>) -> Self {
        let protected = tag.try_get_attribute("Protected").ok().flatten();
        let is_protected = protected.is_some_and(|value| value.value.eq_ignore_ascii_case("true"));
        let mut element = Self::new(tag.name().as_ref(), is_protected);
        // A reference to an attachment.
        if let Ok(Some(number)) = tag.try_get_attribute("Ref") {
            element.text.push_str(&number.value);
        }
        element
    }

    /// Returns whether the element says nothing, or what its absence says too.
    fn is_nothing(&self, beside: &[Self]) -> bool {
        let text = self.text.trim();
        match &*self.name {
            // What a program shows, and not what it stores; and a check of the older format.
            "IsExpanded" | "HeaderHash" => true,
            // Programs show the other icon.
            "IconID" => beside.iter().any(|other| other.name == "CustomIconUUID"),
            "QualityCheck" => text.eq_ignore_ascii_case("true"),
            "DataTransferObfuscation" => text == "0",
            _ => self.children.is_empty() && (self.text.is_empty() || text == "null"),
        }
    }

    /// Writes the element in one way, whatever the order of its children was.
    fn text(&self) -> Zeroizing<String> {
        let mut children: Vec<_> = self
            .children
            .iter()
            .filter(|child| !child.is_nothing(&self.children))
            .map(Self::text)
            .collect();
        children.sort_unstable_by(|one, other| one.as_str().cmp(other));
        let size: usize = children.iter().map(|child| child.len()).sum();
        let mut all = Zeroizing::new(String::with_capacity(size + self.text.len() + 80));
        all.push('<');
        all.push_str(&self.name);
        all.push('>');
        if self.is_protected {
            let size = self.text.trim().trim_end_matches('=').len();
            all.push_str(&format!("{size} protected"));
        } else if self.name == "Tags" {
            let mut tags: Vec<_> = self.text.split([';', ',', '\t']).map(str::trim).collect();
            tags.retain(|tag| !tag.is_empty());
            all.push_str(&tags.join(";"));
        } else if children.is_empty() {
            let is_truth = ["true", "false"]
                .iter()
                .any(|word| self.text.eq_ignore_ascii_case(word));
            let text = if is_truth {
                &self.text.to_lowercase()
            } else {
                &self.text
            };
            all.push_str(text);
        }
        for child in children {
            all.push_str(&child);
        }
        all.push_str("</>");
        all
    }
}

fn last(open: &mut [Element]) -> Result<&mut Element, Error> {
    open.last_mut().ok_or(Error::Damaged)
}

fn close(open: &mut [Element], element: Element) -> Result<(), Error> {
    last(open)?.children.push(element);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"<Entry><UUID>AA==</UUID><String><Key>otp</Key><Value Protected="True">AAAA</Value></String></Entry>"#;

    fn document(meta: &str, root: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<KeePassFile>\n<Meta>{meta}</Meta>\n<Root>{root}</Root></KeePassFile>"
        )
    }

    fn is_kept(before: (&str, &str), after: (&str, &str)) -> Result<(), Error> {
        let (before, after) = (document(before.0, before.1), document(after.0, after.1));
        compare(before.as_bytes(), after.as_bytes())
    }

    #[test]
    fn what_means_the_same_is_kept() {
        let before = "<Generator>X</Generator><Color/><A>1</A>";
        let other = ENTRY
            .replace("AAAA", "BBBB")
            .replace("<Entry>", "<Entry>\n<Tags>a;b</Tags>");
        let entry = ENTRY.replace("<Entry>", "<Entry><IconID>0</IconID><QualityCheck>True</QualityCheck><CustomIconUUID>x</CustomIconUUID><Tags>a,b</Tags>");
        let other = other.replace("<Entry>", "<Entry><CustomIconUUID>x</CustomIconUUID>");
        assert_eq!(
            is_kept(
                (before, &entry),
                ("<A>1</A><Generator>X</Generator>", &other)
            ),
            Ok(())
        );
        let root = "<IsExpanded>True</IsExpanded><B>true</B><N>a &amp; b</N>";
        assert_eq!(
            is_kept(("", root), ("", "<N>a &#38; b</N><B>True</B>")),
            Ok(())
        );
    }

    #[test]
    fn what_is_lost_or_changed_is_found() {
        let entry = "an entry or a group";
        let setting = "a setting of the database";
        for (before, after, what) in [
            (("", "<New>1</New>"), ("", ""), entry),
            (("", "<Notes> a</Notes>"), ("", "<Notes>a</Notes>"), entry),
            (("", "<Notes>a\n</Notes>"), ("", "<Notes>a</Notes>"), entry),
            (
                ("", ENTRY),
                ("", &*ENTRY.replace("AAAA", "AAAAAAAA")),
                entry,
            ),
            (
                ("", ENTRY),
                ("", &*ENTRY.replace(" Protected=\"True\"", "")),
                entry,
            ),
            (("", &*[ENTRY, ENTRY].concat()), ("", ENTRY), entry),
            (("<Color>#1</Color>", ENTRY), ("", ENTRY), setting),
        ] {
            assert_eq!(
                is_kept(before, after),
                Err(Error::NotKept(what)),
                "{before:?}"
            );
        }
    }

    #[test]
    fn our_own_files_are_kept() {
        let key = DatabaseKey::new().with_password("p");
        let mut database = crate::create();
        database.config.kdf_config = CHEAP;
        database
            .root_mut()
            .add_entry()
            .set_unprotected("Notes", "a\nb");
        let bytes = save(&database, key.clone()).unwrap();
        let read = crate::open(&bytes, &key).unwrap();
        assert_eq!(check(&bytes, &key, &read), Ok(()));
    }
}
