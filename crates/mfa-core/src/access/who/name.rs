//! The names and paths of programs and scripts, as Unix and Windows write them.
//!
//! Windows puts `.exe` behind the name of a program, and takes capital letters for small ones. A path tells by its
//! beginning which of the two systems it is from, so no more has to be known here.

use std::path::Path;

/// The end of the names of programs on Windows.
const EXE: &str = ".exe";
/// The end that Linux gives to the path of a program whose file was removed or replaced since it was started.
pub(super) const DELETED: &str = " (deleted)";
/// The longest name of a script that is kept, in characters.
const MAX_SCRIPT: usize = 1000;

/// Returns the last part of a path.
pub(in crate::access) fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("?")
}

/// Returns the name by which a program is looked up in a table: `Bash.EXE` is `bash`.
pub(in crate::access) fn stem(path: &Path) -> String {
    let name = name(path).to_ascii_lowercase();
    match name.strip_suffix(EXE) {
        Some(stem) => stem.to_owned(),
        None => name,
    }
}

/// Returns the path that a program was started by: without the end that says that its file is gone. A file can have a
/// name with this end too.
pub(super) fn before_update(path: &Path) -> &Path {
    let text = path.to_str().and_then(|text| text.strip_suffix(DELETED));
    text.map_or(path, Path::new)
}

/// Returns a name without the version behind it: `python3.11` is `python`, and `luajit-2.1.0-beta3` is `luajit`.
pub(super) fn without_version(name: &str) -> &str {
    let mut places = name.match_indices('-').map(|(place, _)| place);
    let is_version = |place: &usize| name[place + 1..].starts_with(|c: char| c.is_ascii_digit());
    let name = places.find(is_version).map_or(name, |place| &name[..place]);
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
}

/// Returns whether two paths name the same file. Windows does not distinguish capital letters from small ones.
#[must_use]
pub fn is_same_path(one: &Path, other: &Path) -> bool {
    one == other
        || match (one.to_str(), other.to_str()) {
            (Some(one), Some(other)) => is_same_text(one, other),
            _ => false,
        }
}

/// Returns whether two texts name the same file, or are the same.
pub(in crate::access) fn is_same_text(one: &str, other: &str) -> bool {
    one == other
        || is_of_windows(one)
            && is_of_windows(other)
            && one.chars().map(fold).eq(other.chars().map(fold))
}

/// Returns whether a path begins as whole paths do on Windows: `C:\` or `\\server\`.
fn is_of_windows(path: &str) -> bool {
    let mut letters = path.chars();
    match (letters.next(), letters.next(), letters.next()) {
        (Some('\\'), Some('\\'), Some(_)) => true,
        (Some(drive), Some(':'), Some('\\' | '/')) => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

/// Returns the capital letter of a small one, as file systems of Windows do: one letter stays one. A letter whose
/// capital belongs to another small letter too stays as it is, so that no two files count as one.
fn fold(letter: char) -> char {
    let mut capitals = letter.to_uppercase();
    match (letter, capitals.next(), capitals.next()) {
        ('/', ..) => '\\',
        (_, Some(capital), None) if capital.to_lowercase().eq([letter]) => capital,
        _ => letter,
    }
}

/// Returns the absolute path of a script. A relative path starts at the current folder of the process. Without that
/// folder, it could be any file with this name.
pub(super) fn whole(script: &str, folder: Option<&Path>) -> Option<String> {
    let script = Path::new(script);
    let script = folder.map_or_else(|| script.to_owned(), |folder| folder.join(script));
    // Without the `.` of `./job.py`.
    let script: std::path::PathBuf = script.components().collect();
    script
        .is_absolute()
        .then(|| shown(&script.to_string_lossy()))?
}

/// Returns a name that others chose, or `None` if it would have to be changed to be shown. Two names must not become
/// the same one.
pub(super) fn shown(text: &str) -> Option<String> {
    let shown = crate::naming::tidy(text, MAX_SCRIPT);
    (shown == text).then_some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_windows_are_found_in_the_tables_too() {
        for (path, expected) in [
            ("/usr/bin/bash", "bash"),
            ("/opt/BASH.EXE", "bash"),
            ("/opt/python3.11.exe", "python3.11"),
            ("/opt/.exe", ""),
            ("/opt/exe", "exe"),
        ] {
            assert_eq!(stem(Path::new(path)), expected);
        }
        for (name, expected) in [
            ("python3.11", "python"),
            ("luajit-2.1.0-beta3", "luajit"),
            ("php-cgi8.2", "php-cgi"),
            ("node", "node"),
        ] {
            assert_eq!(without_version(name), expected);
        }
    }

    #[test]
    fn the_end_that_says_that_a_file_is_gone_is_taken_off_once() {
        for (path, expected) in [
            ("/usr/bin/bash (deleted)", "/usr/bin/bash"),
            (
                "/usr/bin/bash (deleted) (deleted)",
                "/usr/bin/bash (deleted)",
            ),
            ("/usr/bin/bash(deleted)", "/usr/bin/bash(deleted)"),
            ("/usr/bin/bash", "/usr/bin/bash"),
        ] {
            assert_eq!(before_update(Path::new(path)), Path::new(expected));
        }
    }

    #[test]
    fn paths_of_windows_are_compared_as_windows_does() {
        let same = |one: &str, other: &str| is_same_path(Path::new(one), Path::new(other));
        assert!(same(
            r"C:\Program Files\Ünder\a.exe",
            r"c:\PROGRAM FILES\üNDER\A.EXE"
        ));
        assert!(same(r"C:\tools\a.exe", "c:/tools/A.exe"));
        assert!(same(r"\\server\share\a.exe", r"\\SERVER\share\A.exe"));
        assert!(!same(r"C:\tools\a.exe", r"D:\tools\a.exe"));
        assert!(!same(r"C:\tools\a.exe", r"C:\tools\b.exe"));
        // These capitals have two small letters, or none of one letter.
        for (one, other) in [("ı", "I"), ("ſ", "S"), ("ß", "SS"), ("µ", "Μ")] {
            assert!(
                !same(&format!(r"C:\{one}"), &format!(r"C:\{other}")),
                "{one}"
            );
        }
    }

    #[test]
    fn paths_of_unix_are_compared_letter_by_letter() {
        let same = |one: &str, other: &str| is_same_path(Path::new(one), Path::new(other));
        assert!(same("/usr/bin/aws", "/usr/bin/aws"));
        assert!(!same("/usr/bin/aws", "/usr/bin/AWS"));
        assert!(!is_same_text("a:b", "A:b"));
        assert!(is_same_text("-m awscli", "-m awscli") && !is_same_text("-m awscli", "-m AWSCLI"));
    }

    #[test]
    fn a_script_without_a_folder_is_none() {
        // Each system has its own way to write a whole path.
        let is_unix = std::path::MAIN_SEPARATOR == '/';
        let folder = std::path::PathBuf::from(if is_unix { "/srv" } else { r"C:\srv" });
        let inside = folder.join("job.py").to_string_lossy().into_owned();
        assert_eq!(whole("job.py", Some(&folder)).as_ref(), Some(&inside));
        assert_eq!(whole("./job.py", Some(&folder)).as_ref(), Some(&inside));
        assert_eq!(whole(&inside, None).as_ref(), Some(&inside));
        assert_eq!(whole("job.py", None), None);
    }
}
