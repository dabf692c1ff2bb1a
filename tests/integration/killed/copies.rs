//! A daemon that is killed while it folds in conflict copies and moves them.

use std::fs;
use std::path::PathBuf;

use super::Computers;
use crate::strace::{around, calls_on, numbered};
use crate::syncing::sync;

/// The copies beside the file.
const COPIES: [&str; 2] = [
    "mfa.sync-conflict-20240102-030405-ABCDEFG.kdbx",
    "mfa.kdbx.orig",
];

impl Computers {
    fn beside(&self, name: &str) -> PathBuf {
        self.shared.path().with_file_name(name)
    }

    /// Returns the folder that copies are moved to.
    fn folder(&self) -> PathBuf {
        self.beside("mfa conflicts")
    }

    /// Changes something on both, of which one copy alone has what the other computer has changed. The second copy is the
    /// file as it was. Returns what is in them, sorted.
    fn diverge(&self, number: u32) -> Vec<Vec<u8>> {
        let before = fs::read(self.shared.path()).unwrap();
        self.change(number);
        let theirs = fs::read(self.shared.path()).unwrap();
        assert_ne!(theirs, before);
        fs::write(self.shared.path(), &before).unwrap();
        let mut copies = vec![theirs, before];
        for (name, bytes) in COPIES.iter().zip(&copies) {
            fs::write(self.beside(name), bytes).unwrap();
        }
        copies.sort();
        copies
    }

    /// Returns what is in the copies that are still beside the file.
    fn left(&self) -> Vec<Vec<u8>> {
        let copies = COPIES.iter().map(|name| fs::read(self.beside(name)));
        copies.filter_map(Result::ok).collect()
    }

    /// Returns what is in the copies that were moved.
    fn moved(&self) -> Vec<Vec<u8>> {
        let files = fs::read_dir(self.folder()).into_iter().flatten();
        files
            .map(|file| fs::read(file.unwrap().path()).unwrap())
            .collect()
    }

    /// Makes sure that a synchronisation moves all copies, and no change is lost.
    fn put_away(&self, number: u32, copies: &[Vec<u8>]) {
        self.meet(number);
        let mut moved = self.moved();
        moved.sort();
        assert!(moved == copies && self.left().is_empty(), "{number}");
        // The next time, the folder is made again.
        fs::remove_dir_all(self.folder()).unwrap();
    }

    /// Returns the paths of what is moved, and where it goes.
    fn of_copies(&self) -> Vec<PathBuf> {
        let copies = COPIES.iter().map(|name| self.beside(name));
        copies.chain([self.folder()]).collect()
    }

    /// Returns how the daemon moves the copies.
    fn moves(&self) -> Vec<(String, usize)> {
        let paths = self.of_copies();
        let calls = calls_on(&self.here, &paths, || drop(sync(&self.here, &self.shared)));
        let is_move = |name: &str| {
            let moves = ["mkdir", "chmod", "fchmod", "rename"];
            moves.iter().any(|start| name.starts_with(start))
        };
        let mut steps = numbered(&calls);
        steps.retain(|(name, _)| is_move(name));
        assert!(steps.len() > 2, "{calls:#?}");
        steps
    }
}

/// Wherever the daemon is killed, each copy is beside the file or in the folder for copies, and the next synchronisation
/// ends the same.
#[test]
fn a_daemon_that_is_killed_while_it_moves_conflict_copies_loses_none() {
    let computers = Computers::new();
    let copies = computers.diverge(1);
    let steps = computers.moves();
    computers.put_away(1, &copies);
    let mut number = 1;
    let mut kill = |paths: &[PathBuf], step: &(String, usize)| {
        number += 1;
        let copies = computers.diverge(number);
        let is_killed = computers.kill(paths, step);
        let mut found = [computers.left(), computers.moved()].concat();
        found.sort();
        assert!(found == copies, "{paths:?} {step:?}");
        computers.put_away(number, &copies);
        is_killed
    };
    for step in &steps {
        assert!(kill(&computers.of_copies(), step), "{step:?}");
    }
    // Before that, they are folded in: into the file, and into the record of what both sides have in common.
    let rename = steps.iter().find(|(name, _)| name.starts_with("rename"));
    let [file, _, record] = &computers.files;
    for file in [file, record] {
        assert!(kill(&around(file), rename.unwrap()), "{file:?}");
    }
}
