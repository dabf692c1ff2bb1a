//! Names for accounts that come without one: short, and easy to type.

use super::MAX_NAME;

/// Issuers whose short name everybody knows.
const SHORT_NAMES: &[(&str, &str)] = &[("amazon web services", "aws"), ("google cloud", "gcp")];

/// Finds a free name for an account that came without one: from its issuer, else its user name.
///
/// `taken` says whether a name is in use.
#[must_use]
pub fn suggest_name(issuer: &str, username: &str, taken: impl Fn(&str) -> bool) -> String {
    let folded = issuer.trim().to_lowercase();
    let base = SHORT_NAMES
        .iter()
        .find(|(long, _)| *long == folded)
        .map_or_else(|| slug(issuer), |(_, short)| (*short).to_owned());
    let user = slug(username);
    let first = match (base.is_empty(), user.is_empty()) {
        (false, _) => base,
        (true, false) => user.clone(),
        (true, true) => "account".to_owned(),
    };
    if !taken(&first) {
        return first;
    }
    let second = shorten(&format!("{first}-{user}"));
    if !user.is_empty() && second != first && !taken(&second) {
        return second;
    }
    (2_u32..)
        .map(|n| format!("{first}-{n}"))
        .find(|name| !taken(name))
        .expect("there are more numbers than accounts")
}

/// Lower case, with a hyphen for whatever is not a letter or digit: easy to type in a shell.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    shorten(&slug)
}

/// Leaves room for a number behind it.
fn shorten(text: &str) -> String {
    let cut: String = text.chars().take(MAX_NAME - 12).collect();
    cut.trim_end_matches('-').to_owned()
}
