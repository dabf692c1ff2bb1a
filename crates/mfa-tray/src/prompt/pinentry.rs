//! Asks for a passphrase, by pinentry: the program that GnuPG asks with, which every desktop has its own of.
//!
//! It speaks the Assuan protocol over its pipes, see <https://gnupg.org/documentation/manuals/assuan/>:
//! a line is a command, and its answer lines of data (`D`, percent-encoded) up to `OK` or `ERR`.

use std::fmt::Write;
use std::io::{self, ErrorKind};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{Answer, PATIENCE};
use crate::platform;

/// The longest line of the protocol, in bytes, with its end.
const MAX_LINE: usize = 1002;
/// The longest answer, in bytes.
const MAX_ANSWER: usize = 4096;
/// How many lines may come before the end of an answer.
const MAX_LINES: usize = 100;
/// How long it may take to end when it is told to.
const END: Duration = Duration::from_secs(2);
/// What is said when the user has closed the dialog (`GPG_ERR_CANCELED`, `GPG_ERR_FULLY_CANCELED`), or
/// when nobody has answered it (`GPG_ERR_TIMEOUT`). What stands above it says who says so.
const CANCELLED: [u32; 3] = [99, 198, 62];

/// What is asked. It is for everybody to see.
pub(crate) struct Question<'q> {
    pub(crate) title: &'q str,
    pub(crate) text: &'q str,
    pub(crate) prompt: &'q str,
    /// What was wrong with the last answer.
    pub(crate) error: Option<&'q str>,
}

/// Asks it, by the first program that can.
pub(crate) async fn ask(question: &Question<'_>) -> Answer {
    for program in platform::PINENTRIES {
        match run(program, question).await {
            Ok(answer) => return answer,
            Err(error) => tracing::debug!(%error, program, "cannot ask for a passphrase"),
        }
    }
    Answer::Nobody
}

async fn run(program: &str, question: &Question<'_>) -> io::Result<Answer> {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(ErrorKind::BrokenPipe.into());
    };
    let answer = timeout(PATIENCE, converse(output, input, question)).await;
    // Its input is closed now, which ends it; else it is killed when it is dropped.
    drop(timeout(END, child.wait()).await);
    answer.unwrap_or(Ok(Answer::Cancelled))
}

async fn converse(
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
    question: &Question<'_>,
) -> io::Result<Answer> {
    let mut pinentry = Assuan { reader, writer };
    pinentry.answer().await?.map_err(said)?;
    // What is typed comes in this charset. One that does not know the option answers in its own.
    drop(pinentry.say("OPTION lc-ctype", "=C.UTF-8").await?);
    let error = question.error.map(|error| ("SETERROR", error));
    let texts = [
        ("SETTITLE", question.title),
        ("SETDESC", question.text),
        ("SETPROMPT", question.prompt),
    ];
    for (command, text) in texts.into_iter().chain(error) {
        let text = format!(" {}", encode(text));
        pinentry.say(command, &text).await?.map_err(said)?;
    }
    match pinentry.say("GETPIN", "").await? {
        Ok(answer) => match std::str::from_utf8(&answer) {
            Ok(text) => Ok(Answer::Given(Zeroizing::new(text.to_owned()))),
            Err(_) => Err(ErrorKind::InvalidData.into()),
        },
        Err(code) if CANCELLED.contains(&code) => Ok(Answer::Cancelled),
        Err(code) => Err(said(code)),
    }
}

/// An error that is none of the user's: it has no screen, for example.
fn said(code: u32) -> io::Error {
    io::Error::other(format!("pinentry says error {code}"))
}

struct Assuan<R, W> {
    reader: R,
    writer: W,
}

/// The data of an answer, or the number of an error.
type Said = Result<Zeroizing<Vec<u8>>, u32>;

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Assuan<R, W> {
    /// Sends a command, and waits for its answer.
    async fn say(&mut self, command: &str, rest: &str) -> io::Result<Said> {
        let line = format!("{command}{rest}\n");
        self.writer.write_all(line.as_bytes()).await?;
        self.writer.flush().await?;
        self.answer().await
    }

    async fn answer(&mut self) -> io::Result<Said> {
        let mut data = Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
        for _ in 0..MAX_LINES {
            let line = self.line().await?;
            let (word, rest) = match line.iter().position(|byte| *byte == b' ') {
                Some(end) => (&line[..end], &line[end + 1..]),
                None => (&line[..], &[][..]),
            };
            match word {
                b"OK" => return Ok(Ok(data)),
                b"ERR" => return Ok(Err(number(rest))),
                b"D" if data.len() + rest.len() <= MAX_ANSWER => decode(rest, &mut data),
                // How it goes, and remarks.
                b"S" | b"#" => {}
                _ => return Err(ErrorKind::InvalidData.into()),
            }
        }
        Err(ErrorKind::InvalidData.into())
    }

    /// A line, byte by byte: so it is in no buffer but this one.
    async fn line(&mut self) -> io::Result<Zeroizing<Vec<u8>>> {
        let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE));
        while line.len() < MAX_LINE {
            match self.reader.read_u8().await? {
                b'\n' => return Ok(line),
                byte => line.push(byte),
            }
        }
        Err(ErrorKind::InvalidData.into())
    }
}

