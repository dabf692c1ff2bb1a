//! Consent on real desktops: who is asked about, how the user answers, and what the log says of it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tests::{Desktop, LINK, SECRET, binary, eventually, own_name, run};

/// A program that asks on the session bus, with another D-Bus library.
pub(crate) const ON_THE_BUS: &str = "import dbus
daemon = dbus.SessionBus().get_object('org.mfactl.Authenticator1', '/org/mfactl/Authenticator1')
print(daemon.GetCode('aws', {'ask': True, 'reason': 'nightly\\x1b[2J job'},
                     dbus_interface='org.mfactl.Authenticator1', timeout=60)[0])
";

/// A program that asks by mfactl, in a shell and without a terminal.
pub(crate) const IN_A_SHELL: &str = "import subprocess
subprocess.run(['bash', '-c', '\"$MFACTL\" get aws; exit $?'], check=True, start_new_session=True)
";

/// A program that asks for all secrets on the private connection.
const EXPORT: &str = "import os
from dbus.connection import Connection
daemon = Connection('unix:path=' + os.environ['XDG_RUNTIME_DIR'] + '/mfad/bus').get_object(
    None, '/org/mfactl/Authenticator1', introspect=False)
print(daemon.Export({'ask': True}, dbus_interface='org.mfactl.Accounts1', signature='a{sv}', timeout=60))
";

fn on_x11() -> Desktop {
    let desktop = Desktop::strict(&["--display", "x11", "--no-tray"]);
    desktop.add("aws", LINK);
    desktop
}

fn on_wayland() -> Desktop {
    let desktop = Desktop::strict(&["--display", "wayland", "--no-tray"]);
    desktop.add("aws", LINK);
    desktop
}

/// Writes a script.
pub(crate) fn script(desktop: &Desktop, text: &str) -> PathBuf {
    let path = desktop.folder().join("job.py");
    fs::write(&path, text).unwrap();
    path
}

pub(crate) fn python(desktop: &Desktop, script: &PathBuf) -> Command {
    let mut python = desktop.command("/usr/bin/python3");
    python
        .env("MFACTL", binary("mfactl"))
        .arg(script)
        .stdin(Stdio::null());
    python
}

