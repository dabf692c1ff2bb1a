//! Describes the missing QR codes of exports that are spread over several.

use crate::Part;

/// Returns the missing codes as a sentence without its full stop: “QR codes 2 and 3 of 5 are missing”.
#[must_use]
pub fn missing(parts: &[Part]) -> Option<String> {
    let (last, others) = parts.split_last()?;
    let same = others
        .iter()
        .all(|part| (part.batch, part.of) == (last.batch, last.of));
    let number = |part: &Part| match same {
        true => part.number.to_string(),
        // The codes belong to several exports.
        false => format!("{} of {}", part.number, part.of),
    };
    let numbers: Vec<_> = others.iter().map(number).collect();
    Some(match numbers.join(", ") {
        numbers if numbers.is_empty() => {
            format!("QR code {} of {} is missing", last.number, last.of)
        }
        numbers => format!(
            "QR codes {numbers} and {} of {} are missing",
            last.number, last.of
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(batch: i64, number: u32) -> Part {
        Part {
            batch,
            number,
            of: 5,
        }
    }

    #[test]
    fn what_is_missing_is_said_in_one_sentence() {
        let said = |parts: &[Part]| missing(parts).unwrap_or_default();
        assert_eq!(said(&[]), "");
        assert_eq!(said(&[part(1, 2)]), "QR code 2 of 5 is missing");
        assert_eq!(
            said(&[part(1, 2), part(1, 3), part(1, 5)]),
            "QR codes 2, 3 and 5 of 5 are missing"
        );
        assert_eq!(
            said(&[part(1, 2), part(2, 3)]),
            "QR codes 2 of 5 and 3 of 5 are missing"
        );
    }
}
