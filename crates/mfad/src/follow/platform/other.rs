//! Other systems: the folder is looked at now and then.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::sync;
use crate::sync::glance::{self, Stat};

/// How often the folder is looked at.
const EACH: Duration = Duration::from_secs(30);

/// Watches the folder of a file.
pub(in crate::follow) struct Watch {
    path: PathBuf,
    seen: BTreeSet<Stat>,
    next: Instant,
}

impl Watch {
    pub(in crate::follow) async fn new(path: &Path) -> io::Result<Self> {
        let path = path.to_owned();
        let (path, seen) = look(path).await?;
        let next = Instant::now() + EACH;
        Ok(Self { path, seen, next })
    }

    /// Waits until the file or a conflict copy has changed. Nothing is lost if the future is dropped.
    ///
    /// # Errors
    /// If the folder is gone.
    pub(in crate::follow) async fn changed(&mut self) -> io::Result<()> {
        loop {
            sleep_until(self.next).await;
            let (_, now) = look(self.path.clone()).await?;
            self.next = Instant::now() + EACH;
            if now != self.seen {
                self.seen = now;
                return Ok(());
            }
        }
    }
}

async fn look(path: PathBuf) -> io::Result<(PathBuf, BTreeSet<Stat>)> {
    let looked = tokio::task::spawn_blocking(move || {
        let path = sync::place(&path).map_err(io::Error::other)?;
        let stats = glance::stats(&path)?;
        Ok((path, stats))
    });
    looked.await.map_err(io::Error::other)?
}
