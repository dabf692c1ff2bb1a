//! Digits that can be read from afar, of full blocks. They are as narrow as possible: nine of them fit in 40 columns.

/// The height of a digit.
pub(super) const ROWS: u16 = 5;
/// The width of a digit with the gap after it.
const COLUMNS: usize = 4;

/// The rows of each digit, from the top; a set bit is a block.
const DIGITS: [[u8; ROWS as usize]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b001, 0b001, 0b001],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];

/// Returns the rows of a code, whose groups are apart. `None` if it has letters or is wider than the columns.
pub(super) fn rows(grouped: &str, columns: u16) -> Option<Vec<String>> {
    if grouped.len() * COLUMNS > usize::from(columns) + 1 {
        return None;
    }
    let row = |row: usize| {
        let mut line = String::new();
        for c in grouped.chars() {
            if c == ' ' {
                line.push_str("  ");
                continue;
            }
            let digit = DIGITS[usize::try_from(c.to_digit(10)?).ok()?][row];
            let block = |bit: u8| if digit >> bit & 1 == 1 { '█' } else { ' ' };
            line.extend([block(2), block(1), block(0), ' ']);
        }
        Some(line.trim_end().to_owned())
    };
    (0..usize::from(ROWS)).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_if_it_fits_and_has_only_digits() {
        let rows = rows("12 3", 40).unwrap();
        assert_eq!(
            rows,
            [
                " █  ███   ███",
                "██    █     █",
                " █  ███   ███",
                " █  █       █",
                "███ ███   ███"
            ]
        );
        assert!(super::rows("1234 5678", 40).is_some());
        assert_eq!(super::rows("1234 5678", 30), None);
        assert_eq!(super::rows("2F9J2", 40), None);
    }
}
