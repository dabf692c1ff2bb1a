//! Compares a text with the pattern of a rule. `*` stands for any text, and everything else for itself: a prompt has
//! brackets and dots, which would mean something else in a regular expression.

/// Returns whether a text fits a pattern. Spaces around the two do not count.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let mut rest = text.trim();
    let parts: Vec<_> = pattern.trim().split('*').collect();
    let [first, middle @ .., last] = &parts[..] else {
        return rest == pattern.trim();
    };
    let Some(after) = rest.strip_prefix(first) else {
        return false;
    };
    rest = after;
    // The earliest place leaves the most for what follows.
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text) in [
            ("Code:", "Code: "),
            (" Code: ", "Code:"),
            ("*", ""),
            ("Code*", "Code"),
            ("*code*:*", "Your code for jane: "),
            ("a*a", "aa"),
            ("**x**", "x"),
            ("a*b*a", "a b b a"),
            ("[sudo] * (jane):", "[sudo] code (jane): "),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("Code:", "code:"),
            ("Code:", "My Code:"),
            ("Code:", "Code: 2"),
            ("a*a", "a"),
            ("ab*ba", "aba"),
            ("*code*:*", "Your code for jane"),
            ("C.de:", "Code:"),
            ("[sudo]", "s"),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
