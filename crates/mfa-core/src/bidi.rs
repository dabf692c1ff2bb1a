//! Right-to-left text in a line with a code.
//!
//! A terminal or a panel orders the characters of a line by Unicode's bidirectional algorithm. It treats
//! digits beside right-to-left text as part of that text: after an Arabic issuer, the code `194 412` appears
//! as “412 194”, which is another code. So a code, and every text in a line with a code, is isolated.

/// First-strong isolate: the direction of the text after it comes from its first letter.
const FIRST_STRONG: char = '\u{2068}';
/// Left-to-right isolate.
const LEFT_TO_RIGHT: char = '\u{2066}';
/// Pop directional isolate: the end of an isolate.
const POP: char = '\u{2069}';

/// Isolates a text of unknown origin, so that it does not reorder the text beside it. An empty text stays
/// empty.
#[must_use]
pub fn isolate(text: &str) -> String {
    within(FIRST_STRONG, text)
}

/// Isolates a code or another text that is always read from left to right.
#[must_use]
pub fn isolate_ltr(text: &str) -> String {
    within(LEFT_TO_RIGHT, text)
}

/// Returns whether a text contains characters that can reorder the text beside it: letters and digits that
/// are written from right to left.
#[must_use]
pub fn turns_around(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    })
}

fn within(first: char, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut isolated = String::with_capacity(text.len() + first.len_utf8() + POP.len_utf8());
    isolated.push(first);
    isolated.extend(text.chars().filter(|c| !breaks_out(*c)));
    isolated.push(POP);
    isolated
}

/// Returns whether a character would end the isolation or keep it from ending: a directional formatting
/// character or a paragraph separator.
fn breaks_out(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2029}'
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_isolated() {
        assert_eq!(isolate("بنك"), "\u{2068}بنك\u{2069}");
        assert_eq!(isolate_ltr("194 412"), "\u{2066}194 412\u{2069}");
        assert_eq!(isolate(""), "");
    }

    #[test]
    fn scripts_from_the_right_are_known() {
        assert!(turns_around("My בנק") && turns_around("بنك") && turns_around("\u{660}"));
        assert!(!turns_around("語 Zürich № 1 — Ελλάδα"));
    }

    #[test]
    fn no_text_breaks_out() {
        let text = "a\u{2069}\u{202e}b\u{2067}c\u{2029}d\n";
        assert_eq!(isolate(text), "\u{2068}abcd\u{2069}");
    }
}
