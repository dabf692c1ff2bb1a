//! Menus of the desktop: programs that read lines, show them, and print the one that was chosen. They get names of
//! accounts, and never a code.

use std::env;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mfa_core::{Account, AccountId};

use crate::board::Board;
use crate::error::Error;
use crate::feed::News;
use crate::text::{clean, details};

/// The longest answer of a menu that is read, in bytes.
const ANSWER: u64 = 4096;

/// The menus that we know, with the arguments that make them read lines. Each one of `ON_WAYLAND` and `ON_X11` is here.
const KNOWN: [(&str, &[&str]); 5] = [
    ("rofi", &["-dmenu", "-i", "-no-custom", "-p", "MFA"]),
    ("fuzzel", &["--dmenu", "--prompt", "MFA: "]),
    ("wofi", &["--dmenu", "--insensitive", "--prompt", "MFA"]),
    ("bemenu", &["-i", "-p", "MFA"]),
    ("dmenu", &["-i", "-p", "MFA"]),
];
/// The order in which they are looked for. On Wayland, those made for X11 come last.
const ON_WAYLAND: [&str; 5] = ["fuzzel", "wofi", "bemenu", "rofi", "dmenu"];
const ON_X11: [&str; 3] = ["rofi", "dmenu", "bemenu"];

/// Has the user choose one of the accounts.
///
/// # Errors
/// If there is no menu, if it cannot be run, or if the user has chosen none.
pub(crate) fn choose(accounts: Vec<Account>, with: Option<&str>) -> Result<AccountId, Error> {
    let mut menu = match with {
        Some(line) => given(line)?,
        None => found()?,
    };
    let rows: Vec<_> = accounts.iter().map(|one| (row(one), one.id)).collect();
    let lines: String = rows.iter().map(|(row, _)| format!("{row}\n")).collect();
    let name = menu.get_program().to_string_lossy().into_owned();
    let not_run = |error| Error::Menu(clean(&name), error);
    let mut running = menu
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(not_run)?;
    if let Some(mut input) = running.stdin.take() {
        // A menu that has ended already says so below.
        input.write_all(lines.as_bytes()).ok();
    }
    let mut answer = String::new();
    if let Some(output) = running.stdout.take() {
        output.take(ANSWER).read_to_string(&mut answer)?;
    }
    let has_chosen = running.wait()?.success();
    let answer = answer.trim_end_matches(['\r', '\n']);
    if !has_chosen || answer.is_empty() {
        return Err(Error::Interrupted);
    }
    if let Some((_, id)) = rows.iter().find(|(row, _)| row == answer) {
        return Ok(*id);
    }
    // Some menus also return what was typed.
    let mut board = Board::default();
    board.hear(News::Accounts(Ok(accounts)));
    let meant = board.meant(answer).map(|account| account.id);
    meant.map_err(|_| Error::NoMatch(clean(answer)))
}

/// Returns the line for an account, by which it is found again: names are unique.
pub(super) fn row(account: &Account) -> String {
    let (name, details) = (clean(&account.name), details(account));
    match details.is_empty() {
        true => name,
        false => format!("{name} — {details}"),
    }
}

/// Returns the menu that the user names, with the arguments that were given, or with those that it is known to need.
fn given(line: &str) -> Result<Command, Error> {
    let mut words = line.split_whitespace();
    let program = words.next().ok_or(Error::NoMenu)?;
    let mut menu = Command::new(program);
    menu.args(arguments(Path::new(program))).args(words);
    Ok(menu)
}

/// Returns the first menu that is installed.
fn found() -> Result<Command, Error> {
    let has = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let names = match (has("WAYLAND_DISPLAY"), has("DISPLAY")) {
        (true, _) => &ON_WAYLAND[..],
        (false, true) => &ON_X11[..],
        (false, false) => return Err(Error::NoPlace),
    };
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    let program = first(names, &folders).ok_or(Error::NoMenu)?;
    let mut menu = Command::new(&program);
    menu.args(arguments(&program));
    Ok(menu)
}

fn first(names: &[&str], folders: &[PathBuf]) -> Option<PathBuf> {
    let places = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

fn arguments(program: &Path) -> &'static [&'static str] {
    let name = program.file_stem().unwrap_or_default();
    let known = KNOWN.iter().find(|(known, _)| name == *known);
    known.map_or(&[], |(_, arguments)| arguments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::account;

    #[test]
    fn all_menus_that_are_looked_for_are_known() {
        for name in ON_WAYLAND.iter().chain(&ON_X11) {
            assert!(!arguments(Path::new(name)).is_empty(), "{name}");
        }
        assert!(arguments(Path::new("/opt/my-menu")).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn the_first_menu_of_the_order_is_taken() {
        let folder = std::env::temp_dir();
        assert_eq!(first(&["no-such-menu"], &[folder]), None);
        let folders = [PathBuf::from("/nowhere"), PathBuf::from("/usr/bin")];
        assert_eq!(
            first(&["no-such-menu", "env"], &folders),
            Some("/usr/bin/env".into())
        );
    }

    #[test]
    fn a_menu_can_have_arguments_of_the_user() {
        let menu = given("rofi -theme x").unwrap();
        let arguments: Vec<_> = menu.get_args().collect();
        assert_eq!(arguments.first().unwrap(), &"-dmenu");
        assert_eq!(arguments[5..], ["-theme", "x"]);
        assert!(given(" ").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_the_menu_prints_is_the_account() {
        let all = crate::samples::accounts();
        let id = all[1].id;
        // `sed` is a menu whose user always takes the second row.
        assert_eq!(choose(all.clone(), Some("sed -n 2p")).unwrap(), id);
        let typed = choose(all.clone(), Some("echo github")).unwrap();
        assert_eq!(typed, id);
        let other = choose(all.clone(), Some("echo zzz"));
        assert!(matches!(other, Err(Error::NoMatch(_))), "{other:?}");
        let none = choose(all.clone(), Some("false"));
        assert!(matches!(none, Err(Error::Interrupted)), "{none:?}");
        let missing = choose(all, Some("/nowhere/menu"));
        assert!(matches!(missing, Err(Error::Menu(..))), "{missing:?}");
    }

    #[test]
    fn a_row_is_one_line() {
        let row = row(&account(1, "a\nb", "GitHub", ""));
        assert_eq!(row, "a\u{fffd}b — GitHub");
    }
}
