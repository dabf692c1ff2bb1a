//! KRunner, the launcher of KDE Plasma, and the search of its menus: `org.kde.krunner1`.
//!
//! Its authors describe it in <https://develop.kde.org/docs/plasma/krunner/#d-bus-runners>.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use mfa_ipc::Error;
use zbus::message::Header;
use zbus::{Connection, Variant, interface};

use super::{Row, Search, Words};

/// How well a row fits, for KRunner 5 (`QueryMatch::ExactMatch`) and 6 (`CategoryRelevance::Highest`).
const EXACT: i32 = 100;
/// The longest activation token that is kept, in bytes.
const MAX_TOKEN: usize = 256;
const ICON: &str = "mfactl";

/// A match: id, text, icon, relevance of its category, relevance between 0 and 1, and details.
type Match = (
    String,
    String,
    &'static str,
    i32,
    f64,
    HashMap<&'static str, Variant<'static>>,
);

/// The object for KRunner.
pub(crate) struct Runner {
    search: Search,
    /// The right to open a window, which comes before the choice that it is for.
    token: Mutex<Option<String>>,
}

impl Runner {
    pub(crate) fn new(search: Search) -> Self {
        let token = Mutex::default();
        Self { search, token }
    }

    fn token(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[interface(name = "org.kde.krunner1", introspection_docs = false)]
impl Runner {
    #[zbus(out_args("matches"))]
    async fn r#match(
        &self,
        query: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<Match>, Error> {
        let asker = self.search.origin.asker(&header, connection).await?;
        let words = Words::new(query.split_whitespace());
        // Plasma asks about each text that is typed. Without the word that this runner is for, it is not for us.
        if !words.is_meant {
            return Ok(Vec::new());
        }
        let rows = self.search.rows(&asker, words).await;
        Ok((0_u8..)
            .zip(rows)
            .map(|(place, row)| shown(place, row))
            .collect())
    }

    /// There is one thing to do with a match, so Plasma needs no list of others.
    #[zbus(out_args("actions"))]
    fn actions(&self) -> Vec<(String, String, String)> {
        Vec::new()
    }

    async fn run(
        &self,
        match_id: String,
        action_id: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let asking = self.search.origin.asker(&header, connection).await?;
        tracing::debug!(action = %action_id.escape_debug(), "a match of KRunner was chosen");
        let token = self.token().take();
        let asking = asking.by_click();
        let choose = self.search.choose(&asking, &match_id, token.as_deref());
        choose.await;
        Ok(())
    }

    fn teardown(&self) {
        self.token().take();
    }

    fn set_activation_token(&self, token: String) {
        *self.token() = Some(token).filter(|token| token.len() <= MAX_TOKEN);
    }
}

fn shown(place: u8, row: Row) -> Match {
    let details = HashMap::from([
        ("subtext", Variant::from(row.details)),
        ("category", Variant::from("One-time codes")),
        ("actions", Variant::from(Vec::<String>::new())),
    ]);
    // The best one first.
    let relevance = 1.0 - f64::from(place) / 100.0;
    (row.id, row.title, ICON, EXACT, relevance, details)
}
