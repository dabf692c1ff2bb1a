//! What several sides say about one account, and what becomes of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::marks::{MAX_TIME, Marks, Press, Print};
use super::{Base, Conflict, Kept, Known, Source, Times, copy, fields};
use crate::account::{Account, AccountId};
use crate::item::{self, Entry};
use crate::secret::Secret;

/// What one side says about one account.
pub(super) struct Version<'a> {
    pub(super) source: Source,
    /// The id, which is another one than that of `account` if it has lost its own to another secret.
    pub(super) id: AccountId,
    pub(super) account: &'a Account,
    pub(super) secret: &'a Secret,
    pub(super) times: Times,
    /// The time of its last change, against which a deletion is held.
    pub(super) alive: u64,
}

/// One account after the merge.
pub(super) struct Merged {
    pub(super) account: Account,
    pub(super) secret: Secret,
    pub(super) times: Times,
    /// The sides that had it.
    pub(super) sources: BTreeSet<Source>,
    /// Whether it has lost its id to another secret.
    pub(super) is_displaced: bool,
    /// Its marks, once [`mark`](Self::mark) has made them.
    pub(super) marks: Marks,
}

impl<'a> Version<'a> {
    pub(super) fn observed(source: Source, entry: &'a Entry, marks: &Marks, moved: u64) -> Self {
        let Entry { account, secret } = entry;
        let mut times = marks.observe(account, secret, account.modified);
        let last = times.values().copied().max().unwrap_or(0);
        if moved > last {
            times.insert(fields::PLACE.into(), moved.min(MAX_TIME));
        }
        Self {
            source,
            id: account.id,
            account,
            secret,
            alive: last.max(moved),
            times,
        }
    }

    /// Returns the fingerprint of the secret under the id of the account.
    pub(super) fn print(&self) -> Print {
        self.print_as(self.id)
    }

    /// Returns the fingerprint that the secret would have under another id.
    pub(super) fn print_as(&self, id: AccountId) -> Print {
        Press::new(id, self.secret).print(self.account, fields::SECRET)
    }

    /// Which of two versions wins where whole versions are compared.
    fn rank(&self) -> (u64, Digest) {
        let time = self.times.get(fields::SECRET).copied().unwrap_or(0);
        (time, digest(self.secret))
    }
}

/// Identifies a secret.
pub(super) type Digest = [u8; 32];

pub(super) fn digest(secret: &Secret) -> Digest {
    let mut hash = Sha256::new();
    hash.update(secret.expose_pin());
    hash.update([0]);
    hash.update(secret.expose());
    hash.finalize().into()
}

/// Returns the id of an account that has lost its own to another secret. Every computer finds the same one. It tells
/// nothing of the secret to somebody who does not have it.
#[must_use]
pub fn displaced_id(id: AccountId, secret: &Secret) -> AccountId {
    let mut hash = Sha256::new();
    hash.update(b"an account that has lost its id");
    hash.update(id.to_bytes());
    hash.update(digest(secret));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    AccountId::from_random(bytes)
}

/// Gives accounts that have one id and several secrets different ids: no secret takes the place of another one. The
/// secret that was set last keeps the id.
pub(super) fn split(groups: &mut BTreeMap<AccountId, Vec<Version<'_>>>) {
    let mut others = Vec::new();
    for versions in groups.values_mut() {
        let Some(winner) = versions.iter().max_by_key(|version| version.rank()) else {
            continue;
        };
        let keeper = winner.secret;
        others.extend(versions.extract_if(.., |version| !version.secret.same_as(keeper)));
    }
    for mut version in others {
        version.id = displaced_id(version.id, version.secret);
        groups.entry(version.id).or_default().push(version);
    }
}