/// Starts a program that has to wait for the user.
pub(crate) fn start(command: &mut Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

pub(crate) fn end(child: Child) -> (String, String, bool) {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
    (
        text(output.stdout),
        text(output.stderr),
        output.status.success(),
    )
}

/// The questions that are open, as JSON.
pub(crate) fn pending(desktop: &Desktop) -> Vec<serde_json::Value> {
    let text = desktop.mfactl(&["access", "pending", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["questions"].as_array().unwrap().clone()
}

pub(crate) fn wait_for_question(desktop: &Desktop) -> serde_json::Value {
    eventually("a question is open", || !pending(desktop).is_empty());
    pending(desktop).remove(0)
}

/// Clicks on the notification, and chooses in the menu that it opens.
fn click(desktop: &Desktop, choice: &str) {
    fs::write(desktop.variable("DS_DIR").join("choice"), choice).unwrap();
    eventually("the notification is on the screen", || {
        let window = desktop.shell("xdotool search --onlyvisible --class dunst");
        window.status == 0
    });
    desktop.picture("question");
    eventually("the click is taken", || {
        desktop.shell("xdotool mousemove 1120 80 click 1").ok();
        pending(desktop).is_empty()
    });
}

pub(crate) fn log(desktop: &Desktop) -> Vec<serde_json::Value> {
    let text = desktop
        .mfactl(&["access", "log", "--json", "-n", "100"])
        .ok();
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

pub(crate) fn is_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn a_program_on_the_bus_gets_a_code_once_the_user_has_said_always() {
    let desktop = on_x11();
    let job = script(&desktop, ON_THE_BUS);
    let asked = start(&mut python(&desktop, &job));
    let question = wait_for_question(&desktop);
    let job_name = job.to_string_lossy().into_owned();
    let asker = question["asker"].as_str().unwrap();
    assert!(asker.ends_with(&job_name), "{question}");
    assert_eq!(question["reason"], "nightly [2J job");
    assert_eq!(question["bus"], true);
    click(&desktop, "Always allow");
    let (code, error, _) = end(asked);
    assert!(is_code(&code), "{code} {error}");
    // The second request needs no question.
    let (code, error, _) = end(start(&mut python(&desktop, &job)));
    assert!(is_code(&code), "{code} {error}");
    let rules = desktop.mfactl(&["access", "rules"]).ok();
    assert!(rules.contains(&job_name), "{rules}");
    let grounds: Vec<_> = log(&desktop)
        .iter()
        .filter(|line| line["action"] == "code")
        .map(|line| line["ground"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(grounds, ["rule", "rule"]);
    assert!(!log(&desktop).iter().any(|line| {
        let line = line.to_string();
        line.contains(&code) || line.contains(SECRET)
    }));
    let forgot = desktop.person(&["mfactl access forget --all"]);
    assert!(forgot.stdout.contains("removed 1 rule"), "{forgot}");
    let asked = start(&mut python(&desktop, &job));
    wait_for_question(&desktop);
    click(&desktop, "Deny");
    let (_, error, success) = end(asked);
    assert!(!success && error.contains("AccessDenied"), "{error}");
}

/// Forgets the rule for a script as a person does who names only its interpreter at first, and is told what to type.
fn forget_as_told(desktop: &Desktop, script: &Path) {
    let missed = desktop.person(&["mfactl access forget python3"]);
    let script = script.to_string_lossy();
    let mut lines = missed.stdout.lines().map(str::trim);
    let told =
        lines.find(|line| line.starts_with("mfactl access forget /") && line.contains(&*script));
    let told = told.unwrap_or_else(|| panic!("the rule is not named: {missed}"));
    let forgot = desktop.person(&[told]);
    assert!(forgot.stdout.contains("removed 1 rule"), "{forgot}");
}

#[test]
fn behind_a_shell_it_is_the_program_that_is_asked_about() {
    let desktop = on_wayland();
    let job = script(&desktop, IN_A_SHELL);
    let asked = start(&mut python(&desktop, &job));
    let question = wait_for_question(&desktop);
    assert!(
        question["asker"].as_str().unwrap().ends_with("job.py"),
        "{question}"
    );
    assert!(
        question["chain"]
            .as_str()
            .unwrap()
            .contains(&format!(" ← {}", own_name())),
        "{question}"
    );
    eventually("it is on the screen", || {
        desktop.shell("makoctl list").stdout.contains("job.py")
    });
    desktop.picture("question-wayland");
    desktop.shell("makoctl invoke always").ok();
    let (code, error, _) = end(asked);
    assert!(is_code(&code), "{code} {error}");
    let (code, _, _) = end(start(&mut python(&desktop, &job)));
    assert!(is_code(&code));
    let chain = log(&desktop).pop().unwrap()["chain"].clone();
    let chain = chain.as_str().unwrap();
    assert!(chain.starts_with("mfactl ← bash ← python3"), "{chain}");
    let said = desktop.mfactl(&["access", "log"]).ok();
    let answer = "account aws (your answer, always)\n    asked by mfactl ← bash ← python3";
    assert!(said.contains(answer), "{said}");
    forget_as_told(&desktop, &job);
    let asked = start(&mut python(&desktop, &job));
    wait_for_question(&desktop);
    desktop.shell("makoctl dismiss --all").ok();
    let (code, error, success) = end(asked);
    assert!(!success && code.is_empty(), "{code} {error}");
    assert!(error.contains("nobody answered"), "{error}");
    // Then there is silence.
    let (_, error, _) = end(start(&mut python(&desktop, &job)));
    assert!(error.contains("a moment ago"), "{error}");
    let last = log(&desktop).pop().unwrap();
    assert_eq!(last["ground"], "silence");
}

#[test]
fn a_person_at_a_terminal_is_not_asked() {
    let desktop = on_x11();
    // A program that runs a shell in the same terminal is no person.
    let program = "/usr/bin/python3 -c \"import subprocess; \
                   subprocess.run(['bash'], input=b'mfactl --no-input get aws; true')\"";
    let typed = desktop.person(&[
        "mfactl get aws",
        "x=$(mfactl get aws); echo got $x",
        "bash -c 'mfactl get aws'",
        program,
    ]);
    let lines: Vec<_> = typed.stdout.lines().map(str::trim).collect();
    assert!(lines.iter().any(|line| is_code(line)), "{typed}");
    let got = lines.iter().filter_map(|line| line.strip_prefix("got "));
    assert!(got.clone().any(is_code), "{typed}");
    let grounds: Vec<_> = log(&desktop)
        .into_iter()
        .map(|line| (line["asker"].clone(), line["ground"].clone()))
        .collect();
    let person = ("a person at a terminal".into(), "default".into());
    assert_eq!(grounds[..3], [person.clone(), person.clone(), person]);
    let (asker, ground) = &grounds[3];
    assert!(asker.as_str().unwrap().contains("python3"), "{asker}");
    assert_eq!(ground, "no-question");
}

#[test]
fn without_a_session_nobody_is_asked_and_the_log_says_so() {
    let desktop = Desktop::strict(&["--display", "none", "--no-bus", "--secrets", "none"]);
    desktop
        .mfactl_with(&["vault", "create", "--password-file", "-"], "pw\n")
        .ok();
    desktop.add("aws", LINK);
    let job = script(&desktop, IN_A_SHELL);
    let (code, error, _) = end(start(&mut python(&desktop, &job)));
    assert!(is_code(&code), "{code} {error}");
    let line = log(&desktop).pop().unwrap();
    assert_eq!(line["ground"], "unattended", "{line}");
    let status = desktop.mfactl(&["status"]).ok();
    assert!(status.contains("not possible"), "{status}");
    desktop.configure(&format!(
        "vault = \"{}\"\nunattended = \"deny\"\n",
        desktop
            .variable("XDG_DATA_HOME")
            .join("mfactl/vault.kdbx")
            .display()
    ));
    desktop.end_daemon("-TERM");
    desktop
        .mfactl_with(&["unlock", "--password-file", "-"], "pw\n")
        .ok();
    let (code, error, _) = end(start(&mut python(&desktop, &job)));
    assert!(
        code.is_empty() && error.contains("nobody to ask"),
        "{error}"
    );
    let person = desktop.person(&["mfactl get aws"]);
    assert!(
        person.stdout.lines().any(|line| is_code(line.trim())),
        "{person}"
    );
}

#[test]
fn a_question_can_be_answered_from_another_terminal_but_not_by_a_program() {
    let desktop = on_x11();
    let job = script(&desktop, IN_A_SHELL);
    let asked = start(&mut python(&desktop, &job));
    let id = wait_for_question(&desktop)["id"].to_string();
    let refused = desktop.mfactl(&["access", "approve", &id]).fails(5);
    assert!(refused.contains("only a person"), "{refused}");
    let refused = desktop.mfactl(&["access", "allow", "python3"]).fails(5);
    assert!(refused.contains("only a person"), "{refused}");
    let shown = desktop.person(&["mfactl access pending"]);
    assert!(shown.stdout.contains("wants a code for aws"), "{shown}");
    desktop
        .person(&[&format!("mfactl access approve {id} --until-locked")])
        .ok();
    let (code, error, _) = end(asked);
    assert!(is_code(&code), "{code} {error}");
    eventually("the notification goes away", || {
        let shown = desktop.shell("dunstctl count displayed").stdout;
        shown.trim() == "0"
    });
    let (code, _, _) = end(start(&mut python(&desktop, &job)));
    assert!(is_code(&code), "until locked");
    desktop.person(&["mfactl lock", "mfactl unlock"]).ok();
    let asked = start(&mut python(&desktop, &job));
    let id = wait_for_question(&desktop)["id"].to_string();
    desktop
        .person(&[&format!("mfactl access deny {id} --never")])
        .ok();
    assert!(!end(asked).2);
    let (_, error, _) = end(start(&mut python(&desktop, &job)));
    assert!(error.contains("an access rule denies this"), "{error}");
}

/// It starts mfactl, and then becomes a program that it wants the answer to be for. The rule for that program does not
/// help either: who asks was known before.
#[test]
fn a_program_that_turns_into_another_one_behind_mfactl_gets_nothing() {
    let desktop = on_x11();
    let job = script(
        &desktop,
        "import os, subprocess
subprocess.Popen([os.environ['MFACTL'], 'get', 'aws'])
os.read(0, 1)
os.execv('/usr/bin/cat', ['cat'])
",
    );
    let said = desktop.folder().join("said");
    let mut asked = python(&desktop, &job);
    asked.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut asked = asked
        .stderr(fs::File::create(&said).unwrap())
        .spawn()
        .unwrap();
    let question = wait_for_question(&desktop);
    assert!(
        question["asker"].as_str().unwrap().contains("job.py"),
        "{question}"
    );
    let mut input = asked.stdin.take().unwrap();
    input.write_all(b"x").unwrap();
    let program = format!("/proc/{}/exe", asked.id());
    eventually("it is another program", || {
        fs::read_link(&program).is_ok_and(|path| path.ends_with("cat"))
    });
    let id = question["id"].to_string();
    desktop
        .person(&[&format!("mfactl access approve {id}")])
        .ok();
    eventually("mfactl is refused", || {
        let said = fs::read_to_string(&said).unwrap();
        said.contains("now runs a different program")
    });
    drop(input);
    assert_eq!(end(asked).0, "", "no code");
}

#[test]
fn secrets_are_asked_about_unless_a_person_wants_them() {
    let desktop = on_wayland();
    let shown = desktop.person(&["mfactl show aws --secret", "yes"]);
    assert!(shown.stdout.contains(SECRET), "{shown}");
    let job = script(&desktop, EXPORT);
    let asked = start(&mut python(&desktop, &job));
    let question = wait_for_question(&desktop);
    assert_eq!(question["use"], "secret");
    desktop.shell("makoctl invoke always").ok();
    assert_eq!(pending(&desktop).len(), 1, "there is no such button");
    desktop.shell("makoctl invoke once").ok();
    let (text, error, _) = end(asked);
    assert!(text.contains(SECRET), "{error}");
    let actions: Vec<_> = log(&desktop)
        .into_iter()
        .map(|line| line["action"].clone())
        .collect();
    assert_eq!(actions, ["reveal", "export"]);
    assert_eq!(log(&desktop)[1]["ground"], "once");
    let rules = desktop.mfactl(&["access", "rules", "--json"]).ok();
    assert!(!rules.contains("python"), "{rules}");
}

#[test]
fn too_many_codes_in_a_short_time_are_refused_with_the_time_to_wait() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let line = format!(
        "for n in $(seq 30); do {} get aws || exit 9; done",
        binary("mfactl").display()
    );
    let refused = run(desktop.command("bash").args(["-c", &line]), "");
    assert_eq!(refused.status, 9, "{refused}");
    assert!(refused.stderr.contains("try again in"), "{refused}");
    let person = desktop.person(&["mfactl get aws"]);
    assert!(
        person.stdout.lines().any(|line| is_code(line.trim())),
        "{person}"
    );
}
