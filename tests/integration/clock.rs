//! The clock: set far away, set back and forth while the daemon runs, and not synchronised.
//!
//! libfaketime gives the daemon another clock, which stands still until a test sets it. All other programs keep that of
//! the machine.

use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;

use tests::{Desktop, LINK, SECRET, eventually, oathtool, run};

/// The start of a period in 2027, in Unix seconds.
const START: i64 = 1_800_000_000;
const HOUR: i64 = 3600;

/// A daemon with a clock of its own, and an account `aws`.
struct Faked {
    desktop: Desktop,
    daemon: Child,
    clock: PathBuf,
}

impl Faked {
    fn at(time: i64) -> Self {
        let desktop = Desktop::headless();
        desktop.add("aws", LINK);
        Self::on(desktop, time)
    }

    fn on(desktop: Desktop, time: i64) -> Self {
        desktop.end_daemon("-TERM");
        let clock = desktop.folder().join("clock");
        set(&clock, time);
        let library = desktop.shell("ls /usr/lib/*/faketime/libfaketimeMT.so.1");
        let mut daemon = desktop.ours("mfad");
        daemon
            .env("LD_PRELOAD", library.ok())
            .env("FAKETIME_TIMESTAMP_FILE", &clock)
            .env("FAKETIME_NO_CACHE", "1")
            // Timers and the times of files are not to change.
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1")
            .env("TZ", "UTC")
            .stderr(Stdio::null());
        let daemon = desktop.start_daemon(&mut daemon);
        Self {
            desktop,
            daemon,
            clock,
        }
    }

    fn set(&self, time: i64) {
        set(&self.clock, time);
    }

    fn get(&self, options: &[&str]) -> tests::Run {
        self.desktop.mfactl(&[&["get", "aws"], options].concat())
    }

    fn end(mut self) {
        self.desktop.end_daemon("-TERM");
        assert!(self.daemon.wait().unwrap().success());
    }
}

/// Sets the clock at once: the daemon must not read half a time.
fn set(clock: &std::path::Path, time: i64) {
    let mut date = std::process::Command::new("date");
    date.args(["--utc", &format!("--date=@{time}"), "+%F %T"]);
    let new = clock.with_extension("new");
    std::fs::write(&new, run(&mut date, "").ok() + "\n").unwrap();
    std::fs::rename(new, clock).unwrap();
}

fn code_at(time: i64) -> String {
    oathtool(SECRET, 30, u64::try_from(time).unwrap())
}

#[test]
fn a_clock_before_1970_is_said_and_gives_no_code() {
    let faked = Faked::at(-86_400);
    let mfactl = |arguments: &[&str]| faked.desktop.mfactl(arguments);
    for arguments in [
        &["get", "aws"][..],
        &["get", "aws", "--fresh"],
        &["pair", "aws", "--now"],
        &["list", "--codes"],
        &["edit", "aws", "--note", "n"],
    ] {
        let error = mfactl(arguments).fails(1);
        assert!(
            error.contains("the clock of this machine is set before 1970"),
            "{arguments:?}: {error}"
        );
    }
    // What needs no clock works.
    assert!(mfactl(&["list", "--plain"]).ok().starts_with("aws\t"));
    faked.set(START);
    assert_eq!(faked.get(&[]).ok(), code_at(START));
    faked.end();
}

#[test]
fn codes_are_right_long_after_today() {
    let faked = Faked::at(START);
    // The first second that does not fit into 32 bits, the year 2100, and the last that oathtool and most programs know.
    for time in [2_147_483_648, 4_102_444_800, 20_000_000_000] {
        faked.set(time);
        assert_eq!(faked.get(&[]).ok(), code_at(time), "{time}");
        let pair = faked.desktop.mfactl(&["pair", "aws", "--now"]).ok();
        let expected = [code_at(time), code_at(time + 30)].join("\n");
        assert_eq!(pair, expected, "{time}");
        let list = faked.desktop.mfactl(&["list", "--codes", "--plain"]).ok();
        assert!(list.contains(&code_at(time)), "{time}: {list}");
    }
    faked.end();
}

/// Both codes and fresh codes follow the clock, and no code is fresh a second time.
#[test]
fn an_hour_forth_or_back_gives_right_codes_and_none_of_them_twice() {
    let faked = Faked::at(START);
    let fresh = ["--fresh", "--timeout", "0"];
    for (time, is_fresh) in [
        (START, true),
        (START + HOUR, true),
        (START, false),
        (START - HOUR, true),
        (START + HOUR, false),
        (START + HOUR + 29, false),
        (START + HOUR + 30, true),
    ] {
        faked.set(time);
        let given = faked.get(&fresh);
        if is_fresh {
            assert_eq!(given.ok(), code_at(time), "{time}");
        } else {
            let late = given.fails(8);
            assert!(late.contains("the next unused code comes in"), "{late}");
        }
        assert_eq!(faked.get(&[]).ok(), code_at(time), "{time}");
    }
    faked.end();
}

