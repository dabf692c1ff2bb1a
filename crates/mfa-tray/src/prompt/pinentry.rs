//! Asks for a passphrase or a yes with pinentry, the program of GnuPG. Each desktop has its own version.
//!
//! It speaks the Assuan protocol over its pipes, see <https://gnupg.org/documentation/manuals/assuan/>: a
//! command is a line, and the answer is lines of data (`D`, percent-encoded) up to `OK` or `ERR`.

use std::fmt::Write;
use std::io::{self, ErrorKind};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{Answer, PATIENCE, Reach, command};
use crate::platform;

/// The maximum length of a line of the protocol, in bytes, with its end.
const MAX_LINE: usize = 1002;
/// The maximum length of an answer, in bytes.
const MAX_ANSWER: usize = 4096;
/// The maximum number of lines before the end of an answer.
const MAX_LINES: usize = 100;
/// The time that pinentry may take to end.
const END: Duration = Duration::from_secs(2);
/// The errors of a dialog that the user has closed (`GPG_ERR_CANCELED`, `GPG_ERR_FULLY_CANCELED`), has not answered
/// (`GPG_ERR_TIMEOUT`) or has answered with a no (`GPG_ERR_NOT_CONFIRMED`). The higher bits of an error, which contain
/// its source, are removed.
const CANCELLED: [u32; 4] = [99, 198, 62, 114];

/// A question. All users of the machine can see it.
pub(crate) struct Question<'q> {
    pub(crate) title: &'q str,
    pub(crate) text: &'q str,
    pub(crate) prompt: &'q str,
    /// The fault of the last answer.
    pub(crate) error: Option<&'q str>,
}

/// Something to agree to. All users of the machine can see it.
pub(crate) struct Confirmation<'c> {
    pub(crate) title: &'c str,
    pub(crate) text: &'c str,
    /// The label of the button that agrees.
    pub(crate) yes: &'c str,
    /// The label of the other button.
    pub(crate) no: &'c str,
}

/// A dialog: the commands that set its texts, the command that shows it, and what the answer means.
struct Dialog<'d, T> {
    texts: Vec<(&'static str, &'d str)>,
    show: &'static str,
    read: fn(&[u8]) -> io::Result<T>,
    reach: Reach,
}

impl<'q> Question<'q> {
    fn dialog(&self) -> Dialog<'q, Zeroizing<String>> {
        let mut texts = vec![
            ("SETTITLE", self.title),
            ("SETDESC", self.text),
            ("SETPROMPT", self.prompt),
        ];
        texts.extend(self.error.map(|error| ("SETERROR", error)));
        Dialog {
            texts,
            show: "GETPIN",
            read: |answer| match std::str::from_utf8(answer) {
                Ok(text) => Ok(Zeroizing::new(text.to_owned())),
                Err(_) => Err(ErrorKind::InvalidData.into()),
            },
            reach: Reach::SessionBus,
        }
    }
}

impl<'c> Confirmation<'c> {
    fn dialog(&self) -> Dialog<'c, ()> {
        Dialog {
            texts: vec![
                ("SETTITLE", self.title),
                ("SETDESC", self.text),
                ("SETOK", self.yes),
                ("SETCANCEL", self.no),
            ],
            show: "CONFIRM",
            read: |_| Ok(()),
            reach: Reach::Screen,
        }
    }
}

/// Asks the question with the first program that works. `token` is the right to open a window in front of the others.
pub(crate) async fn ask(question: &Question<'_>, token: Option<&str>) -> Answer {
    show(&question.dialog(), token).await
}

/// Asks whether the user agrees, with the first program that works without the session bus.
pub(crate) async fn confirm(confirmation: &Confirmation<'_>) -> Answer<()> {
    show(&confirmation.dialog(), None).await
}

async fn show<T>(dialog: &Dialog<'_, T>, token: Option<&str>) -> Answer<T> {
    for program in platform::PINENTRIES {
        match run(program, dialog, token).await {
            Ok(answer) => return answer,
            Err(error) => tracing::debug!(%error, program, "cannot ask with a pinentry"),
        }
    }
    Answer::Nobody
}

async fn run<T>(
    program: &str,
    dialog: &Dialog<'_, T>,
    token: Option<&str>,
) -> io::Result<Answer<T>> {
    let mut command = command(program, dialog.reach);
    // Toolkits read it: https://wayland.app/protocols/xdg-activation-v1
    command.envs(token.map(|token| ("XDG_ACTIVATION_TOKEN", token)));
    let mut child = command.stdin(Stdio::piped()).spawn()?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(ErrorKind::BrokenPipe.into());
    };
    let answer = timeout(PATIENCE, converse(output, input, dialog)).await;
    // Its input is now closed, which ends it. Otherwise it is killed when it is dropped.
    drop(timeout(END, child.wait()).await);
    answer.unwrap_or(Ok(Answer::Cancelled))
}

