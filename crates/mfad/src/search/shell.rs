//! The search of GNOME Shell: `org.gnome.Shell.SearchProvider2`; see
//! <https://developer.gnome.org/documentation/tutorials/search-provider.html>.

use std::collections::HashMap;

use mfa_ipc::Error;
use zbus::message::Header;
use zbus::{Connection, Variant, interface};

use super::{MOST, Row, Search, Words};

/// The details of a result.
type Meta = HashMap<&'static str, Variant<'static>>;

/// The object for GNOME Shell.
pub(crate) struct Shell {
    search: Search,
    /// Whether the shell gets codes, if the rules allow that too.
    gives_codes: bool,
}

impl Shell {
    pub(crate) fn new(search: Search, gives_codes: bool) -> Self {
        Self {
            search,
            gives_codes,
        }
    }

    async fn ids(
        &self,
        terms: &[String],
        header: &Header<'_>,
        connection: &Connection,
    ) -> Result<Vec<String>, Error> {
        let asker = self.search.origin.asker(header, connection).await?;
        let words = Words::new(terms.iter().map(String::as_str));
        let rows = self.search.rows(&asker, words).await;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}

#[interface(name = "org.gnome.Shell.SearchProvider2", introspection_docs = false)]
impl Shell {
    #[zbus(out_args("results"))]
    async fn get_initial_result_set(
        &self,
        terms: Vec<String>,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<String>, Error> {
        self.ids(&terms, &header, connection).await
    }

    /// Searches again: looking through the results that the shell has would find no more.
    #[zbus(out_args("results"))]
    async fn get_subsearch_result_set(
        &self,
        previous_results: Vec<String>,
        terms: Vec<String>,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<String>, Error> {
        drop(previous_results);
        self.ids(&terms, &header, connection).await
    }

    /// The shell drops all results if one of them is missing here, so an account that is gone meanwhile has a row too.
    #[zbus(out_args("metas"))]
    async fn get_result_metas(
        &self,
        identifiers: Vec<String>,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<Meta>, Error> {
        let asker = self.search.origin.asker(&header, connection).await?;
        let mut metas = Vec::new();
        for id in identifiers.into_iter().take(MOST) {
            let row = self.search.row(&asker, &id).await;
            let mut meta = meta(row.unwrap_or_else(|| Row::gone(id.clone())));
            if self.gives_codes
                && let Some(code) = self.search.code(&asker, id).await
            {
                meta.insert("clipboardText", Variant::from(code.expose().to_owned()));
            }
            metas.push(meta);
        }
        Ok(metas)
    }

    async fn activate_result(
        &self,
        identifier: String,
        terms: Vec<String>,
        timestamp: u32,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        drop((terms, timestamp));
        let asking = self.search.origin.asker(&header, connection).await?;
        let asking = asking.by_click();
        self.search.choose(&asking, &identifier, None).await;
        Ok(())
    }

    async fn launch_search(
        &self,
        terms: Vec<String>,
        timestamp: u32,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        drop((terms, timestamp));
        // The call counts for its program until the tray is there.
        let _asking = self.search.origin.asker(&header, connection).await?;
        self.search.desktop.open_tray().await;
        Ok(())
    }
}

fn meta(row: Row) -> Meta {
    HashMap::from([
        ("id", Variant::from(row.id)),
        ("name", Variant::from(row.title)),
        ("description", Variant::from(row.details)),
        ("gicon", Variant::from("mfactl")),
    ])
}
