//! `mfa-browser`: the native messaging host behind the extension in `dist/browser`.
//!
//! A browser starts it when the user clicks the button of the extension, and ends it afterwards. The extension asks for
//! the accounts of a site and for a code; the answers go into one page. The site is what the browser says. Whether it may
//! have the code is decided by the daemon, which asks the user, and for which the browser is the asker: the program only
//! passes on.
//!
//! A message is a JSON text with its length before it. Each request has a number, which its answer repeats:
//!
//! ```text
//! → {"id":1,"type":"accounts","site":"signin.aws.amazon.com"}
//! ← {"id":1,"type":"accounts","accounts":[{"id":"550e…","name":"aws","label":"aws (jane)","fits":true}]}
//! → {"id":2,"type":"code","site":"signin.aws.amazon.com","account":"550e…"}
//! ← {"id":2,"type":"code","code":"118420"}
//! ← {"id":2,"type":"error","text":"…"}
//! ```

mod accounts;
mod answer;
mod error;
mod frame;
mod request;
mod run;

pub use run::run;
