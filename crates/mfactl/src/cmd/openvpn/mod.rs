//! `mfactl openvpn`: answers OpenVPN on its management socket when it needs a password and a code.
//!
//! The user names the account. The server says only when it wants a code and in which form, and each code was never
//! handed out before. After a refusal nothing is tried again: the password may be wrong, and accounts get locked.

mod lines;
mod message;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args as Arguments;
use mfa_ipc::types::CodeOptions;
use zeroize::Zeroizing;

use super::askpass;
use super::context::{Context, connect};
use crate::error::{Error, Kind};
use crate::platform::Local;
use crate::prompt;
use crate::text::clean;
use lines::Lines;
use message::{Challenge, Form, Message, line, response, with_code};

/// The number of answers until the tunnel has to be there, or until OpenVPN asks for nothing for a while.
const MAX_ANSWERS: u32 = 6;
/// That while. A tunnel that is up asks again after an hour, as a rule, and does not say that it has connected anew.
const QUIET: Duration = Duration::from_secs(600);

/// The arguments of `openvpn`.
#[derive(Debug, Arguments)]
pub(crate) struct Openvpn {
    /// The account; see mfactl --help
    pub(super) query: String,
    /// The management socket of OpenVPN
    #[arg(long, value_name = "SOCKET")]
    pub(super) management: PathBuf,
    /// The user name; otherwise mfactl asks for it
    #[arg(long, value_name = "NAME")]
    pub(super) username: Option<String>,
    /// Append the code to the password, for a server that expects them together and sends no challenge
    #[arg(long)]
    pub(super) append: bool,
}

/// A conversation with OpenVPN.
struct Talk<'t> {
    context: &'t Context,
    args: Openvpn,
    lines: Lines,
    /// What the server wants to be answered next.
    challenge: Option<Challenge>,
    answers: u32,
    /// When the last answer was given.
    last: Option<Instant>,
    connected: bool,
}

pub(super) async fn run(context: &Context, args: Openvpn) -> Result<(), Error> {
    let socket = Local::connect(&args.management).map_err(|error| not_reached(&args, &error))?;
    let mut talk = Talk {
        context,
        args,
        lines: Lines::new(socket, Instant::now()),
        challenge: None,
        answers: 0,
        last: None,
        connected: false,
    };
    talk.lines.send("state on\n")?;
    while let Some(line) = talk.lines.next()? {
        talk.hear(Message::read(&line)).await?;
    }
    match talk.connected {
        true => Ok(()),
        false => Err(Error::new(
            Kind::Other,
            "OpenVPN ended before it was connected",
        )),
    }
}

impl Talk<'_> {
    async fn hear(&mut self, message: Message) -> Result<(), Error> {
        match message {
            Message::Hold => self.lines.send("hold release\n"),
            Message::Auth(form) => self.answer(form).await,
            Message::Key => {
                self.count()?;
                let password = self.password("Passphrase of the private key for OpenVPN")?;
                self.give("password", "Private Key", &password)
            }
            Message::Failed(Some(challenge)) if challenge.wants_answer => {
                self.challenge = Some(challenge);
                Ok(())
            }
            Message::Failed(_) => Err(refused()),
            Message::Connected => {
                self.connected = true;
                self.answers = 0;
                self.lines.restart(None);
                self.context.output.line("Connected.")
            }
            Message::Fatal(text) => {
                let text = format!("OpenVPN ended: {}", clean(&text));
                Err(Error::new(Kind::Other, text))
            }
            Message::Refused => Err(Error::new(Kind::Other, "OpenVPN did not accept an answer")),
            Message::Unknown => Err(Error::new(
                Kind::Other,
                "OpenVPN needs a password that mfactl does not know about, such as that of a proxy",
            )),
            Message::Other => Ok(()),
        }
    }

    /// Gives OpenVPN the user name and the password, and the code in its form.
    async fn answer(&mut self, form: Form) -> Result<(), Error> {
        self.count()?;
        if let Some(challenge) = self.challenge.take() {
            let code = self.code().await?;
            self.give("username", "Auth", &challenge.username)?;
            return self.give("password", "Auth", &response(&challenge, &code));
        }
        let form = match form {
            Form::Alone if self.args.append => Form::Behind,
            form => form,
        };
        let username = self.username()?;
        let question = format!("OpenVPN password of {}", clean(&username));
        let password = self.password(&question)?;
        let code = match form {
            Form::Alone => Zeroizing::default(),
            Form::Beside | Form::Behind => self.code().await?,
        };
        self.give("username", "Auth", &username)?;
        self.give("password", "Auth", &with_code(form, &password, &code))
    }

    /// Counts an answer. A server that asks on and on would use up codes.
    fn count(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        let is_new = self.last.is_none_or(|last| now - last > QUIET);
        self.answers = if is_new { 1 } else { self.answers + 1 };
        self.last = Some(now);
        match self.answers <= MAX_ANSWERS {
            true => Ok(()),
            false => Err(refused()),
        }
    }

    fn username(&mut self) -> Result<String, Error> {
        if let Some(username) = &self.args.username {
            return Ok(username.clone());
        }
        if !self.context.may_ask {
            return Err(Error::usage("cannot ask for the user name: no terminal")
                .hint("Pass it: --username NAME"));
        }
        prompt::line("OpenVPN user name")
    }

    /// Asks for a password: in the terminal, or else by mfa-askpass.
    fn password(&self, question: &str) -> Result<Zeroizing<String>, Error> {
        match self.context.may_ask {
            true => prompt::password(&format!("{question} (not shown)")),
            false => askpass::password(&format!("{question}:")),
        }
    }

    async fn code(&self) -> Result<Zeroizing<String>, Error> {
        let client = connect().await?.because("for a sign-in by OpenVPN");
        let options = CodeOptions {
            fresh: true,
            ..CodeOptions::default()
        };
        let query = &self.args.query;
        let asking = async |client: &mfa_ipc::Client| client.get_code(query, options).await;
        match self.context.ask(&client, asking).await {
            Ok(code) => Ok(code.code),
            Err(error) => Err(self.context.explain(&client, query, error).await),
        }
    }

    fn give(&mut self, command: &str, kind: &str, value: &str) -> Result<(), Error> {
        let line = line(command, kind, value).ok_or_else(|| {
            Error::new(
                Kind::Other,
                "a user name or a password cannot contain control characters",
            )
        })?;
        // What the user had to type took its time.
        let limit = (!self.connected).then(Instant::now);
        self.lines.restart(limit);
        self.lines.send(&line)
    }
}

fn refused() -> Error {
    let text = "the server did not accept the user name, the password or the code";
    Error::new(Kind::Locked, text)
}

fn not_reached(args: &Openvpn, error: &std::io::Error) -> Error {
    let socket = clean(&args.management.display().to_string());
    let text = format!("cannot use the management socket {socket}: {error}");
    Error::new(Kind::Other, text)
        .hint("Start OpenVPN with: --management SOCKET unix --management-query-passwords")
}