/// Merges the versions of one account, which have the same secret.
pub(super) fn join(
    id: AccountId,
    versions: &[Version<'_>],
    base: &Base,
    conflicts: &mut Vec<Conflict>,
) -> Merged {
    let mut merged = start(id, versions);
    let known = conflicts.len();
    let names: BTreeSet<_> = versions
        .iter()
        .flat_map(|version| version.times.keys())
        .collect();
    for field in names {
        let winner = winner(versions, field);
        fields::set(&mut merged.account, field, winner.account);
        let time = time(versions, field, winner);
        merged.times.insert(field.clone(), time);
        let find = Find {
            field,
            versions,
            base,
            is_whole: false,
        };
        find.conflicts(&merged, winner, conflicts);
    }
    for version in versions {
        fields::count(&mut merged.account, version.account);
    }
    // What one side has as a whole was checked there.
    let is_whole = |version: &Version<'_>| {
        merged
            .times
            .keys()
            .all(|field| fields::same(version.account, &merged.account, field))
    };
    if versions.iter().any(is_whole) || merged.is_sound() {
        return merged;
    }
    // All in all it is too long, or its parts do not fit together. Then one version is taken as it is.
    let whole = |version: &&Version<'_>| (version.alive, fields::describe(version.account));
    if let Some(version) = versions.iter().max_by_key(whole) {
        let names: Vec<_> = merged.times.keys().cloned().collect();
        // Those that were found before are of the account that cannot be.
        conflicts.truncate(known);
        for field in &names {
            fields::set(&mut merged.account, field, version.account);
            let find = Find {
                field,
                versions,
                base,
                is_whole: true,
            };
            find.conflicts(&merged, version, conflicts);
        }
        for version in versions {
            fields::count(&mut merged.account, version.account);
        }
    }
    merged
}

/// Returns a merged account with what is no field.
fn start(id: AccountId, versions: &[Version<'_>]) -> Merged {
    let first = &versions[0];
    let created = versions.iter().map(|version| version.account.created);
    let modified = versions.iter().map(|version| version.account.modified);
    let account = Account {
        id,
        created: created.filter(|time| *time > 0).min().unwrap_or(0),
        modified: modified.max().unwrap_or(0),
        ..first.account.clone()
    };
    Merged {
        account,
        secret: copy(first.secret),
        times: Times::new(),
        sources: versions.iter().map(|version| version.source).collect(),
        is_displaced: versions.iter().any(|version| version.account.id != id),
        marks: Marks::default(),
    }
}

/// Returns the version with the value of a field that wins: the later one, or else the larger one.
fn winner<'v, 'a>(versions: &'v [Version<'a>], field: &str) -> &'v Version<'a> {
    let rank = |version: &&Version<'_>| {
        let time = version.times.get(field).map_or(0, |time| time + 1);
        (
            time,
            fields::value(version.account, field).map(Cow::into_owned),
        )
    };
    versions.iter().max_by_key(rank).unwrap_or(&versions[0])
}

/// Returns when the winning value counts as set. If no side has another value, the file is right about it, so that it
/// need not be written for a time alone.
fn time(versions: &[Version<'_>], field: &str, winner: &Version<'_>) -> u64 {
    let known = versions
        .iter()
        .filter(|version| version.times.contains_key(field));
    let is_same = |version: &Version<'_>| fields::same(version.account, winner.account, field);
    let mut file = versions
        .iter()
        .filter(|version| version.source == Source::File);
    let of_file = file.next().and_then(|file| file.times.get(field));
    let winning = winner.times.get(field).copied().unwrap_or(0);
    match of_file {
        Some(time) if known.clone().all(is_same) => *time,
        _ => winning,
    }
}

/// Finds the values of a field that give way.
struct Find<'f, 'a> {
    field: &'f str,
    versions: &'f [Version<'a>],
    base: &'f Base,
    /// Whether the winner is taken as a whole, also where it has changed nothing itself.
    is_whole: bool,
}

impl Find<'_, '_> {
    /// Notes the values that were changed, and gave way to another one.
    fn conflicts(&self, merged: &Merged, winner: &Version<'_>, conflicts: &mut Vec<Conflict>) {
        let (id, field) = (merged.account.id, self.field);
        let is_other = |version: &&Version<'_>| {
            let is_known = version.times.contains_key(field);
            is_known && !fields::same(version.account, winner.account, field)
        };
        let mark = self.base.marks(id).and_then(|marks| marks.0.get(field));
        let is_changed = |version: &Version<'_>| {
            let Some(mark) = mark else {
                return fields::value(version.account, field).is_some();
            };
            let press = Press::new(version.account.id, version.secret);
            let time = version.times.get(field).copied().unwrap_or(0);
            time > mark.time && press.print(version.account, field) != mark.print
        };
        for loser in self.versions.iter().filter(is_other) {
            if is_changed(loser) && (self.is_whole || is_changed(winner)) {
                conflicts.push(conflict(id, field, winner, loser));
            }
        }
    }
}

/// Notes that a value gave way to another one.
fn conflict(id: AccountId, field: &str, winner: &Version<'_>, loser: &Version<'_>) -> Conflict {
    Conflict {
        id,
        field: fields::label(field).to_owned(),
        winner: winner.source,
        loser: loser.source,
        lost: Account {
            id,
            ..loser.account.clone()
        },
    }
}

