//! The text of the manual: documentation for rustdoc becomes a page for people who read it on the web.

use std::collections::{HashMap, HashSet};

/// The documentation of a module: what precedes the first heading, and the sections with their headings.
pub(super) fn sections(docs: &str) -> (String, Vec<(String, String)>) {
    let mut parts = docs.split("\n# ");
    let intro = parts.next().unwrap_or_default().trim().to_owned();
    let sections = parts.map(|part| {
        let (title, text) = part.split_once('\n').unwrap_or((part, ""));
        (title.to_owned(), text.trim().to_owned())
    });
    (intro, sections.collect())
}

/// A text without its table, and the cells of this table by the name in the first of them.
pub(super) fn without_table(text: &str) -> (String, HashMap<String, [String; 2]>) {
    let is_table = |line: &&str| line.starts_with('|');
    let lines: Vec<_> = text.lines().filter(|line| !is_table(line)).collect();
    let rows = text.lines().filter(is_table).skip(2).map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, signature, meaning] = cells[..] else {
            panic!("not three cells: {row}");
        };
        let name = name.trim_matches('`').to_owned();
        (name, [signature.to_owned(), meaning.to_owned()])
    });
    let rows = rows.collect();
    let text = lines.join("\n").replace("\n\n\n", "\n\n");
    (text.trim().to_owned(), rows)
}

/// A sentence made of the words in a cell of a table.
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    let end = if words.ends_with('.') { "" } else { "." };
    first.map_or_else(String::new, |first| {
        format!("{first}{}{end}", letters.as_str())
    })
}

/// Words that follow others in their sentence.
pub(super) fn uncapitalised(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_lowercase);
    first.map_or_else(String::new, |first| format!("{first}{}", letters.as_str()))
}

/// What a D-Bus type is, in words.
pub(super) fn words(kind: &str) -> String {
    let inside = |open, close| kind.strip_prefix(open).and_then(|k| k.strip_suffix(close));
    match kind {
        "s" => "text".to_owned(),
        "b" => "yes or no".to_owned(),
        "u" => "32-bit number".to_owned(),
        "t" => "64-bit number".to_owned(),
        "as" => "texts".to_owned(),
        "a{sv}" => "dictionary".to_owned(),
        "aa{sv}" => "dictionaries".to_owned(),
        _ => match (inside("a(", ")"), inside("a{s(", ")}")) {
            (Some(all), _) => format!("list of {}", each(all)),
            (_, Some(all)) => format!("map from text to {}", each(all)),
            _ => panic!("nothing says what {kind} is"),
        },
    }
}

fn each(kinds: &str) -> String {
    let short = kinds.chars().map(|kind| match kind {
        's' => "text",
        't' => "number",
        _ => panic!("nothing says what {kind} is"),
    });
    short.collect::<Vec<_>>().join(" + ")
}

/// The anchor of a heading, as GitHub makes it.
pub(super) fn anchor(title: &str) -> String {
    let kept = title.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        letter => (letter.is_alphanumeric() || letter == '-').then_some(letter),
    });
    kept.flat_map(char::to_lowercase).collect()
}

/// Makes links of those of rustdoc, and of headings in quotes. `places` says what a name of the crate is here: the heading
/// to link to, or else the words to say instead.
pub(super) fn linked(text: &str, places: &HashMap<String, Place>) -> String {
    let titles = titles(text);
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        result.push_str(before);
        let (name, after) = after.split_once("`]").expect("a link ends");
        let path = after
            .strip_prefix('(')
            .and_then(|path| path.split_once(')'));
        let (path, after) = path.unwrap_or((name, after));
        let key = path
            .trim_start_matches("crate::")
            .trim_start_matches("types::");
        match places.get(key) {
            Some(Place::Heading(title)) => {
                assert!(
                    titles.contains(title.as_str()),
                    "there is no heading “{title}”"
                );
                result.push_str(&format!("[{title}](#{})", anchor(title)));
            }
            Some(Place::Words(words)) => result.push_str(words),
            None => panic!("the manual does not say where {key} is"),
        }
        rest = after;
    }
    result.push_str(rest);
    for title in titles {
        let link = format!("[{title}](#{})", anchor(title));
        result = result.replace(&format!("“{title}”"), &link);
    }
    result
}

/// What a name of the crate is in the manual.
pub(super) enum Place {
    Heading(String),
    Words(&'static str),
}

/// The headings, each of which must be there only once, for links to it.
fn titles(text: &str) -> HashSet<&str> {
    let mut titles = HashSet::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ").or(line.strip_prefix("### ")) {
            assert!(titles.insert(title), "two headings are “{title}”");
        }
    }
    titles
}
