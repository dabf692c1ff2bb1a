//! The one printer of tables: columns that are as wide as their texts, or fit the terminal. A command adds what only its
//! table has, such as styles and remarks.

use mfa_core::bidi::{isolate, turns_around};

use crate::output::Output;
use crate::text::{hanging, pad, shorten, width};

/// The space between two columns.
pub(super) const GAP: &str = "   ";
/// The width below which an account takes two lines on a terminal.
pub(super) const STACKED_BELOW: usize = 60;
/// The least width of user names.
pub(super) const LEAST_USERNAME: usize = 8;

/// A column of texts.
pub(super) struct Column {
    heading: &'static str,
    least: usize,
}

impl Column {
    /// Returns a column with this heading, or none, that is only made narrower down to the least width.
    pub(super) const fn new(heading: &'static str, least: usize) -> Self {
        Self { heading, least }
    }
}

/// The columns of a table, with the widths that suit its rows.
pub(super) struct Table<const N: usize> {
    columns: &'static [Column; N],
    widths: [usize; N],
}

impl<const N: usize> Table<N> {
    /// Returns a table that shortens nothing.
    pub(super) fn whole(columns: &'static [Column; N], rows: &[[String; N]]) -> Self {
        let widths = widest(rows, columns);
        Self { columns, widths }
    }

    /// Returns a table that is no wider than the room, unless its columns have their least width.
    pub(super) fn within(room: usize, columns: &'static [Column; N], rows: &[[String; N]]) -> Self {
        let gaps = N.saturating_sub(1) * GAP.len();
        let widths = fit(rows, room.saturating_sub(gaps), columns);
        Self { columns, widths }
    }

    /// Returns the line of the headings.
    pub(super) fn heading(&self) -> String {
        let headings = self.columns.each_ref().map(|column| column.heading);
        let padded = headings.iter().zip(self.widths);
        let padded = padded.map(|(text, width)| pad(text, width));
        let line = padded.collect::<Vec<_>>().join(GAP);
        line.trim_end().to_owned()
    }

    /// Returns the texts of a row, each as wide as its column, to be joined by [`GAP`].
    pub(super) fn cells(&self, texts: &[String; N], apart: impl Fn(&str) -> String) -> [String; N] {
        std::array::from_fn(|n| {
            let width = self.widths[n];
            pad(&apart(&shorten(&texts[n], width)), width)
        })
    }

    /// Returns the width of the last column, whose texts may go on in further lines.
    pub(super) fn last_width(&self) -> usize {
        self.widths.last().copied().unwrap_or(0)
    }
}

/// Returns a line with a name in a dim column and its value beside it. A value of several lines stays in its column.
pub(super) fn named(output: Output, name: &str, width: usize, value: &str) -> String {
    format!(
        "{}{}",
        output.faint(&pad(name, width)),
        hanging(value, width)
    )
}

/// Returns the widths of columns that share the room. The last column matters least, and is narrowed first.
fn fit<const N: usize>(cells: &[[String; N]], room: usize, columns: &[Column; N]) -> [usize; N] {
    let wanted = widest(cells, columns);
    let mut widths = wanted;
    for n in (0..N).rev() {
        let too_many = widths.iter().sum::<usize>().saturating_sub(room);
        if too_many > 0 {
            let least = columns[n].least.min(widths[n]);
            widths[n] = widths[n].saturating_sub(too_many).max(least);
            // Shortening at whole words may leave some room.
            let shortened = cells.iter().map(|row| width(&shorten(&row[n], widths[n])));
            let heading = columns[n].heading.len();
            widths[n] = shortened.chain([heading]).max().unwrap_or(0);
        }
    }
    let spare = room.saturating_sub(widths.iter().sum());
    if let (Some(last), Some(wanted)) = (widths.last_mut(), wanted.last()) {
        *last = (*wanted).min(*last + spare);
    }
    widths
}

/// Returns the widths of columns that shorten nothing.
fn widest<const N: usize>(cells: &[[String; N]], columns: &[Column; N]) -> [usize; N] {
    std::array::from_fn(|n| {
        let cells = cells.iter().map(|row| width(&row[n]));
        cells.chain([columns[n].heading.len()]).max().unwrap_or(0)
    })
}

