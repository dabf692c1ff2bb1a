//! The texts that the programs show, as they stand in their sources, to be read in one sitting.
//!
//! They are taken from the sources, so that none can be forgotten: not that of a new error, nor one of another system.
//! Names in braces stand for values. Some texts of the daemon, the tray and mfa-import are
//! also in a `texts.txt`, with sample values; help texts and the manual are snapshots of [`contract`](super::contract).

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The packages that show texts.
const PACKAGES: [&str; 17] = [
    "mfactl",
    "mfad",
    "mfa-tray",
    "mfa-core",
    "mfa-host",
    "mfa-keepass",
    "mfa-intake",
    "mfa-import",
    "mfa-clipboard",
    "mfa-screen",
    "mfa-type",
    "mfa-standin",
    "mfa-browser",
    "mfa-watch",
    "mfa-export",
    "mfa-ipc",
    "mfa-sys",
];
/// The folder with the texts of the manual.
const MANUAL: &str = "mfactl/src/cmd/man";

/// Returns the sources below a folder, in the order of their names.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut entries: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let below = |path: PathBuf| match path.is_dir() {
        true if path.ends_with(MANUAL) => Vec::new(),
        true => sources(&path),
        false => vec![path],
    };
    let files = entries.into_iter().flat_map(below);
    let is_test = |path: &PathBuf| path.ends_with("tests.rs") || path.ends_with("texts.rs");
    files.filter(|path| !is_test(path)).collect()
}

/// Returns the texts of a source that have at least two words, except those of its tests and those for compilers.
fn texts(source: &str) -> Vec<String> {
    let end = source.find("\n#[cfg(test)]\nmod tests {");
    let mut rest = &source[..end.unwrap_or(source.len())];
    let mut texts = Vec::new();
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (before, from) = rest.split_at(at);
        rest = match from.as_bytes() {
            [b'/', b'/', ..] => from.split_once('\n').map_or("", |(_, next)| next),
            [b'\'', ..] => &from[letter(from)..],
            [b'"', ..] => {
                let hashes = before.len() - before.trim_end_matches('#').len();
                let is_raw = before.trim_end_matches('#').ends_with('r');
                let (text, next) = text(&from[1..], is_raw.then_some(hashes));
                let for_others = ["reason =", "expect("];
                let is_for_people = !for_others
                    .iter()
                    .any(|end| before.trim_end().ends_with(end));
                texts.extend(Some(text).filter(|text| is_for_people && has_words(text)));
                next
            }
            _ => &from[1..],
        };
    }
    texts
}

/// Returns the length of a letter in single quotes, or that of the quote before the name of a lifetime.
fn letter(from: &str) -> usize {
    let mut letters = from.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => from[3..].find('\'').map_or(1, |end| 3 + end + 1),
        Some(_) => letters
            .next()
            .filter(|(_, letter)| *letter == '\'')
            .map_or(1, |(at, _)| at + 1),
        None => 1,
    }
}

/// Returns the text up to its closing quote, and what follows. A raw text ends with its number of hashes.
fn text(from: &str, raw: Option<usize>) -> (String, &str) {
    if let Some(hashes) = raw {
        let end = format!("\"{}", "#".repeat(hashes));
        let (text, rest) = from.split_once(&end).unwrap();
        return (text.to_owned(), rest);
    }
    let mut text = String::new();
    let mut letters = from.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, &from[at + 1..]),
            '\\' => match letters.next().unwrap().1 {
                // The text goes on in the next line.
                '\n' => while letters.next_if(|(_, next)| next.is_whitespace()).is_some() {},
                'n' => text.push('\n'),
                other => text.push(other),
            },
            letter => text.push(letter),
        }
    }
    panic!("a text without an end: {from}");
}

/// Returns whether a text has two words, one after the other, and one of them without capitals.
fn has_words(text: &str) -> bool {
    let words: Vec<_> = text.split(' ').collect();
    let is_word = |word: &str| {
        let letters = word.trim_matches(|c: char| !c.is_alphabetic());
        letters.chars().count() > 1 && letters.chars().all(|c| c.is_alphabetic() || c == '-')
    };
    let is_text = |two: &[&str]| {
        two.iter().all(|word| is_word(word)) && two.iter().any(|word| word.to_lowercase() == **word)
    };
    words.windows(2).any(is_text)
}

#[test]
fn all_texts_are_as_they_were_read() {
    let crates = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates"));
    for package in PACKAGES {
        let folder = crates.join(package).join("src");
        let mut all = String::new();
        for path in sources(&folder) {
            let texts = texts(&fs::read_to_string(&path).unwrap().replace("\r\n", "\n"));
            if texts.is_empty() {
                continue;
            }
            writeln!(all, "{}", path.strip_prefix(&folder).unwrap().display()).unwrap();
            for text in texts {
                writeln!(all, "    {}", text.trim().replace('\n', "\n    ")).unwrap();
            }
        }
        insta::assert_snapshot!(package, all);
    }
}

#[test]
fn texts_are_found_wherever_they_stand() {
    let source = r##"
//! “no "text of a comment".
#[expect(dead_code, reason = "it is for compilers")]
const A: &str = "one \"quoted\" text \
    in two lines"; // "not this one"
fn f<'a>(b: &'a str) { g('"', '\'', '\\', '\u{22}', "key", r#"raw "text" here"#, "the\nend of it") }
#[error("an error with {0}")]

#[cfg(test)]
mod tests {
    const C: &str = "no test of it";
}
"##;
    assert_eq!(
        texts(source),
        [
            "one \"quoted\" text in two lines",
            "raw \"text\" here",
            "the\nend of it",
            "an error with {0}"
        ]
    );
}