/// The number that an error begins with, without who says it.
fn number(text: &[u8]) -> u32 {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    let number = digits.fold(0_u32, |number, digit| {
        number
            .wrapping_mul(10)
            .wrapping_add(u32::from(digit - b'0'))
    });
    number & 0xffff
}

/// Puts behind `data` what a line of it stands for.
fn decode(line: &[u8], data: &mut Vec<u8>) {
    let mut bytes = line.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            data.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let pair = digit().zip(digit());
        let byte = pair.and_then(|(high, low)| u8::try_from(16 * high + low).ok());
        data.extend(byte);
    }
}

/// A text as it may stand in a line.
fn encode(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' | '\n' | '\r' => drop(write!(line, "%{:02X}", u32::from(c))),
            c => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What it answers to `said`, and what it was asked.
    async fn converse_with(said: &str) -> (io::Result<Answer>, String) {
        let mut asked = Vec::new();
        let question = Question {
            title: "mfactl",
            text: "50 % of\ntwo lines",
            prompt: "Passphrase:",
            error: Some("That was wrong."),
        };
        let answer = converse(said.as_bytes(), &mut asked, &question).await;
        (answer, String::from_utf8(asked).unwrap())
    }

    fn given(answer: io::Result<Answer>) -> String {
        match answer {
            Ok(Answer::Given(text)) => text.to_string(),
            Ok(_) => "nothing".to_owned(),
            Err(error) => error.kind().to_string(),
        }
    }

    #[tokio::test]
    async fn a_passphrase_comes_as_it_was_typed() {
        let said = "OK Pleased to meet you\nERR 83886254 Unknown option\nOK\nOK\nOK\nOK\n\
                    S PASSWORD_FROM_CACHE\n# a remark\nD p%25q \nD r%0As%c3%a4\nOK\n";
        let (answer, asked) = converse_with(said).await;
        assert_eq!(given(answer), "p%q r\nsä");
        assert_eq!(
            asked,
            "OPTION lc-ctype=C.UTF-8\nSETTITLE mfactl\nSETDESC 50 %25 of%0Atwo lines\n\
             SETPROMPT Passphrase:\nSETERROR That was wrong.\nGETPIN\n"
        );
    }

    #[tokio::test]
    async fn what_is_no_answer_is_none() {
        let before = "OK hello\nOK\nOK\nOK\nOK\nOK\n";
        let after = async |said: &str| given(converse_with(&format!("{before}{said}")).await.0);
        assert_eq!(after("OK\n").await, "", "nothing was typed");
        assert_eq!(after("ERR 83886179 Operation cancelled\n").await, "nothing");
        let other = ErrorKind::Other.to_string();
        assert_eq!(after("ERR 83918950 No such device\n").await, other);
        let invalid = ErrorKind::InvalidData.to_string();
        assert_eq!(after("D %FF\nOK\n").await, invalid, "no text");
        assert_eq!(after(&"D x\n".repeat(1000)).await, invalid, "without end");
        assert_eq!(
            after(&"x".repeat(5000)).await,
            invalid,
            "a line without end"
        );
        let long = format!("D {}\n", "x".repeat(990));
        assert_eq!(after(&long.repeat(5)).await, invalid, "too much of it");
        let ended = ErrorKind::UnexpectedEof.to_string();
        assert_eq!(after("D secr").await, ended);
    }

    #[test]
    fn broken_escapes_do_no_harm() {
        let decoded = |line: &[u8]| {
            let mut data = Vec::new();
            decode(line, &mut data);
            data
        };
        assert_eq!(decoded(b"a%4"), b"a");
        assert_eq!(decoded(b"%"), b"");
        assert_eq!(decoded(b"%zz%41"), b"A");
    }
}
