//! Reads the access log, for mfactl and the tray. It is read from its files, so that it can be read without the daemon
//! too.
//!
//! mfad writes one line of JSON for each event to `access.log`. When that file is full, it becomes the previous part,
//! and a new file begins. So there are at most two files.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use mfa_core::access::Record;

/// The longest line, in bytes.
const MAX_LINE: u64 = 64 * 1024;

/// Returns the path of the previous part of a log.
#[must_use]
pub fn before(log: &Path) -> PathBuf {
    let mut name = log.file_name().unwrap_or_default().to_os_string();
    name.push(".1");
    log.with_file_name(name)
}

/// Reads a line. A line that is not understood tells a person nothing.
#[must_use]
pub fn record(line: &str) -> Option<Record> {
    serde_json::from_str(line).ok()
}

/// Returns all lines of both files, and the position in the log where they end.
///
/// # Errors
/// A file exists and cannot be read.
pub fn all(log: &Path) -> io::Result<(Vec<String>, u64)> {
    let (mut all, _) = lines(&before(log), 0)?;
    let (newest, end) = lines(log, 0)?;
    all.extend(newest);
    Ok((all, end))
}

/// Returns the lines after a position, and the position where they end. A log that is shorter than that is a new one.
///
/// # Errors
/// A file exists and cannot be read.
pub fn next(log: &Path, position: u64) -> io::Result<(Vec<String>, u64)> {
    if size(log) < position {
        // What was written to the previous part after the last look is still there.
        let (mut rest, _) = lines(&before(log), position)?;
        let (new, end) = lines(log, 0)?;
        rest.extend(new);
        return Ok((rest, end));
    }
    lines(log, position)
}

/// Returns the events at the end of the log, oldest first. Reads at most this number of bytes, of both files together.
///
/// # Errors
/// A file exists and cannot be read.
pub fn last(log: &Path, bytes: u64) -> io::Result<Vec<Record>> {
    let mut lines = tail(&before(log), bytes.saturating_sub(size(log)))?;
    lines.extend(tail(log, bytes)?);
    Ok(lines.iter().filter_map(|line| record(line)).collect())
}

/// Returns the lines that begin within the last bytes of a file.
fn tail(path: &Path, bytes: u64) -> io::Result<Vec<String>> {
    if bytes == 0 {
        return Ok(Vec::new());
    }
    let position = size(path).saturating_sub(bytes);
    let (mut lines, _) = lines(path, position)?;
    if position > 0 && !lines.is_empty() {
        // Its beginning is missing.
        lines.remove(0);
    }
    Ok(lines)
}

/// Returns the whole lines of a file from a position on, and where they end.
fn lines(path: &Path, position: u64) -> io::Result<(Vec<String>, u64)> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(error) => {
            let text = format!("cannot read the access log {}: {error}", path.display());
            return Err(io::Error::new(error.kind(), text));
        }
    };
    file.seek(SeekFrom::Start(position))?;
    let (mut all, mut end) = (Vec::new(), position);
    let mut reader = BufReader::new(file);
    loop {
        // Bytes, because the position may be within a character.
        let mut line = Vec::new();
        let read = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line)?;
        // The last line may not be complete yet.
        if !line.ends_with(b"\n") {
            return Ok((all, end));
        }
        end += read as u64;
        all.push(String::from_utf8_lossy(&line).into_owned());
    }
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use mfa_core::access::record::{Action, Ground, Outcome};

    use super::*;

    /// Returns an event with a name in which each character has two bytes.
    fn line(time: u64) -> String {
        let record = Record {
            time,
            action: Action::Code,
            outcome: Outcome::Allowed,
            ground: Ground::Rule,
            scope: None,
            account: None,
            name: Some("é".repeat(40)),
            asker: "/usr/bin/terraform".into(),
            chain: "terraform".into(),
            pid: 1,
            bus: false,
            reason: None,
            note: None,
        };
        serde_json::to_string(&record).unwrap() + "\n"
    }

    fn times(log: &Path, bytes: u64) -> Vec<u64> {
        let last = last(log, bytes).unwrap();
        last.into_iter().map(|record| record.time).collect()
    }

    #[test]
    fn new_lines_are_found_over_a_change_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        std::fs::write(&path, "a\nb\n").unwrap();
        let (found, end) = all(&path).unwrap();
        assert_eq!((found, end), (vec!["a\n".to_owned(), "b\n".to_owned()], 4));
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap();
        file.write_all(b"c\nhal").unwrap();
        assert_eq!(next(&path, 4).unwrap(), (vec!["c\n".to_owned()], 6));
        file.write_all(b"f\n").unwrap();
        std::fs::rename(&path, before(&path)).unwrap();
        std::fs::write(&path, "n\n").unwrap();
        let (new, end) = next(&path, 6).unwrap();
        assert_eq!((new, end), (vec!["half\n".to_owned(), "n\n".to_owned()], 2));
        assert_eq!(all(&path).unwrap().0.len(), 5, "both files");
        assert_eq!(all(Path::new("/nowhere")).unwrap(), (Vec::new(), 0));
    }

    #[test]
    fn of_a_long_log_only_its_end_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        assert_eq!(times(&path, 1000), [0; 0], "there is no log yet");
        let text: String = (10..20).map(line).collect();
        std::fs::write(&path, &text).unwrap();
        assert_eq!(times(&path, 1_000_000).len(), 10);
        let length = u64::try_from(line(10).len()).unwrap();
        // Wherever the end begins, also within a character, only whole lines are read.
        for bytes in 2 * length + 1..=3 * length {
            assert_eq!(times(&path, bytes), [18, 19], "{bytes} bytes");
        }
    }

    #[test]
    fn the_end_of_a_short_log_is_in_the_previous_part_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        let text: String = (10..20).map(line).collect();
        std::fs::write(before(&path), &text).unwrap();
        std::fs::write(&path, line(20) + "{\"later\": \"version\"}\n" + &line(21)).unwrap();
        let bytes = std::fs::metadata(&path).unwrap().len();
        assert_eq!(times(&path, bytes + 1_000_000).len(), 12);
        let length = u64::try_from(line(10).len()).unwrap();
        assert_eq!(times(&path, bytes + length + 9), [19, 20, 21]);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(times(&path, length + 9), [19]);
    }
}
