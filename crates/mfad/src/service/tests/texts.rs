//! All texts with which the daemon refuses a request, to be read in one sitting.

use mfa_core::port::StoreError;
use mfa_core::unlocked::Clash;
use mfa_core::{account, change, item, ledger, secret, site, unlocked, uri};

use super::*;
use crate::keychain::Passphrase;
use crate::{database, refusals, sync};

fn account() -> mfa_core::Account {
    let id = mfa_core::AccountId::from_random([1; 16]);
    mfa_core::Account {
        name: "aws".into(),
        issuer: "Amazon".into(),
        username: "root".into(),
        ..mfa_core::Account::new(id, account::Kind::Unknown, 0)
    }
}

fn keychain() -> Vec<Error> {
    let all = [
        StoreError::Locked,
        StoreError::Changed,
        StoreError::WrongPassphrase,
        StoreError::Unavailable("no keychain is running".into()),
        StoreError::TimedOut,
        StoreError::TooLarge,
    ];
    let mut texts: Vec<_> = all.iter().map(errors::store).collect();
    texts.extend(all[..1].iter().map(errors::unanswered));
    texts.push(errors::unanswered(&StoreError::TimedOut));
    texts.push(errors::store(&errors::items_missing(2)));
    texts
}

fn requests() -> Vec<Error> {
    let disk = io::Error::from(io::ErrorKind::StorageFull);
    let account = account();
    vec![
        errors::locked(lock::Reason::Request),
        errors::locked(lock::Reason::Screen),
        errors::locked(lock::Reason::Suspend),
        errors::locked(lock::Reason::SessionEnd),
        errors::locked_meanwhile(),
        errors::too_much(),
        errors::no_file(),
        errors::file_exists(Path::new("/v.kdbx")),
        errors::not_noted(&disk),
        errors::import_not_noted(&disk),
        errors::change_not_noted(&disk),
        errors::outdated(),
        errors::same_id_twice(),
        errors::incomplete("the keychain is locked"),
        errors::incomplete_backup(2),
        errors::empty_backup(),
        errors::counter_at_end(),
        errors::not_proved(),
        errors::no_prompt_yet(Duration::from_secs(42)),
        errors::proof_underway(),
        errors::no_agent(42),
        errors::one_at_a_time(),
        errors::keychain_answers(),
        errors::bus_codes(),
        errors::too_many_peeked(),
        errors::read_again(),
        errors::too_many_imported(),
        errors::clock_set_back(),
        errors::no_such_id(),
        errors::no_random(),
        errors::clash(Clash::Name(&account)),
        errors::clash(Clash::Serial(&account)),
        errors::known_secret(&account),
        errors::unlocked(unlocked::Error::NoSuchAccount),
        errors::unlocked(unlocked::Error::UnknownKind),
    ]
}

fn queries() -> Vec<Error> {
    let disk = io::Error::from(io::ErrorKind::StorageFull);
    let id = account().id;
    vec![
        errors::code_not_noted(&disk),
        errors::configuration_not_written(&disk),
        errors::no_peek_at_counter(),
        errors::no_next_of_counter(),
        errors::before_1970(),
        errors::long_query(),
        errors::no_match(),
        errors::ambiguous(vec![("aws (root)".into(), id)], 0),
        errors::ambiguous(vec![("aws".into(), id), ("gh".into(), id)], 3),
        errors::shutting_down(),
        errors::internal(),
        errors::change_unknown(),
    ]
}

/// The errors of the parts around the service.
fn around() -> Vec<Error> {
    let passphrases = [String::new(), "x".repeat(1025)].into_iter();
    let unfit = passphrases.filter_map(|text| Passphrase::new(text).err());
    let unfit = unfit.map(|unfit| refusals::unfit_passphrase(&unfit));
    let others = [
        refusals::changed_program(),
        refusals::unknown_program(),
        refusals::too_many_of_program(),
        refusals::wrong_type("ask"),
        refusals::long_reason(),
        refusals::nobody_waits(),
        refusals::unknown_answer(),
        refusals::offered_already(),
        refusals::not_the_tray(),
        refusals::too_many_trays(),
        refusals::no_tray(),
        refusals::silent_tray(),
    ];
    let unusable = mfa_keepass::Error::Damaged;
    let databases = [
        database::Error::Relative,
        database::Error::Missing,
        database::Error::Irregular,
        database::Error::Unreadable(io::ErrorKind::PermissionDenied.into()),
        database::Error::TooLarge,
        database::Error::WrongPassphrase,
        database::Error::Unusable(unusable),
        database::Error::Ended,
    ];
    let databases = databases.iter().map(refusals::database);
    let syncs = [
        sync::Error::File(database::Error::WrongPassphrase),
        sync::Error::File(database::Error::Unusable(mfa_keepass::Error::Old)),
        sync::Error::File(database::Error::Unusable(mfa_keepass::Error::TooMuch(
            "more than 256 MiB",
        ))),
        sync::Error::Busy,
        sync::Error::Changed,
        sync::Error::NotWritten(io::ErrorKind::StorageFull.into()),
        sync::Error::NotNoted(io::ErrorKind::StorageFull.into()),
        sync::Error::Vault,
        sync::Error::TooMany,
    ];
    let syncs = syncs.iter().map(refusals::sync);
    let around = others.into_iter().chain(unfit).chain(databases);
    around.chain(syncs).collect()
}

