//! The thread of the clipboard. It asks other programs, which may be slow.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use mfa_clipboard::{Clipboard, Error, Found, look};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::input::Inputs;
use crate::model::{Code, Msg};

/// The number of jobs that may wait.
const QUEUE: usize = 16;
/// The time that the last job may take.
const LAST: Duration = Duration::from_secs(3);

/// A job for the thread.
enum Job {
    Put {
        number: u64,
        code: Code,
    },
    TakeBack,
    Read(oneshot::Sender<Result<Found, String>>),
    Forget {
        text: Code,
        reply: oneshot::Sender<bool>,
    },
    End(oneshot::Sender<()>),
}

/// A handle that sends jobs to the thread.
#[derive(Clone)]
pub(crate) struct Jobs(SyncSender<Job>);

impl Jobs {
    /// Starts the thread. It opens the clipboard on first use, because the tray may start before
    /// the screen exists.
    pub(crate) fn start<C: Clipboard>(
        open: impl Fn() -> Result<C, Error> + Send + 'static,
        inputs: Inputs,
    ) -> std::io::Result<Self> {
        let (sender, jobs) = sync_channel(QUEUE);
        let worker = move || {
            let worker = Worker {
                open,
                clipboard: None,
            };
            worker.work(&jobs, &inputs);
        };
        std::thread::Builder::new()
            .name("clipboard".into())
            .spawn(worker)?;
        Ok(Self(sender))
    }

    /// Puts a code on the clipboard; the reply is [`Msg::Put`].
    pub(crate) fn put(&self, number: u64, code: Code) -> Result<(), String> {
        self.send(Job::Put { number, code })
    }

    /// Removes the last code, if it is still on the clipboard.
    pub(crate) fn take_back(&self) {
        drop(self.send(Job::TakeBack));
    }

    /// Returns the contents of the clipboard, to add accounts from them.
    pub(crate) async fn read(&self) -> Result<Found, String> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Read(reply))?;
        answer.await.unwrap_or_else(|_| Err(busy()))
    }

    /// Removes a text that another program put on the clipboard, if it is still there. Returns
    /// whether it was there and was removed.
    pub(crate) async fn forget(&self, text: Zeroizing<String>) -> bool {
        let (reply, answer) = oneshot::channel();
        let text = Code(text);
        self.send(Job::Forget { text, reply }).is_ok() && answer.await.unwrap_or(false)
    }

    /// Waits until all jobs are done.
    pub(crate) async fn end(&self) {
        let (reply, answer) = oneshot::channel();
        if self.send(Job::End(reply)).is_ok() {
            drop(tokio::time::timeout(LAST, answer).await);
        }
    }

    fn send(&self, job: Job) -> Result<(), String> {
        self.0.try_send(job).map_err(|_| busy())
    }
}

fn busy() -> String {
    "The clipboard does not answer.".to_owned()
}

struct Worker<O, C> {
    open: O,
    clipboard: Option<C>,
}

impl<O: Fn() -> Result<C, Error>, C: Clipboard> Worker<O, C> {
    fn work(mut self, jobs: &Receiver<Job>, inputs: &Inputs) {
        for job in jobs {
            match job {
                Job::Put { number, code } => {
                    let result = self.put(&code).map_err(|error| error.to_string());
                    inputs.blocking_send(Msg::Put { number, result });
                }
                Job::TakeBack => self.take_back(),
                Job::Read(reply) => {
                    let found = self.reach().and_then(look);
                    drop(reply.send(found.map_err(|error| error.to_string())));
                }
                Job::Forget { text, reply } => {
                    let forgotten = self.reach().and_then(|board| board.forget(&text.0));
                    if let Err(error) = &forgotten {
                        tracing::warn!(
                            "the added link or secret may still be on the clipboard: {error}"
                        );
                    }
                    reply.send(forgotten.unwrap_or(false)).ok();
                }
                Job::End(reply) => {
                    reply.send(()).ok();
                    return;
                }
            }
        }
    }

    fn put(&mut self, code: &Code) -> Result<(), Error> {
        let put = self.reach()?.put(&code.0);
        if put.is_err() {
            // The screen of the clipboard may be gone. The next job opens it again.
            self.clipboard = None;
        }
        put
    }

