//! `mfactl access`: who may have codes, the questions that are open, and who had what.

mod log;
mod near;
mod questions;
mod rules;
mod subject;

use clap::Subcommand;

use super::context::Context;
use crate::error::Error;

/// The commands below `access`.
#[derive(Debug, Subcommand)]
pub(crate) enum Access {
    /// List the rules on who may have codes
    ///
    /// The most specific rule that fits a request decides. If neither of two rules is more specific than
    /// the other, the stricter one decides. The programs are named by the words that the other commands take.
    Rules(rules::Rules),
    /// Give codes to a program without asking
    Allow(rules::Scope),
    /// Ask before a program gets a code
    Ask(rules::Scope),
    /// Refuse codes to a program, or answer a question by denying the request
    Deny(questions::Deny),
    /// Remove rules, so that the defaults apply again
    Forget(rules::Forget),
    /// List the questions that wait for an answer
    Pending(questions::Pending),
    /// Answer a question by allowing the request
    Approve(questions::Approve),
    /// Show who got codes, and who was refused
    Log(log::Log),
}

pub(super) async fn run(context: &Context, args: Access) -> Result<(), Error> {
    use mfa_core::access::Verdict;

    match args {
        Access::Rules(args) => rules::list(context, &args).await,
        Access::Allow(args) => rules::set(context, Verdict::Allow, args).await,
        Access::Ask(args) => rules::set(context, Verdict::Ask, args).await,
        Access::Deny(args) => questions::deny(context, args).await,
        Access::Forget(args) => rules::forget(context, args).await,
        Access::Pending(args) => questions::list(context, &args).await,
        Access::Approve(args) => questions::approve(context, &args).await,
        Access::Log(args) => log::run(context, &args),
    }
}