fn consent() -> Vec<Error> {
    let disk = io::Error::from(io::ErrorKind::StorageFull);
    vec![
        errors::denied_by_rule(),
        errors::denied(),
        errors::unanswered_question(),
        errors::silence(Duration::from_secs(42)),
        errors::needs_question(Transport::Private),
        errors::needs_question(Transport::SessionBus),
        errors::nobody_to_ask(Transport::Private),
        errors::nobody_to_ask(Transport::SessionBus),
        errors::too_many_questions(),
        errors::tag_of_a_rule(),
        errors::too_often(3),
        errors::only_a_person(),
        errors::only_a_person_keeps_passphrases(),
        errors::no_such_question(),
        errors::no_such_answer(),
        errors::too_many_rules(),
        errors::rules_not_stored(&disk),
    ]
}

fn codes() -> Vec<Error> {
    use ledger::Error::{Count, FreshPeek, TooLate, Unattainable, UsedUp};

    let all = [
        Count,
        FreshPeek,
        Unattainable(30),
        UsedUp(90),
        TooLate { wait: 40 },
    ];
    all.into_iter().map(errors::plan).collect()
}

fn accounts() -> Vec<Error> {
    use change::Error::{
        CounterBased, Fixed, FixedPeriod, LinkAndSecret, NoChoice, NoPin, NoSecret, OtherType,
        PinBesideLink, TimeBased,
    };

    let (kind, length, hash) = ("steam", 5, "SHA1");
    let fixed = NoChoice { kind, length, hash };
    let changes = [
        NoSecret,
        LinkAndSecret,
        PinBesideLink,
        NoPin,
        OtherType,
        Fixed,
        fixed,
        TimeBased,
        CounterBased,
        FixedPeriod,
    ];
    let items = [
        item::Error::Damaged,
        item::Error::Newer(2),
        item::Error::TooLarge,
    ];
    let secrets = [
        secret::Error::Empty,
        secret::Error::NotBase32,
        secret::Error::TooLong,
        secret::Error::NotHex,
        secret::Error::TooShort,
        secret::Error::NoPin,
        secret::Error::Pin,
    ];
    let links = links().into_iter().map(change::Error::Link);
    let secrets = secrets.into_iter().map(change::Error::Secret);
    let fields = fields().into_iter().map(change::Error::Account);
    let sites = [site::Error::NotAHost, site::Error::TooShort];
    let sites = sites.into_iter().map(change::Error::Site);
    let changes = changes.into_iter().chain(links).chain(secrets);
    let changes = changes.chain(sites);
    let changes = changes.chain(fields);
    let changes = changes.map(errors::change);
    changes.chain(items.into_iter().map(errors::item)).collect()
}

fn links() -> [uri::Error; 9] {
    [
        uri::Error::NotALink,
        uri::Error::TooLong,
        uri::Error::Type,
        uri::Error::NoLabel,
        uri::Error::NoSecret,
        uri::Error::NoPin,
        uri::Error::Counter,
        uri::Error::Repeated("secret"),
        uri::Error::NotUtf8,
    ]
}

fn fields() -> [account::Error; 11] {
    [
        account::Error::NoName,
        account::Error::TooLong {
            field: "the name",
            limit: account::MAX_NAME,
        },
        account::Error::ControlCharacter("the name"),
        account::Error::NameIsLink,
        account::Error::Invisible,
        account::Error::TooManyTags,
        account::Error::TooManyDomains,
        account::Error::Digits,
        account::Error::Period,
        account::Error::Algorithm,
        account::Error::Kind,
    ]
}

/// Each has its code, which programs read, and its text, which people read.
#[test]
fn all_texts_are_as_they_were_read() {
    let all = [
        keychain(),
        requests(),
        queries(),
        around(),
        consent(),
        codes(),
        accounts(),
    ]
    .concat();
    let code = |error: &Error| {
        let name = format!("{error:?}");
        name.split('(').next().unwrap_or_default().to_owned()
    };
    let line = |error: &Error| format!("{}: {}\n", code(error), error.text());
    let texts: String = all.iter().map(line).collect();
    assert_eq!(texts, include_str!("texts.txt"), "\n{texts}");
}