async fn converse<T>(
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
    dialog: &Dialog<'_, T>,
) -> io::Result<Answer<T>> {
    let mut pinentry = Assuan { reader, writer };
    pinentry.answer().await?.map_err(said)?;
    // Sets the charset of the answer. A pinentry that does not know this option uses its own charset.
    drop(pinentry.say("OPTION lc-ctype", "=C.UTF-8").await?);
    for (command, text) in &dialog.texts {
        let text = format!(" {}", encode(text));
        pinentry.say(command, &text).await?.map_err(said)?;
    }
    match pinentry.say(dialog.show, "").await? {
        Ok(answer) => (dialog.read)(&answer).map(Answer::Given),
        Err(code) if CANCELLED.contains(&code) => Ok(Answer::Cancelled),
        Err(code) => Err(said(code)),
    }
}

/// Returns an error that the user did not cause, such as a missing screen.
fn said(code: u32) -> io::Error {
    io::Error::other(format!("pinentry reports error {code}"))
}

struct Assuan<R, W> {
    reader: R,
    writer: W,
}

/// The data of an answer, or the number of an error.
type Said = Result<Zeroizing<Vec<u8>>, u32>;

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Assuan<R, W> {
    /// Sends a command, and waits for its answer. A line that is too long is not shortened: what is missing could be what
    /// the user has to know.
    async fn say(&mut self, command: &str, rest: &str) -> io::Result<Said> {
        let line = format!("{command}{rest}\n");
        if line.len() >= MAX_LINE {
            return Err(ErrorKind::InvalidInput.into());
        }
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
                // Status lines and comments.
                b"S" | b"#" => {}
                _ => return Err(ErrorKind::InvalidData.into()),
            }
        }
        Err(ErrorKind::InvalidData.into())
    }

    /// Reads a line byte by byte, so that no other buffer contains it.
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

/// Returns the number at the beginning of an error, without its source.
fn number(text: &[u8]) -> u32 {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    let number = digits.fold(0_u32, |number, digit| {
        number
            .wrapping_mul(10)
            .wrapping_add(u32::from(digit - b'0'))
    });
    number & 0xffff
}

/// Decodes a data line and appends it to `data`.
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

/// Encodes a text for a line.
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

    /// Returns the answer to `said`, and the lines that were sent.
    async fn converse_with(said: &str) -> (io::Result<Answer>, String) {
        let mut asked = Vec::new();
        let question = Question {
            title: "mfactl",
            text: "50 % of\ntwo lines",
            prompt: "Passphrase:",
            error: Some("That was wrong."),
        };
        let answer = converse(said.as_bytes(), &mut asked, &question.dialog()).await;
        (answer, String::from_utf8(asked).unwrap())
    }

    /// Returns whether `said` is a yes, or nothing if no answer was given, and the lines that were sent.
    async fn confirm_with(text: &str, said: &str) -> (io::Result<Option<bool>>, String) {
        let mut asked = Vec::new();
        let confirmation = Confirmation {
            title: "mfactl",
            text,
            yes: "Allow once",
            no: "Cancel",
        };
        let dialog = confirmation.dialog();
        let answer = converse(said.as_bytes(), &mut asked, &dialog).await;
        let answer = answer.map(|answer| match answer {
            Answer::Given(()) => Some(true),
            Answer::Cancelled => Some(false),
            Answer::Nobody => None,
        });
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

    #[tokio::test]
    async fn only_a_yes_is_one() {
        let before = "OK hello\nOK\nOK\nOK\nOK\nOK\n";
        let after = async |said: &str| confirm_with("", &format!("{before}{said}")).await.0;
        assert_eq!(after("OK\n").await.unwrap(), Some(true));
        for no in ["83886179 Operation cancelled", "83886194 Not confirmed"] {
            assert_eq!(after(&format!("ERR {no}\n")).await.unwrap(), Some(false));
        }
        for none in ["ERR 83918950 Inappropriate ioctl\n", "O", "YES\n", ""] {
            assert!(after(none).await.is_err(), "{none:?}");
        }
        // A pinentry that cannot label the buttons is not used.
        let unlabelled = "OK hello\nOK\nOK\nOK\nERR 536871187 Unknown command\nOK\nOK\n";
        assert!(confirm_with("", unlabelled).await.0.is_err());
    }

    #[tokio::test]
    async fn a_text_to_agree_to_is_one_line_and_complete() {
        let said = "OK hello\nOK\nOK\nOK\nOK\nOK\nOK\n";
        let (_, asked) = confirm_with("50 % of\nCONFIRM\r\nx", said).await;
        assert_eq!(
            asked,
            "OPTION lc-ctype=C.UTF-8\nSETTITLE mfactl\nSETDESC 50 %25 of%0ACONFIRM%0D%0Ax\n\
             SETOK Allow once\nSETCANCEL Cancel\nCONFIRM\n"
        );
        let (answer, asked) = confirm_with(&"x".repeat(1000), said).await;
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert!(!asked.contains("CONFIRM"), "{asked}");
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