/// Returns a function that isolates the texts of a row if one of them is read from right to left. It does so
/// only where it matters, because text copied from a terminal contains the isolating characters too.
pub(super) fn apart(texts: &[String]) -> impl Fn(&str) -> String + use<> {
    let isolated = texts.iter().any(|text| turns_around(text));
    move |text| match isolated {
        true => isolate(text),
        false => text.to_owned(),
    }
}

/// Returns issuer and user name of an account in one text that is no wider than the room.
pub(super) fn whose(
    issuer: &str,
    username: &str,
    room: usize,
    apart: impl Fn(&str) -> String,
) -> String {
    if issuer.is_empty() || username.is_empty() {
        return apart(&shorten(&format!("{issuer}{username}"), room));
    }
    let room = room.saturating_sub(width(" — "));
    let least = LEAST_USERNAME.min(width(username));
    let username = shorten(username, room.saturating_sub(width(issuer)).max(least));
    let issuer = shorten(issuer, room.saturating_sub(width(&username)));
    format!("{} — {}", apart(&issuer), apart(&username))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_several_lines_stays_in_its_column() {
        let problem = "the keychain cannot be used: no keychain is running\n  On a server: a file";
        assert_eq!(
            named(Output::TERMINAL, "keychain", 11, problem),
            "keychain   the keychain cannot be used: no keychain is running\n           On a server: a file"
        );
    }

    #[test]
    fn the_last_column_gives_way_first_and_takes_the_rest() {
        let columns = [Column::new("A", 3), Column::new("B", 3)];
        let cells = [["aaaaaa".to_owned(), "bbbbbb".to_owned()]];
        assert_eq!(fit(&cells, 20, &columns), [6, 6]);
        assert_eq!(fit(&cells, 10, &columns), [6, 4]);
        assert_eq!(fit(&cells, 8, &columns), [5, 3]);
        assert_eq!(
            fit(&cells, 1, &columns),
            [3, 3],
            "no narrower than the least"
        );
    }

    #[test]
    fn a_table_is_as_wide_as_its_texts_or_as_the_room() {
        const COLUMNS: [Column; 2] = [Column::new("NAME", 4), Column::new("WHO", 4)];
        let rows = [
            ["語語語", "אab"].map(str::to_owned),
            ["b", "cdefgh"].map(str::to_owned),
        ];
        let lines = |table: &Table<2>| {
            let cells = rows.iter().map(|row| table.cells(row, apart(row)));
            let cells = cells.map(|cells| cells.join(GAP));
            std::iter::once(table.heading()).chain(cells).collect()
        };
        let lines: [Vec<String>; 2] = [
            lines(&Table::whole(&COLUMNS, &rows)),
            lines(&Table::within(13, &COLUMNS, &rows)),
        ];
        let whole = [
            "NAME     WHO",
            "\u{2068}語語語\u{2069}   \u{2068}אab\u{2069}   ",
            "b        cdefgh",
        ];
        let narrow = [
            "NAME     WHO",
            "\u{2068}語語語\u{2069}   \u{2068}אab\u{2069} ",
            "b        cde…",
        ];
        assert_eq!(lines, [whole, narrow]);
    }

    #[test]
    fn whose_an_account_is_fits_the_room() {
        let plain = str::to_owned;
        assert_eq!(whose("GitHub", "jane", 20, plain), "GitHub — jane");
        assert_eq!(whose("", "jane", 20, plain), "jane");
        assert_eq!(
            whose("Amazon Web Services", "root@1234", 20, plain),
            "Amazon… — root@12…"
        );
    }

    #[test]
    fn texts_are_isolated_only_beside_those_that_run_the_other_way() {
        let of = |texts: [&str; 2]| apart(&texts.map(str::to_owned))("abc");
        assert_eq!(of(["abc", "def"]), "abc");
        assert_eq!(of(["abc", "בנק"]), "\u{2068}abc\u{2069}");
    }
}
