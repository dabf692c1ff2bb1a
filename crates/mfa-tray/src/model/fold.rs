//! Puts many rows into submenus, so that no menu outgrows the screen.

use super::view::Item;

/// The most rows that a menu gets.
pub(super) const MAX_ROWS: usize = 15;

/// A row, and what it is grouped by.
pub(super) struct Row {
    /// What it is sorted by.
    pub(super) key: String,
    /// The user's tag for it, if there is one.
    pub(super) tag: Option<String>,
    /// What is shown.
    pub(super) item: Item,
}

/// All rows, if there are few; else a submenu for each tag, and for each letter of what has no tag.
pub(super) fn fold(mut rows: Vec<Row>) -> Vec<Item> {
    rows.sort_by(|a, b| (tag_key(a), &a.key).cmp(&(tag_key(b), &b.key)));
    if rows.len() <= MAX_ROWS {
        return rows.into_iter().map(|row| row.item).collect();
    }
    let groups = grouped(rows, |row| {
        row.tag.clone().unwrap_or_else(|| letter(&row.key))
    });
    merged(groups)
        .into_iter()
        .map(|(label, rows)| Item::Menu {
            label,
            items: chunked(rows),
        })
        .collect()
}

/// Tags come before letters.
fn tag_key(row: &Row) -> (bool, &str) {
    (row.tag.is_none(), row.tag.as_deref().unwrap_or(""))
}

/// The first letter, or `#` for whatever is none.
fn letter(key: &str) -> String {
    match key.chars().next() {
        Some(first) if first.is_alphabetic() => first.to_uppercase().to_string(),
        _ => "#".to_owned(),
    }
}

/// Neighbours of the same name together.
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

/// As few groups as a menu can take: the smallest neighbours are put together, `A – C`.
fn merged(mut groups: Vec<(String, Vec<Row>)>) -> Vec<(String, Vec<Row>)> {
    while groups.len() > MAX_ROWS {
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

/// The rows of a group, in as many further submenus as it takes.
fn chunked(mut rows: Vec<Row>) -> Vec<Item> {
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    if rows.len() <= 2 * MAX_ROWS {
        return rows.into_iter().map(|row| row.item).collect();
    }
    let size = rows.len().div_ceil(MAX_ROWS).max(MAX_ROWS);
    let mut items = Vec::new();
    while !rows.is_empty() {
        let rest = rows.split_off(size.min(rows.len()));
        let name = |row: Option<&Row>| row.map_or("", |row| row.item.label()).to_owned();
        let label = format!(
            "{} – {}",
            short(&name(rows.first())),
            short(&name(rows.last()))
        );
        items.push(Item::Menu {
            label,
            items: chunked(std::mem::replace(&mut rows, rest)),
        });
    }
    items
}

/// The beginning of a label, for the name of a range.
fn short(label: &str) -> String {
    label
        .chars()
        .take(8)
        .collect::<String>()
        .trim_end()
        .to_owned()
}
