//! Tests of the files that a client may name, also of those that are damaged.

use mfa_core::account::{Kind, Period};
use mfa_core::{Account, Secret};
use mfa_keepass::DatabaseKey;

use super::*;

fn entry(number: u8) -> Entry {
    let period = Period::default();
    Entry {
        account: Account {
            name: format!("account {number}"),
            issuer: "Acme".into(),
            ..Account::new(
                AccountId::from_random([number; 16]),
                Kind::Totp { period },
                7,
            )
        },
        secret: Secret::from_bytes(vec![number; 20]).unwrap(),
    }
}

fn backup(passphrase: &str, numbers: std::ops::Range<u8>) -> Vec<u8> {
    // A key derivation that takes little time.
    let mut config = keepass::config::DatabaseConfig::default();
    config.kdf_config = keepass::config::KdfConfig::Argon2id {
        iterations: 1,
        memory: 64 * 1024,
        parallelism: 1,
        version: argon2::Version::Version13,
    };
    let mut database = Database::with_config(config);
    for number in numbers {
        entry::write(&mut database, &entry(number));
    }
    let key = DatabaseKey::new().with_password(passphrase);
    mfa_keepass::save(&database, key).unwrap()
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).ok().unwrap()
}

async fn opened(path: &Path) -> Result<Vec<Entry>, String> {
    let opened = open(path.to_owned(), passphrase("p")).await;
    let opened = opened.map_err(|error| error.to_string())?;
    Ok(opened.contents().accounts)
}

#[tokio::test]
async fn a_backup_is_read_and_anything_else_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.kdbx");
    std::fs::write(&path, backup("p", 1..4)).unwrap();
    let mut names: Vec<_> = opened(&path).await.ok().unwrap();
    names.sort_by_key(|entry| entry.account.id);
    assert_eq!(names.len(), 3);
    for (found, number) in names.iter().zip(1..4) {
        assert_eq!(found.account, entry(number).account);
        assert!(found.secret.same_as(&entry(number).secret));
    }
    let refused = async |path: &Path| opened(path).await.err().unwrap();
    assert_eq!(
        refused(Path::new("b")).await,
        "the path of the file is not absolute"
    );
    let missing = folder.path().join("missing");
    assert_eq!(refused(&missing).await, "the file does not exist");
    assert_eq!(refused(&path.join("x")).await, "the file does not exist");
    let text = "the path is not that of a regular file";
    assert_eq!(refused(folder.path()).await, text);
    std::fs::write(&missing, "text").unwrap();
    let text = "the file is damaged, of a newer format, or not a KDBX file";
    assert_eq!(refused(&missing).await, text);
    std::fs::write(&path, backup("q", 1..4)).unwrap();
    assert_eq!(refused(&path).await, "the passphrase of the file is wrong");
    let large = std::fs::File::create(&path).unwrap();
    large.set_len(MAX_FILE + 1).unwrap();
    assert_eq!(refused(&path).await, "the file is larger than 64 MiB");
}

/// A damaged backup gives an error, and never some of its accounts, also if only the mark of its end is missing.
#[test]
fn a_thousand_damaged_backups_give_an_error_each() {
    let whole = backup("p", 1..9);
    let mut random = 7_u32;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        random as usize % below
    };
    for number in 0..1000 {
        let mut damaged = whole.clone();
        match number % 3 {
            0 => damaged[next(whole.len())] ^= 1 << next(8),
            1 => damaged.truncate(next(whole.len())),
            _ => {
                let from = next(whole.len());
                let to = whole.len().min(from + 1 + next(64));
                damaged.drain(from..to);
            }
        }
        let refused = decrypt(&damaged, passphrase("p")).err();
        let refused = refused.map(|error| error.to_string());
        let refused = refused.unwrap_or_else(|| panic!("{number} is opened"));
        let said = [
            "the file is damaged",
            "the passphrase of the file is wrong",
            "the file has",
            "the file needs",
        ];
        assert!(
            said.iter().any(|said| refused.starts_with(said)),
            "{number}: {refused}"
        );
    }
}
