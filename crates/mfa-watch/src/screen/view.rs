//! Draws the model: the search, the list, and below it the chosen account with its code.
//!
//! Nothing is told by a colour alone, and the code is there as text beside the big digits, for those who have it read to
//! them and those who select it.

use mfa_core::Account;
use mfa_core::bidi::turns_around;
use mfa_core::otp::grouped;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::big;
use super::model::{Model, Purpose};
use crate::board::changes_at;
use crate::text::{clean, details};

/// First-strong isolate and pop directional isolate: see [`mfa_core::bidi`].
const ISOLATE: char = '\u{2068}';
const POP: char = '\u{2069}';
/// The seconds up to which a code is about to end.
const SHORT: u64 = 5;
/// The height of a screen that has room for big digits.
const TALL: u16 = 14;
/// The width of the bar of the countdown.
const BAR: u64 = 10;

/// Draws everything.
pub(crate) fn draw(frame: &mut Frame<'_>, model: &mut Model, has_colours: bool, now: u64) {
    let area = frame.area();
    let mut canvas = Canvas {
        area,
        buffer: frame.buffer_mut(),
        has_colours,
    };
    let column = canvas.search(model);
    let below = canvas.below(model, now);
    let rows = area.height.saturating_sub(1 + below);
    model.page = rows;
    match model.board.access.problem() {
        Some(problem) => canvas.message(1, &problem),
        None if model.board.accounts.is_empty() => {
            canvas.message(1, "No accounts yet. To add one: mfactl add");
        }
        None => canvas.list(model, rows),
    }
    frame.set_cursor_position(Position::new(column, area.y));
}

/// Where things are drawn.
struct Canvas<'b> {
    area: Rect,
    buffer: &'b mut Buffer,
    has_colours: bool,
}

