//! The refusals of requests that the user does not allow, or about which nobody can be asked.

use std::io;
use std::time::Duration;

use mfa_core::access::Transport;
use mfa_core::site::Site;
use mfa_ipc::Error;

/// What a program on the session bus should know as well.
const HINT: &str = ". On the connection named by the property PrivateAddress, other programs cannot read the codes";

pub(in crate::service) fn denied_by_rule() -> Error {
    Error::AccessDenied(
        "an access rule denies this: to see the rules, run mfactl access rules".into(),
    )
}

pub(in crate::service) fn denied() -> Error {
    Error::AccessDenied("the user denied this request".into())
}

pub(in crate::service) fn unanswered_question() -> Error {
    Error::AccessDenied(
        "nobody answered the question in time, so the request was denied: answer the notification next time, or run \
         mfactl access pending"
            .into(),
    )
}

pub(in crate::service) fn silence(left: Duration) -> Error {
    let seconds = left.as_secs().max(1);
    Error::AccessDenied(format!(
        "the same request was refused a moment ago: try again in {seconds} s"
    ))
}

pub(in crate::service) fn needs_question(transport: Transport) -> Error {
    let hint = hint(transport);
    Error::ConsentRequired(format!(
        "the user has to allow this first, and the request does not permit a question (on D-Bus, set the \
         flag ALLOW_INTERACTIVE_AUTHORIZATION or the option “ask”){hint}"
    ))
}

pub(in crate::service) fn nobody_to_ask(transport: Transport) -> Error {
    let hint = hint(transport);
    Error::ConsentRequired(format!(
        "the user has to allow this first, and there is nobody to ask: this session shows no notifications{hint}"
    ))
}

/// A browser asks on a site for which the account is not.
pub(in crate::service) fn other_site(domains: &[Site]) -> Error {
    let sites: Vec<_> = domains.iter().map(Site::as_str).collect();
    let sites = sites.join(", ");
    Error::AccessDenied(format!(
        "the account is used on {sites}, and not on this site. If you are sure that this is another site of the same \
         service, run mfactl edit with --add-domain"
    ))
}

pub(in crate::service) fn screen_locked() -> Error {
    Error::ConsentRequired(
        "the user has to allow this first, and the screen is locked: try again when it is unlocked"
            .into(),
    )
}

fn hint(transport: Transport) -> &'static str {
    match transport {
        Transport::SessionBus => HINT,
        Transport::Private => "",
    }
}

pub(in crate::service) fn too_many_questions() -> Error {
    Error::LimitsExceeded("too many questions to the user are open: try again later".into())
}

pub(in crate::service) fn too_often(seconds: u64) -> Error {
    Error::LimitsExceeded(format!(
        "too many codes in a short time: try again in {seconds} s"
    ))
}

pub(in crate::service) fn only_a_person() -> Error {
    Error::AccessDenied(
        "only a person at a terminal or the tray can change the access rules or answer questions"
            .into(),
    )
}

pub(in crate::service) fn only_a_person_keeps_passphrases() -> Error {
    Error::AccessDenied(
        "only a person at a terminal or the tray can set the passphrase of backups and of the file to synchronise with"
            .into(),
    )
}

pub(in crate::service) fn tag_of_a_rule() -> Error {
    Error::AccessDenied(
        "this tag has an access rule: only a person at a terminal or the tray can add or remove the tag"
            .into(),
    )
}

pub(in crate::service) fn only_a_person_sets_domains() -> Error {
    Error::AccessDenied(
        "only a person at a terminal or the tray can change the domains of an account".into(),
    )
}

pub(in crate::service) fn no_such_question() -> Error {
    Error::NotFound("there is no such question, or it is no longer open".into())
}

pub(in crate::service) fn no_such_answer() -> Error {
    Error::NotSupported("this request can only be allowed once, or denied".into())
}

pub(in crate::service) fn too_many_rules() -> Error {
    Error::LimitsExceeded("there are too many access rules: forget some first".into())
}

pub(in crate::service) fn rules_not_stored(error: &io::Error) -> Error {
    Error::Failed(format!(
        "nothing was changed: cannot store the access rules: {error}"
    ))
}
