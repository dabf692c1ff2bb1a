//! Texts that are safe to print and that fit their width.

pub(crate) use mfa_core::naming::clean;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns a text as one word of a command line. Shells of all systems read double quotes alike, unless there is a sign
/// between them that means something else to one of them.
pub(crate) fn word(text: &str) -> String {
    let text = clean(text);
    let is_plain =
        |c: char| c.is_alphanumeric() || std::path::is_separator(c) || ".:_-+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    let has_meaning =
        |c: char| matches!(c, '"' | '$' | '`' | '!') || c == '\\' && !std::path::is_separator(c);
    match text.contains(has_meaning) {
        false => format!("\"{text}\""),
        true => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// Returns a text padded to a width in columns. Wide characters count as two; invisible ones, such as those
/// that isolate, do not count.
pub(crate) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// Breaks a text into lines of at most `columns` columns, between words. Only a word that is wider is
/// shortened.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').map(|word| shorten(word, columns)) {
        if line.is_empty() {
            line = word;
        } else if line.width() + 1 + word.width() <= columns {
            line = format!("{line} {word}");
        } else {
            lines.push(std::mem::replace(&mut line, word));
        }
    }
    lines.push(line);
    lines
}

/// Indents the further lines of a text that begins in a column, so that they begin there too.
pub(crate) fn hanging(text: &str, columns: usize) -> String {
    let lines: Vec<_> = text.lines().map(str::trim_start).collect();
    lines.join(&format!("\n{}", " ".repeat(columns)))
}

/// Returns the number of columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Shortens a text to at most `columns` columns: at the end of a word, if that keeps half of the text.
pub(crate) fn shorten(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let rest = left.checked_sub(c.width().unwrap_or(0));
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    let mut short: String = text.chars().take_while(fits).collect();
    let whole_words = if text[short.len()..].starts_with(' ') {
        None
    } else {
        short.rfind(' ')
    };
    if let Some(end) = whole_words
        && end * 2 >= short.len()
    {
        short.truncate(end);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// Returns a bar of ten columns that shows how much is left.
pub(crate) fn bar(left: u64, whole: u64) -> String {
    let full = usize::try_from((left * 10).div_ceil(whole.max(1)))
        .unwrap_or(10)
        .min(10);
    format!("{}{}", "█".repeat(full), "░".repeat(10 - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_nothing() {
        assert_eq!(clean("a\x1b[31mb\n"), "a\u{fffd}[31mb\u{fffd}");
    }

    #[test]
    fn a_word_of_a_command_line_is_in_quotes_if_it_has_to_be() {
        for (text, expected) in [
            ("/usr/bin/python3.11", "/usr/bin/python3.11"),
            ("flatpak:org.gnome.Maps", "flatpak:org.gnome.Maps"),
            ("größer", "größer"),
            ("", "\"\""),
            ("my job.py", "\"my job.py\""),
            ("it's", "\"it's\""),
            ("~", "\"~\""),
            ("$HOME it's", r"'$HOME it'\''s'"),
            ("a\"b", "'a\"b'"),
            ("a\nb", "\"a\u{fffd}b\""),
        ] {
            assert_eq!(word(text), expected, "{text}");
        }
        let is_windows = std::path::is_separator('\\');
        let expected = if is_windows { r"C:\a" } else { r"'C:\a'" };
        assert_eq!(word(r"C:\a"), expected);
    }

    #[test]
    fn bars_are_full_at_first_and_never_empty_before_the_end() {
        assert_eq!(bar(30, 30), "██████████");
        assert_eq!(bar(1, 30), "█░░░░░░░░░");
        assert_eq!(bar(0, 30), "░░░░░░░░░░");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(pad("語", 4), "語  ");
        assert_eq!(pad("ab", 1), "ab");
    }

    #[test]
    fn what_isolates_takes_no_column() {
        assert_eq!(width(&mfa_core::bidi::isolate("בנק")), 3);
        assert_eq!(pad("\u{2066}12\u{2069}", 4), "\u{2066}12\u{2069}  ");
    }

    #[test]
    fn texts_are_shortened_between_words() {
        for (columns, expected) in [
            (19, "Amazon Web Services"),
            (18, "Amazon Web…"),
            (11, "Amazon Web…"),
            (10, "Amazon…"),
            (5, "Amaz…"),
        ] {
            assert_eq!(shorten("Amazon Web Services", columns), expected);
        }
        assert_eq!(shorten("root-account-mfa-device", 8), "root-ac…");
        assert_eq!(shorten("三菱銀行", 6), "三菱…");
    }

    #[test]
    fn further_lines_begin_in_the_column() {
        let text = "no keychain is running\n  On a desktop: install one\n  Else: a file";
        assert_eq!(
            format!("{:<9}{}", "keychain", hanging(text, 9)),
            "keychain no keychain is running\n         On a desktop: install one\n         Else: a file"
        );
        assert_eq!(hanging("", 9), "");
    }
}
