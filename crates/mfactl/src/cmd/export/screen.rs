//! Shows QR codes on the terminal, one at a time, and removes each of them once it was scanned.

use crate::cmd::context::Context;
use crate::error::{Error, Kind};
use crate::output::Output;
use crate::text::{clean, width};
use crate::{platform, prompt};

/// The lines below a code: an empty one and the question.
const BELOW: usize = 2;

/// Shows QR codes with their names. If a person is there, each stays until the person presses Enter.
pub(super) fn show(
    context: &Context,
    codes: &[(&str, &[u8])],
    inverted: bool,
) -> Result<(), Error> {
    let output = context.output;
    let waits = context.may_ask && output.terminal;
    let lines = |code: &[u8]| drawn(output, code, inverted);
    let codes = codes.iter().map(|(name, code)| Ok((*name, lines(code)?)));
    let codes = codes.collect::<Result<Vec<_>, Error>>()?;
    for (_, lines) in &codes {
        fits(output, lines)?;
    }
    for (index, (name, lines)) in codes.iter().enumerate() {
        output.line(clean(name))?;
        lines.shown.iter().try_for_each(|line| output.line(line))?;
        if waits {
            wait(context, lines.shown.len() + 1, index + 1 == codes.len())?;
        }
    }
    Ok(())
}

/// The lines of a code, and their width in columns.
struct Lines {
    shown: Vec<String>,
    width: usize,
}

/// Draws a code. With colours it is dark on light, whatever the colours of the terminal are.
fn drawn(output: Output, code: &[u8], inverted: bool) -> Result<Lines, Error> {
    let text = str::from_utf8(code)
        .map_err(|_| Error::new(Kind::Other, "mfa-export has drawn no QR code"))?;
    let swap = |c| match c {
        '█' => ' ',
        '▀' => '▄',
        '▄' => '▀',
        _ => '█',
    };
    let lines = text.lines().map(|line| match inverted {
        true => line.chars().map(swap).collect(),
        false => output.white_on_black(line),
    });
    Ok(Lines {
        shown: lines.collect(),
        width: text.lines().map(width).max().unwrap_or(0),
    })
}

/// Checks that the terminal is large enough: half a code is useless.
fn fits(output: Output, lines: &Lines) -> Result<(), Error> {
    let Some((columns, rows)) = output.size() else {
        return Ok(());
    };
    let height = lines.shown.len() + 1 + BELOW;
    if lines.width <= columns && height <= rows {
        return Ok(());
    }
    let text = format!(
        "the QR code needs {} columns and {height} lines, but the terminal has {columns} and {rows}",
        lines.width
    );
    Err(Error::new(Kind::Other, text)
        .hint("Enlarge the terminal or choose a smaller font. For a picture: --png FILE"))
}

/// Waits until the code was scanned, and removes it: it holds a secret.
fn wait(context: &Context, height: usize, is_last: bool) -> Result<(), Error> {
    let next = if is_last {
        "remove it"
    } else {
        "show the next one"
    };
    prompt::line(&format!("\nScan the QR code, then press Enter to {next}"))?;
    if platform::obeys_escapes() {
        // The cursor is below the question.
        let up = height + BELOW;
        context.output.text(format_args!("\x1b[{up}A\r\x1b[J"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverted_code_has_the_other_half_of_each_block() {
        let code = "█▀▄ \n".as_bytes();
        let lines = |inverted| drawn(Output::TERMINAL, code, inverted).unwrap();
        assert_eq!(lines(false).shown, ["█▀▄ "]);
        assert_eq!(lines(true).shown, [" ▄▀█"]);
        assert_eq!(lines(true).width, 4);
    }
}
