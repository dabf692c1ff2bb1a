//! Puts many rows into submenus, so that no menu is taller than the screen.

use mfa_core::bidi::isolate;

use super::item::Item;
use super::label;

/// The maximum number of submenus in a menu.
const MAX_GROUPS: usize = 7;
/// The maximum number of rows in a submenu.
const MAX_ROWS: usize = 20;

/// The maximum length of the name of a range, in characters.
const MAX_RANGE: usize = 48;

/// A row, and the values by which it is grouped.
pub(super) struct Row {
    /// The key by which it is sorted.
    pub(super) key: String,
    /// The label without isolation characters.
    pub(super) name: String,
    /// The tag that the user gave it, if there is one.
    pub(super) tag: Option<String>,
    /// The menu entry.
    pub(super) item: Item,
}

/// Returns a submenu for each tag, and for each first letter of rows without a tag. If there are
/// too many, neighbours are merged.
pub(super) fn fold(mut rows: Vec<Row>) -> Vec<Item> {
    rows.sort_by(|a, b| (tag_key(a), &a.key).cmp(&(tag_key(b), &b.key)));
    let groups = grouped(rows, |row| {
        row.tag.clone().unwrap_or_else(|| letter(&row.key))
    });
    merged(groups)
        .into_iter()
        .map(|(label, rows)| Item::Menu {
            label: isolate(&label),
            items: chunked(rows),
        })
        .collect()
}

/// Returns a sort key that puts tags before letters.
fn tag_key(row: &Row) -> (bool, &str) {
    (row.tag.is_none(), row.tag.as_deref().unwrap_or(""))
}

/// Returns the first letter, or `#` if the first character is not a letter.
fn letter(key: &str) -> String {
    match key.chars().next() {
        Some(first) if first.is_alphabetic() => first.to_uppercase().to_string(),
        _ => "#".to_owned(),
    }
}

/// Groups neighbours with the same name.
fn grouped(rows: Vec<Row>, name: impl Fn(&Row) -> String) -> Vec<(String, Vec<Row>)> {
    let mut groups: Vec<(String, Vec<Row>)> = Vec::new();
    for row in rows {
        let name = name(&row);
        match groups.last_mut() {
            Some((last, rows)) if *last == name => rows.push(row),
            _ => groups.push((name, vec![row])),
        }
    }
    groups
}

/// Merges the smallest neighbours (`A – C`) until there are few enough groups.
fn merged(mut groups: Vec<(String, Vec<Row>)>) -> Vec<(String, Vec<Row>)> {
    while groups.len() > MAX_GROUPS {
        let size = |at: &usize| groups[*at].1.len() + groups[*at + 1].1.len();
        let Some(at) = (0..groups.len() - 1).min_by_key(size) else {
            break;
        };
        let (label, rows) = groups.remove(at + 1);
        let first = groups[at].0.split(" – ").next().unwrap_or_default();
        let last = label.rsplit(" – ").next().unwrap_or_default();
        groups[at].0 = format!("{first} – {last}");
        groups[at].1.extend(rows);
    }
    groups
}

/// Puts the rows of a group into as many further submenus as necessary.
fn chunked(mut rows: Vec<Row>) -> Vec<Item> {
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    if rows.len() <= MAX_ROWS {
        return rows.into_iter().map(|row| row.item).collect();
    }
    let size = rows.len().div_ceil(MAX_ROWS).max(MAX_ROWS);
    let mut items = Vec::new();
    while !rows.is_empty() {
        let rest = rows.split_off(size.min(rows.len()));
        let name = |row: Option<&Row>| row.map_or("", |row| &row.name).to_owned();
        let label = range(&name(rows.first()), &name(rows.last()));
        items.push(Item::Menu {
            label,
            items: chunked(std::mem::replace(&mut rows, rest)),
        });
    }
    items
}

/// Returns the label of a range of rows, with as many words as are needed to distinguish the first
/// row from the last.
fn range(first: &str, last: &str) -> String {
    let pairs = first.split(' ').zip(last.split(' '));
    let words = pairs.take_while(|(a, b)| a == b).count() + 1;
    let begin = |label: &str| {
        let words: Vec<_> = label.split(' ').take(words).collect();
        label::clean(&words.join(" "), MAX_RANGE / 2)
    };
    format!("{} – {}", isolate(&begin(first)), isolate(&begin(last)))
}
