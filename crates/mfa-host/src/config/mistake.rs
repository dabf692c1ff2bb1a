//! Messages for mistakes in the configuration.

/// Returns the message for an error of the parser. It never repeats a value, which may have been meant for
/// another line.
pub(super) fn words(found: &str) -> String {
    if let Some(names) = found.strip_prefix("unknown field `") {
        // unknown field `a`, expected one of `b`, `c`
        let mut names = names.split('`').step_by(2);
        let unknown = names.next().unwrap_or_default();
        let known: Vec<_> = names.collect();
        let all = known.join(", ");
        return match nearest(unknown, &known) {
            Some(near) => {
                format!("unknown setting {unknown}: did you mean {near}? Known settings: {all}")
            }
            None => format!("unknown setting {unknown}. Known settings: {all}"),
        };
    }
    let is_about_a_value = ["invalid type: ", "invalid value: ", "unknown variant "]
        .iter()
        .any(|beginning| found.starts_with(beginning));
    match found.rsplit_once(", expected ") {
        Some((_, expected)) if is_about_a_value => format!("this must be {expected}"),
        _ => found.to_owned(),
    }
}

/// Returns the setting that was most likely meant.
fn nearest<'n>(unknown: &str, known: &[&'n str]) -> Option<&'n str> {
    let likeness = |name: &&str| strsim::jaro_winkler(unknown, name);
    let near = known.iter().copied().filter(|name| likeness(name) > 0.8);
    near.max_by(|one, other| likeness(one).total_cmp(&likeness(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_said_without_the_value() {
        for (found, said) in [
            (
                "unknown field `code`, expected one of `codes`, `icon`",
                "unknown setting code: did you mean codes? Known settings: codes, icon",
            ),
            (
                "unknown field `code`, expected `codes`",
                "unknown setting code: did you mean codes? Known settings: codes",
            ),
            (
                "unknown field `colour`, expected `codes`",
                "unknown setting colour. Known settings: codes",
            ),
            (
                "invalid type: string \"x, expected y\", expected the section [tray]",
                "this must be the section [tray]",
            ),
            (
                "string values must be quoted",
                "string values must be quoted",
            ),
        ] {
            assert_eq!(words(found), said);
        }
    }
}