/// A request waits for the clock, not for a number of seconds.
#[test]
fn a_clock_that_is_set_forth_ends_a_wait_with_the_code_of_then() {
    let faked = Faked::at(START);
    faked.get(&["--fresh"]).ok();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| faked.get(&["--fresh", "--timeout", "40"]));
        let state = faked.desktop.variable("XDG_STATE_HOME");
        let state = state.join("mfactl/state.json");
        let next = (START + 60).to_string();
        eventually("the code of the next period is reserved", || {
            std::fs::read_to_string(&state).is_ok_and(|text| text.contains(&next))
        });
        faked.set(START + HOUR);
        assert_eq!(waiting.join().unwrap().ok(), code_at(START + HOUR));
    });
    faked.end();
}

/// Returns the doctor's grade of the clock, and its text.
fn diagnosis(desktop: &Desktop) -> (String, String) {
    diagnosed(&desktop.mfactl(&["doctor", "--json"]).ok())
}

fn diagnosed(found: &str) -> (String, String) {
    let found: serde_json::Value = serde_json::from_str(found).unwrap();
    let findings = found["findings"].as_array().unwrap();
    let clock = findings.iter().find(|one| one["what"] == "clock").unwrap();
    let text = |field: &str| clock[field].as_str().unwrap().to_owned();
    (text("grade"), text("text"))
}

#[test]
fn the_doctor_says_whether_the_clock_is_synchronised() {
    let desktop = Desktop::start(&["--display", "none", "--system-bus"]);
    let mut service = desktop.command("/usr/bin/python3");
    service.args(["-m", "dbusmock", "--template", "timedated"]);
    service.args(["--parameters", r#"{"NTP": false}"#]);
    let mut service = service.stdout(Stdio::null()).spawn().unwrap();
    let name = "org.freedesktop.timedate1";
    let wait = format!("gdbus wait --system --timeout 10 {name}");
    desktop.shell(&wait).ok();
    eventually("the service is ready", || {
        diagnosis(&desktop).1.starts_with("not ")
    });
    let (grade, text) = diagnosis(&desktop);
    assert_eq!(grade, "warn");
    assert!(text.contains("timedatectl set-ntp true"), "{text}");
    let set = format!(
        "gdbus call --system -d {name} -o /org/freedesktop/timedate1 -m {name}.SetNTP true false"
    );
    desktop.shell(&set).ok();
    let expected = ("ok".to_owned(), "synchronised".to_owned());
    assert_eq!(diagnosis(&desktop), expected);
    service.kill().unwrap();
    service.wait().unwrap();
}

/// The kernel's answer to adjtimex(2), which the C library makes by clock_adjtime(2), up to its field `maxerror`, as strace
/// writes it into the memory of mfactl. The error is in microseconds.
fn told(micros: u32) -> String {
    let bytes = [&[0; 24][..], &u64::from(micros).to_ne_bytes()].concat();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a command line for mfactl, to which the kernel tells this error of the clock.
fn mfactl_told(micros: u32, arguments: &str) -> String {
    let inject = format!("inject=clock_adjtime:poke_exit=@arg2={}", told(micros));
    let mfactl = tests::binary("mfactl");
    let mfactl = mfactl.display();
    format!("strace -qqq -o /dev/null -e {inject} {mfactl} {arguments}")
}

#[test]
fn get_warns_a_person_of_a_clock_that_nothing_synchronises() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let get = |micros| mfactl_told(micros, "get aws");
    let on_a_terminal = |micros| run(&mut desktop.on_a_terminal(&get(micros)), "").ok();
    let warned = on_a_terminal(16_000_000);
    assert!(
        warned.contains("If the code is rejected: mfactl doctor"),
        "{warned}"
    );
    let fine = on_a_terminal(15_999_999);
    assert!(!fine.contains("mfactl doctor"), "{fine}");
    let script = desktop.shell(&get(16_000_000));
    assert_eq!(script.stderr, "", "a script gets no hint");
}

#[test]
fn the_doctor_asks_the_kernel_where_systemd_does_not_tell() {
    let desktop = Desktop::headless();
    let clock = |micros| {
        let doctor = mfactl_told(micros, "doctor --json");
        diagnosed(&desktop.shell(&doctor).stdout)
    };
    let (grade, text) = clock(16_000_000);
    assert_eq!(grade, "warn");
    assert!(text.starts_with("not synchronised"), "{text}");
    let fine = ("ok".to_owned(), "synchronised".to_owned());
    assert_eq!(clock(15_999_999), fine);
}

/// The vectors of RFC 6238, appendix B, on another computer than the one that had the account.
#[test]
fn a_restored_account_has_the_codes_of_the_standard_at_any_time() {
    let first = Desktop::headless();
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let link = format!("otpauth://totp/RFC:6238?secret={secret}&digits=8");
    first.add("rfc", &link);
    let backup = first.folder().join("backup.kdbx").display().to_string();
    let with_passphrase = |desktop: &Desktop, arguments: &[&str]| {
        let all = [arguments, &["--password-file", "-"]].concat();
        desktop.mfactl_with(&all, "a pässphrase").ok();
    };
    with_passphrase(&first, &["backup", &backup]);
    let second = Desktop::headless();
    with_passphrase(&second, &["restore", &backup, "--yes"]);
    drop(first);
    let vectors = [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (20_000_000_000, "65353130"),
    ];
    let faked = Faked::on(second, vectors[0].0);
    for (time, code) in vectors {
        faked.set(time);
        let got = faked.desktop.mfactl(&["get", "rfc"]).ok();
        assert_eq!(got, code, "{time}");
    }
    faked.end();
}
