//! Asks the daemon which accounts no backup holds, for the menu.

use mfa_ipc::Client;

use crate::input::{Input, Inputs};
use crate::model::{Backups, Msg};

/// Asks in a task. Without an answer, the menu says nothing about backups.
pub(crate) fn ask(client: &Client, inputs: &Inputs) {
    let (client, inputs) = (client.clone(), inputs.clone());
    tokio::spawn(async move {
        let Ok(status) = client.status().await else {
            return;
        };
        let backups = Backups {
            missing: status.not_backed_up.unwrap_or_default(),
            problem: status.backup_problem,
        };
        inputs.send(Input::Msg(Msg::BackedUp(backups))).await;
    });
}
