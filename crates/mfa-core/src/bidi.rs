//! Texts of both directions in one line.
//!
//! A terminal or a panel puts the characters of a line in order by Unicode's bidirectional algorithm.
//! Beside a right-to-left text it takes digits for a part of that: the code `194 412` after an Arabic
//! issuer is shown as “412 194”, which is another code. So whatever stands in a line with a code is
//! isolated, and the code too.

/// First-strong isolate: what follows has a direction of its own, found from its letters.
const FIRST_STRONG: char = '\u{2068}';
/// Left-to-right isolate.
const LEFT_TO_RIGHT: char = '\u{2066}';
/// Pop directional isolate: the end of either.
const POP: char = '\u{2069}';

/// A text of others that turns nothing around which stands beside it. An empty one stays empty.
#[must_use]
pub fn isolate(text: &str) -> String {
    within(FIRST_STRONG, text)
}

/// A code, or anything else that is read from the left to the right whatever stands beside it.
#[must_use]
pub fn isolate_ltr(text: &str) -> String {
    within(LEFT_TO_RIGHT, text)
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

/// Whether a character would end the isolation, or keep it from ending: the directional formatting
/// characters and the separators of paragraphs.
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
    fn no_text_breaks_out() {
        let text = "a\u{2069}\u{202e}b\u{2067}c\u{2029}d\n";
        assert_eq!(isolate(text), "\u{2068}abcd\u{2069}");
    }
}
