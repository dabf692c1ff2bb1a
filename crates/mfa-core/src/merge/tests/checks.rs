//! What has to hold once several computers have come to an end, whatever people did before.

use super::super::*;
use super::machines::{DAY, START, World, entry};
use super::runs::{edit, nth};

impl World {
    pub(super) fn check(&self) {
        for machine in &self.machines {
            let here: Vec<_> = machine.rows.values().map(entry).collect();
            let here: Vec<_> = here.iter().collect();
            let again = merge(&here, &machine.base, &[machine.folder.file.side()]);
            assert!(!again.changes_here() && !again.writes_file());
        }
        let first = self.seen(0);
        for who in 1..self.machines.len() {
            assert_eq!(
                self.seen(who),
                first,
                "all computers have the same accounts"
            );
        }
        assert!(self.cloud.copies.is_empty(), "all copies are folded in");
        let rows = &self.machines[0].rows;
        let kept: BTreeSet<_> = rows.values().map(|row| row.secret).collect();
        // Another program says of a deletion only what its clock said, and not which secret it has deleted.
        let replaced = self.replaced.iter().filter(|(id, _, at)| {
            let last = self.deleted_in_file.get(id);
            last.is_some_and(|last| last > at)
        });
        let excused: BTreeSet<_> = replaced.map(|(_, secret, _)| *secret).collect();
        let lost: Vec<_> = self
            .added
            .difference(&self.deleted)
            .filter(|secret| !kept.contains(secret) && !excused.contains(secret))
            .collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        self.check_services(&excused);
        for row in rows.values() {
            if let Some(counter) = row.account.kind.counter() {
                let counted = self.counted.get(&row.secret).copied().unwrap_or(0);
                // A file cannot say of an id that its account is there and that another one with the id was deleted.
                let deletions = self.deletions.get(&row.secret).copied().unwrap_or(0);
                let is_excused = deletions > 1 && self.gave_way.contains(&row.secret);
                assert!(counter >= counted || is_excused, "a counter has gone back");
            }
        }
    }

    /// No account of a service has become one of another service. One that names none may have become one of either.
    fn check_services(&self, excused: &BTreeSet<u8>) {
        let rows = &self.machines[0].rows;
        let kept = rows.values().map(|row| (row.secret, &*row.account.issuer));
        let kept: BTreeSet<_> = kept.collect();
        let is_gone = |secret: &u8| self.deleted.contains(secret) || excused.contains(secret);
        let mut services = self.services.iter();
        let lost = services.find(|(secret, issuer)| {
            let is_certain = !self.services.contains(&(*secret, ""));
            is_certain && !is_gone(secret) && !kept.contains(&(*secret, *issuer))
        });
        assert_eq!(lost, None, "an account of another service is gone");
    }

    /// Once all agree, an edit and a deletion win, whatever the clock of their computer says.
    pub(super) fn check_that_a_person_is_obeyed(&mut self) {
        let Some(id) = nth(&self.machines[0].rows, 0) else {
            return;
        };
        let now = START - 3 * DAY;
        edit(
            &mut self.machines[0].rows.get_mut(&id).unwrap().account,
            1,
            99,
            now,
        );
        self.settle();
        let last = self.machines.last().unwrap();
        assert_eq!(last.rows[&id].account.note, "v99");
        self.deleted
            .insert(self.machines[0].rows.remove(&id).unwrap().secret);
        self.settle();
        assert!(
            self.machines
                .iter()
                .all(|machine| !machine.rows.contains_key(&id))
        );
        self.check();
    }
}