/// Has an issuer win against none, whichever was set later: who added an account without one says nothing against it.
fn keep_issuer(versions: &mut [Version<'_>; 2]) {
    let times = versions.iter().map(|version| version.times.get("issuer"));
    let latest = times.flatten().max().copied().unwrap_or(0);
    for version in versions {
        if !version.account.issuer.is_empty() {
            version.times.insert("issuer".into(), latest);
        }
    }
}

impl Merged {
    /// Returns whether it can be stored and read again.
    fn is_sound(&self) -> bool {
        let text = item::to_text(&self.account, &self.secret);
        let read = text.map(|text| Entry::from_text(self.account.id, &text));
        self.secret.check(self.account.kind).is_ok() && matches!(read, Ok(Ok(_)))
    }

    /// Takes a name that is free. That counts as a change of the name, one second after the last one.
    pub(super) fn rename(&mut self, name: String) {
        self.account.name = name;
        self.touch("name");
    }

    /// Takes away the serial, which counts as a change too.
    pub(super) fn clear_serial(&mut self) {
        self.account.serial.clear();
        self.touch("serial");
    }

    fn touch(&mut self, field: &'static str) {
        let time = self.times.entry(field.into()).or_default();
        *time = (*time + 1).min(MAX_TIME);
    }

    /// The time of its last change.
    pub(super) fn top(&self) -> u64 {
        self.times.values().copied().max().unwrap_or(0)
    }

    /// Merges another account that has the same secret and the same parameters into this one.
    pub(super) fn absorb(&mut self, other: &Self, conflicts: &mut Vec<Conflict>) {
        let id = self.account.id;
        let mut versions = [self.version(id), other.version(id)];
        keep_issuer(&mut versions);
        let mut merged = join(id, &versions, &Base::default(), &mut Vec::new());
        for field in merged.times.keys() {
            // Neither of them knew of the other one, so no value was removed: also one that gives way to none is lost.
            let has_it =
                |version: &&Version<'_>| fields::same(version.account, &merged.account, field);
            let mut winners = versions.iter().filter(has_it);
            let winner = winners.next().unwrap_or(&versions[0]);
            let is_lost = |loser: &&Version<'_>| {
                fields::value(loser.account, field).is_some() && !has_it(loser)
            };
            let lost = versions.iter().filter(is_lost);
            conflicts.extend(lost.map(|loser| conflict(id, field, winner, loser)));
        }
        // It is alive, whatever was said of either of them.
        let later = (self.top().max(other.top()) + 1).min(MAX_TIME);
        merged.times.insert(fields::SECRET.into(), later);
        merged.sources = &self.sources | &other.sources;
        merged.is_displaced = self.is_displaced;
        *self = merged;
    }

    /// What it says as one side, under an id. It counts as that of the file if the file had it.
    fn version(&self, id: AccountId) -> Version<'_> {
        let first = self.sources.first().copied().unwrap_or(Source::Here);
        let of_file = self.sources.contains(&Source::File);
        Version {
            source: if of_file { Source::File } else { first },
            id,
            account: &self.account,
            secret: &self.secret,
            times: self.times.clone(),
            alive: self.top(),
        }
    }

    /// Makes the marks, now that nothing changes any more.
    pub(super) fn mark(&mut self) {
        self.marks = Marks::of(&self.account, &self.secret, &self.times);
    }

    pub(super) fn kept(self) -> Kept {
        let Self {
            account,
            secret,
            marks,
            ..
        } = self;
        let entry = Entry { account, secret };
        Kept { entry, marks }
    }

    /// Returns which fields are other ones than those that a side has, in words.
    pub(super) fn differs(&self, old: &Entry) -> Vec<String> {
        let names: BTreeSet<_> = fields::names(&self.account)
            .chain(fields::names(&old.account))
            .collect();
        let other = names
            .iter()
            .filter(|field| !fields::same(&self.account, &old.account, field));
        let mut other: Vec<_> = other.map(|field| fields::label(field).to_owned()).collect();
        // Several fields may have one name.
        other.dedup();
        if self.account.kind.counter() != old.account.kind.counter() {
            other.push("counter".to_owned());
        }
        if !self.secret.same_as(&old.secret) {
            other.push("secret".to_owned());
        }
        other
    }

    /// Returns whether the file has to store other marks than it does. It always does after another program has changed
    /// a field: the next change must not look as if it had come with that one.
    pub(super) fn has_other_marks(&self, old: &Known) -> bool {
        old.marks != self.marks
    }
}
