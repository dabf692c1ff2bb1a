//! One request after the other: read, ask the daemon, answer.
//!
//! The input is read on a thread, so that its end is noticed while the daemon asks the user: the browser closes it when
//! the page is gone. Then nobody wants the answer, and the question is withdrawn with our connection.

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::thread;

use mfa_core::AccountId;
use mfa_core::site::Site;
use mfa_ipc::types::CodeOptions;
use mfa_ipc::{Client, launcher};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::accounts::offered;
use crate::answer::Answer;
use crate::error::Error;
use crate::request::Request;
use crate::{frame, request};

/// What the program says about itself.
const HELP: &str = "\
mfa-browser fills codes of mfactl into login pages, by an extension of the browser, which starts it.
dist/install tells Firefox, Chromium, Chrome, Edge and Brave where it is. Then load the extension from
the folder share/mfactl/browser, and click its button on a page that asks for a code.";
/// The number of seconds that a code must still be valid: it has to reach the site.
const MIN_REMAINING: u32 = 5;

/// A message of the browser.
type Message = Result<Vec<u8>, frame::Error>;

/// Runs the program with its arguments, which begin with its own name. Browsers pass the extension that asks, which is
/// the only one that they let in.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().skip(1).collect();
    match &arguments[..] {
        [only] if only == "--help" => return said(&mut io::stdout(), HELP, ExitCode::SUCCESS),
        [only] if only == "--version" => {
            let version = concat!("mfa-browser ", env!("CARGO_PKG_VERSION"));
            return said(&mut io::stdout(), version, ExitCode::SUCCESS);
        }
        [] if io::stdin().is_terminal() => {
            return said(&mut io::stderr(), HELP, ExitCode::from(2));
        }
        _ => {}
    }
    match talk() {
        Ok(()) => ExitCode::SUCCESS,
        // The browser is gone.
        Err(frame::Error::Io(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => said(
            &mut io::stderr(),
            &format!("mfa-browser: {error}"),
            ExitCode::FAILURE,
        ),
    }
}

/// Says something and returns the exit code. If the output is closed, there is nobody to tell.
fn said(output: &mut impl Write, text: &str, code: ExitCode) -> ExitCode {
    drop(writeln!(output, "{text}"));
    code
}

fn talk() -> Result<(), frame::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_io().enable_time().build()?;
    let input = listen()?;
    runtime.block_on(serve(input))
}

/// Starts to read the input. The messages end with the input, or with an error.
fn listen() -> io::Result<mpsc::Receiver<Message>> {
    let (sender, messages) = mpsc::channel(1);
    let read_all = move || {
        let mut input = io::stdin().lock();
        while let Some(message) = frame::read(&mut input).transpose() {
            let is_last = message.is_err();
            if sender.blocking_send(message).is_err() || is_last {
                return;
            }
        }
    };
    let thread = thread::Builder::new().name("input".to_owned());
    thread.spawn(read_all)?;
    Ok(messages)
}

async fn serve(mut input: mpsc::Receiver<Message>) -> Result<(), frame::Error> {
    let mut early = None;
    loop {
        let message = match early.take() {
            Some(message) => message,
            None => match input.recv().await {
                Some(message) => message?,
                None => return Ok(()),
            },
        };
        let mut answering = Box::pin(answer(&message));
        let answer = tokio::select! {
            answer = &mut answering => answer,
            next = input.recv() => match next {
                None => return Ok(()),
                Some(next) => {
                    early = Some(next?);
                    answering.await
                }
            },
        };
        frame::write(&mut io::stdout().lock(), &answer?)?;
    }
}

/// Returns the text of the answer to a message.
async fn answer(message: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
    let (id, request) = request::read(message);
    let answer = match request {
        Ok(request) => ask(request).await,
        Err(error) => Err(error),
    };
    let answer = answer.unwrap_or_else(|error| Answer::Error {
        text: error.to_string(),
    });
    Ok(answer.to_json(id)?)
}

/// Asks the daemon. The user has just clicked, so there is somebody to answer a question, or a prompt of the keychain.
async fn ask(request: Request) -> Result<Answer, Error> {
    match request {
        Request::Accounts { site } => {
            let site = Site::parse(&site)?;
            let accounts = connect().await?.list_accounts().await?;
            let accounts = offered(&accounts, &site);
            Ok(Answer::Accounts { accounts })
        }
        Request::Code { site, account } => {
            let site = Site::parse(&site)?;
            let account = AccountId::parse(&account).ok_or(Error::NoAccount)?;
            let options = CodeOptions {
                min_remaining: Some(MIN_REMAINING),
                ..CodeOptions::default()
            };
            let client = connect().await?;
            let account = account.to_string();
            let code = client
                .get_code_on_site(&account, &site, options)
                .await?
                .code;
            Ok(Answer::Code { code })
        }
    }
}

async fn connect() -> Result<Client, Error> {
    let client = launcher::connect().await?;
    Ok(client.asking(true).interactive(true))
}