    fn take_back(&mut self) {
        let Some(clipboard) = &mut self.clipboard else {
            return;
        };
        match clipboard.take_back() {
            Ok(true) => tracing::debug!("removed the code from the clipboard"),
            Ok(false) => tracing::debug!("another program has changed the clipboard since"),
            Err(error) => tracing::warn!("the code may still be on the clipboard: {error}"),
        }
    }

    fn reach(&mut self) -> Result<&mut C, Error> {
        let clipboard = match self.clipboard.take() {
            Some(clipboard) => clipboard,
            None => (self.open)()?,
        };
        Ok(self.clipboard.insert(clipboard))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use mfa_clipboard::Picture;
    use tokio::sync::mpsc;

    use super::*;
    use crate::input::Input;

    /// A clipboard that other programs can write to as well.
    #[derive(Clone, Default)]
    struct Fake(Arc<Mutex<(String, bool)>>);

    impl Fake {
        fn set(&self, text: &str, ours: bool) {
            *self.0.lock().unwrap() = (text.to_owned(), ours);
        }

        fn get(&self) -> String {
            self.0.lock().unwrap().0.clone()
        }
    }

    impl Clipboard for Fake {
        fn put(&mut self, code: &str) -> Result<(), Error> {
            self.set(code, true);
            Ok(())
        }

        fn holds(&mut self) -> Result<bool, Error> {
            Ok(self.0.lock().unwrap().1)
        }

        fn take_back(&mut self) -> Result<bool, Error> {
            let ours = self.holds()?;
            if ours {
                self.set("", false);
            }
            Ok(ours)
        }

        fn forget(&mut self, text: &str) -> Result<bool, Error> {
            let is_there = self.get() == text;
            if is_there {
                self.set("", false);
            }
            Ok(is_there)
        }

        fn text(&mut self) -> Result<Option<Zeroizing<String>>, Error> {
            Ok(Some(Zeroizing::new(self.get())))
        }

        fn picture(&mut self) -> Result<Option<Picture>, Error> {
            Ok(None)
        }
    }

    fn start(fake: &Fake) -> (Jobs, mpsc::Receiver<Input>) {
        let (inputs, receiver) = Inputs::channel();
        let fake = fake.clone();
        (
            Jobs::start(move || Ok(fake.clone()), inputs).unwrap(),
            receiver,
        )
    }

    fn code(text: &str) -> Code {
        Code(Zeroizing::new(text.into()))
    }

    #[tokio::test]
    async fn only_our_own_code_is_taken_back() {
        let fake = Fake::default();
        let (jobs, mut inputs) = start(&fake);
        jobs.put(1, code("123456")).unwrap();
        assert!(matches!(
            inputs.recv().await,
            Some(Input::Msg(Msg::Put {
                number: 1,
                result: Ok(())
            }))
        ));
        let found = jobs.read().await.unwrap();
        assert!(matches!(found, Found::Text(text) if *text == "123456"));
        jobs.take_back();
        jobs.end().await;
        assert_eq!(fake.get(), "");
        let (jobs, mut inputs) = start(&fake);
        jobs.put(2, code("654321")).unwrap();
        assert!(inputs.recv().await.is_some());
        fake.set("the user's", false);
        jobs.take_back();
        jobs.end().await;
        assert_eq!(fake.get(), "the user's");
    }

    #[tokio::test]
    async fn what_was_added_is_taken_off_unless_something_else_is_there() {
        let fake = Fake::default();
        fake.set("a key", false);
        let (jobs, _inputs) = start(&fake);
        assert!(!jobs.forget(Zeroizing::new("another".into())).await);
        assert_eq!(fake.get(), "a key");
        assert!(jobs.forget(Zeroizing::new("a key".into())).await);
        assert_eq!(fake.get(), "");
    }

    #[tokio::test]
    async fn a_screen_that_is_not_there_is_an_answer() {
        let (inputs, mut receiver) = Inputs::channel();
        let open = || Err::<Fake, _>(Error::Unreachable("none".into()));
        let jobs = Jobs::start(open, inputs).unwrap();
        jobs.put(1, code("123456")).unwrap();
        let Some(Input::Msg(Msg::Put {
            result: Err(reason),
            ..
        })) = receiver.recv().await
        else {
            panic!("no answer");
        };
        assert!(reason.starts_with("cannot reach the clipboard"), "{reason}");
        assert!(!reason.contains("123456"));
    }
}