impl Canvas<'_> {
    fn colour(&self, colour: Color) -> Style {
        match self.has_colours {
            true => Style::new().fg(colour),
            false => Style::new(),
        }
    }

    /// Writes a text of at most `width` columns, and returns the column after it. Text from right to left is isolated, so
    /// that it does not turn around what is beside it. At the begin of a line, there is nothing to be turned around.
    fn put(&mut self, column: u16, row: u16, text: &str, width: u16, style: Style) -> u16 {
        let width = width.min(self.area.width.saturating_sub(column));
        if row >= self.area.height || width == 0 {
            return column;
        }
        let text = shorten(text, width);
        let (x, y) = (self.area.x + column, self.area.y + row);
        let (end, _) = self.buffer.set_stringn(x, y, &text, width.into(), style);
        if turns_around(&text) {
            self.isolate(x, end, y);
        }
        end - self.area.x
    }

    /// Adds the signs that isolate a text to the cells beside it, which are drawn again when the text goes.
    fn isolate(&mut self, start: u16, end: u16, row: u16) {
        let mut add = |column: u16, sign: char| {
            let cell = &mut self.buffer[(column, row)];
            cell.set_symbol(&format!("{}{sign}", cell.symbol()));
        };
        if start > self.area.x {
            add(start - 1, ISOLATE);
            // Letters from right to left take one column each, so the last one is here.
            add(end.max(start + 1) - 1, POP);
        }
    }

    /// Draws the search, and returns the column of the next letter.
    fn search(&mut self, model: &Model) -> u16 {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let all = model.board.accounts.len();
        let count = match model.typed.trim().is_empty() {
            _ if all == 0 => String::new(),
            true if all == 1 => "1 account".to_owned(),
            true => format!("{all} accounts"),
            false => format!("{} of {all}", model.found().len()),
        };
        let wide = columns(&count);
        let free = self.area.width.saturating_sub(wide);
        self.put(free, 0, &count, wide, Style::new());
        let at = self.put(0, 0, "Search: ", free, Style::new());
        let end = self.put(
            at,
            0,
            &clean(&model.typed),
            free.saturating_sub(at + 1),
            bold,
        );
        end.min(self.area.width.saturating_sub(1))
    }

    /// Draws a sentence on several lines.
    fn message(&mut self, row: u16, text: &str) {
        let width = usize::from(self.area.width);
        let (mut row, mut line) = (row + 1, String::new());
        for word in text.split(' ') {
            if !line.is_empty() && line.width() + 1 + word.width() > width {
                self.put(0, row, &line, self.area.width, Style::new());
                row += 1;
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.put(0, row, &line, self.area.width, Style::new());
    }

    /// Draws the part of the list around the chosen account.
    fn list(&mut self, model: &Model, rows: u16) {
        let found = model.found();
        if found.is_empty() {
            return self.message(1, "Nothing matches. Esc shows all accounts again.");
        }
        let rows = usize::from(rows);
        let at = found.iter().position(|one| Some(one.id) == model.chosen);
        let at = at.unwrap_or(0);
        // The chosen account is in the middle, if the list goes on in both directions.
        let first = at
            .saturating_sub(rows / 2)
            .min(found.len().saturating_sub(rows));
        let widest = found.iter().map(|one| columns(&clean(&one.name))).max();
        let names = widest.unwrap_or(0).min(self.area.width / 2);
        for (row, account) in (1..).zip(found.iter().skip(first).take(rows)) {
            self.row(row, account, names, Some(account.id) == model.chosen);
        }
    }

    fn row(&mut self, row: u16, account: &Account, names: u16, is_chosen: bool) {
        let style = match is_chosen {
            true => Style::new().add_modifier(Modifier::REVERSED),
            false => Style::new(),
        };
        if is_chosen {
            let line = Rect::new(self.area.x, self.area.y + row, self.area.width, 1);
            self.buffer.set_style(line.intersection(self.area), style);
        }
        let mark = if is_chosen { ">" } else { " " };
        self.put(0, row, mark, 1, style);
        self.put(2, row, &clean(&account.name), names, style);
        let rest = self.area.width.saturating_sub(names + 5);
        self.put(names + 4, row, &details(account), rest, style);
    }

    /// Draws what is below the list, and returns how many rows it takes.
    fn below(&mut self, model: &Model, now: u64) -> u16 {
        let height = self.area.height;
        if height < 4 {
            return 0;
        }
        self.keys(model, height - 1, now);
        let Some(account) = model.account().filter(|_| model.purpose == Purpose::Watch) else {
            return 2;
        };
        let row = height - 3;
        let code = model.board.code(account.id, now);
        let code = code.map(|code| grouped(&code.code));
        let large = code
            .as_deref()
            .and_then(|code| big::rows(code, self.area.width));
        // The room for the digits stays when there are none for a moment.
        let is_tall = height >= TALL && account.kind.period().is_some();
        let top = if is_tall { row - big::ROWS - 1 } else { row };
        if is_tall {
            let bold = Style::new().add_modifier(Modifier::BOLD);
            for (row, line) in (top..).zip(large.unwrap_or_default()) {
                self.put(0, row, &line, self.area.width, bold);
            }
        }
        self.countdown(account, code.as_deref(), row, now);
        let name = self.put(
            0,
            top - 1,
            &clean(&account.name),
            self.area.width / 2,
            Style::new().add_modifier(Modifier::BOLD),
        );
        if height >= TALL {
            let rest = self.area.width.saturating_sub(name + 2);
            self.put(name + 2, top - 1, &details(account), rest, Style::new());
        }
        height - (top - 1) + u16::from(height >= TALL)
    }

    /// Draws the code as text, and how long it is valid.
    fn countdown(&mut self, account: &Account, code: Option<&str>, row: u16, now: u64) {
        let (Some(period), Some(end)) = (account.kind.period(), changes_at(account, now)) else {
            let text = "Each code is used once. Enter copies the next.";
            self.put(0, row, text, self.area.width, Style::new());
            return;
        };
        let Some(code) = code else { return };
        let left = end.saturating_sub(now);
        let style = self.colour(if left > SHORT {
            Color::Green
        } else {
            Color::Red
        });
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let at = self.put(0, row, code, self.area.width, bold) + 2;
        let full = (left * BAR).div_ceil(period.get()).min(BAR);
        let part = |sign: &str, count: u64| sign.repeat(usize::try_from(count).unwrap_or(0));
        let bar = format!("{}{}", part("█", full), part("░", BAR - full));
        let at = self.put(at, row, &bar, self.area.width, style) + 1;
        let unit = if left == 1 { "second" } else { "seconds" };
        self.put(at, row, &format!("{left} {unit}"), self.area.width, style);
    }

    /// Draws the last line: a remark, or the keys.
    fn keys(&mut self, model: &Model, row: u16, now: u64) {
        if let Some(remark) = model.remark(now) {
            let bold = Style::new().add_modifier(Modifier::BOLD);
            self.put(0, row, &clean(remark), self.area.width, bold);
            return;
        }
        let keys = match model.purpose {
            Purpose::Pick if model.account().is_none() => "Esc cancels",
            Purpose::Pick => "Enter chooses · Esc cancels",
            Purpose::Watch if model.board.accounts.is_empty() => "q ends",
            Purpose::Watch if model.typed.is_empty() => "Enter copies · q ends · type to search",
            Purpose::Watch => "Enter copies · Esc shows all accounts",
        };
        let dim = Style::new().add_modifier(Modifier::DIM);
        self.put(0, row, keys, self.area.width, dim);
    }
}

/// Returns the number of columns that a text takes.
fn columns(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// Returns the beginning of a text, with a sign that some is missing.
fn shorten(text: &str, width: u16) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        short.push(c);
        if columns(&short) >= width {
            short.pop();
            break;
        }
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests;
