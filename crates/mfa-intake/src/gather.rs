//! Joins the files of one import.
//!
//! Google Authenticator spreads an export over several QR codes, and each may be in its own picture: one file
//! may contain what another lacks.

use crate::{Decoded, Part};

/// Joins the contents of several files, in their order.
#[must_use]
pub fn gather(files: impl IntoIterator<Item = Decoded>) -> Decoded {
    let mut all = Decoded::default();
    let mut kinds: Vec<String> = Vec::new();
    for file in files {
        if !kinds.contains(&file.what) {
            kinds.push(file.what);
        }
        if all.format.is_empty() {
            all.format = file.format;
        }
        all.accounts.extend(file.accounts);
        all.parts.extend(file.parts);
        for skipped in file.skipped {
            // Every picture reports the same missing parts of an export.
            let known = skipped.part.is_some()
                && all.skipped.iter().any(|other| other.part == skipped.part);
            if !known {
                all.skipped.push(skipped);
            }
        }
    }
    all.what = kinds.join(" and ");
    let parts = &all.parts;
    let is_there = |part: &Part| parts.contains(part);
    all.skipped
        .retain(|skipped| !skipped.part.as_ref().is_some_and(is_there));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Skipped;

    fn part(batch: i64, number: u32) -> Part {
        Part {
            batch,
            number,
            of: 3,
        }
    }

    /// Returns a picture of one part. The other parts are missing.
    fn picture(batch: i64, number: u32) -> Decoded {
        let missing = (1..=3).filter(|other| *other != number);
        Decoded {
            parts: vec![part(batch, number)],
            skipped: missing
                .map(|number| Skipped {
                    name: format!("QR code {number} of 3"),
                    reason: "missing".into(),
                    part: Some(part(batch, number)),
                })
                .collect(),
            ..Decoded::default()
        }
    }

    fn missing(pictures: Vec<Decoded>) -> Vec<(i64, u32)> {
        let missing = gather(pictures).missing().into_iter();
        missing.map(|part| (part.batch, part.number)).collect()
    }

    #[test]
    fn each_kind_of_file_is_named_once() {
        let of = |what: &str| Decoded {
            what: what.into(),
            ..Decoded::default()
        };
        let all = gather([of("a vault"), of("a picture"), of("a vault")]);
        assert_eq!(all.what, "a vault and a picture");
    }

    #[test]
    fn what_one_picture_lacks_another_has() {
        assert_eq!(missing(vec![picture(1, 1), picture(1, 3)]), [(1, 2)]);
        let all = vec![picture(1, 2), picture(1, 1), picture(1, 3)];
        assert_eq!(missing(all), []);
        let two = vec![picture(1, 1), picture(2, 1)];
        assert_eq!(missing(two), [(1, 2), (1, 3), (2, 2), (2, 3)]);
    }

    #[test]
    fn other_reasons_stay() {
        let line = |name: &str| Decoded {
            skipped: vec![Skipped {
                name: name.into(),
                reason: "no secret".into(),
                part: None,
            }],
            ..Decoded::default()
        };
        let all = gather([line("line 1"), picture(1, 1), line("line 1")]);
        assert_eq!(all.skipped.len(), 4);
    }
}
