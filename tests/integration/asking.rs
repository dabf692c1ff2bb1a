//! Who is behind a request, as the daemon sees it through mfactl, shells and wrappers; programs that ask through our
//! stand-ins for theirs, browsers, and those of our examples.

mod askpass;
mod browsing;
mod examples;
mod openvpn;
mod ykman;

use std::fs;

use tests::{Desktop, LINK, binary, own_name, run};

use crate::consent::log;
use crate::monitor::Monitor;

/// To whom codes are given out meanwhile, which are so many.
fn issued(desktop: &Desktop, expected: usize, ask: impl FnOnce()) -> Vec<String> {
    let monitor = Monitor::start(desktop);
    ask();
    monitor.issued(desktop, expected)
}

#[test]
fn behind_shells_and_wrappers_is_the_program_that_started_them() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let mfactl = binary("mfactl");
    let mfactl = mfactl.display();
    let who = issued(&desktop, 3, || {
        desktop.mfactl(&["get", "aws"]).ok();
        desktop
            .shell(&format!(
                "{mfactl} get aws; env A=1 timeout 60 sh -c '{mfactl} get aws; true'"
            ))
            .ok();
    });
    assert_eq!(who, [own_name(), own_name(), own_name()]);
}

#[test]
fn a_program_or_a_script_between_is_who_asks() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let mfactl = binary("mfactl");
    let mfactl = mfactl.display();
    let script = desktop.folder().join("job.sh");
    fs::write(&script, format!("{mfactl} get aws\ntrue\n")).unwrap();
    let own_path = "import os; print(os.path.basename(os.readlink('/proc/self/exe')))";
    let python = run(desktop.command("python3").args(["-c", own_path]), "").ok();
    let who = issued(&desktop, 2, || {
        let by_python = format!("import os; os.system('{mfactl} get aws')");
        run(desktop.command("python3").args(["-c", &by_python]), "").ok();
        desktop
            .shell(&format!("bash {}; true", script.display()))
            .ok();
    });
    assert_eq!(who, [python, "bash".to_owned()]);
}

/// A relative path starts at the folder that the script was started in. The script may have left it.
#[test]
fn a_script_that_changes_its_folder_is_named_by_its_file_or_not_at_all() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let tools = desktop.folder().join("tools");
    fs::create_dir(&tools).unwrap();
    let mfactl = binary("mfactl");
    let mfactl = mfactl.display();
    let shell = format!("cd \"$(dirname \"$0\")\"\n{mfactl} get aws\ntrue\n");
    fs::write(tools.join("job.sh"), shell).unwrap();
    let python = format!("import os; os.chdir('tools'); os.system('{mfactl} get aws')\n");
    fs::write(tools.join("job.py"), python).unwrap();
    let folder = desktop.folder().display();
    let line = format!("cd {folder} && bash tools/job.sh && python3 tools/job.py; true");
    desktop.shell(&line).ok();
    let log = log(&desktop);
    let asker = |from_the_end: usize| log[log.len() - from_the_end]["asker"].as_str().unwrap();
    let script = tools.join("job.sh").display().to_string();
    assert!(asker(2).ends_with(&script), "{}", asker(2));
    assert!(!asker(1).contains("job.py"), "{}", asker(1));
}

#[test]
fn who_types_at_a_terminal_is_a_person() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let who = issued(&desktop, 2, || {
        let typed = ["mfactl get aws", "x=$(mfactl get aws)"];
        desktop.person(&typed).ok();
    });
    // A person is named by the program that they use.
    assert_eq!(who, ["mfactl", "mfactl"]);
}

/// A daemon that is no more than a user does not see the path of what root runs. It knows such a process by its name, but
/// not if another user has started it, and so has chosen that name.
#[test]
fn who_belongs_to_root_alone_is_a_process_of_the_system() {
    // The process becomes root altogether before it runs mfactl.
    const START: &str = "import os, subprocess, sys
subprocess.run(['setpriv', '--bounding-set=-all', *sys.argv[1:]], check=True,
               preexec_fn=lambda: os.setresuid(0, 0, 0))
";
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.end_daemon("-TERM");
    let mut daemon = desktop.command("setpriv");
    daemon.arg("--bounding-set=-all").arg(binary("mfad"));
    let mut daemon = desktop.start_daemon(&mut daemon);
    let get = |user: &str| {
        let mut start = desktop.command("setpriv");
        start.args(["--ruid", user, "/usr/bin/python3", "-c", START]);
        run(start.arg(binary("mfactl")).args(["get", "aws"]), "").ok();
        let log = desktop.mfactl(&["access", "log", "-n", "1", "--json"]).ok();
        let log: serde_json::Value = serde_json::from_str(&log).unwrap();
        log["asker"].as_str().unwrap().to_owned()
    };
    assert_eq!(get("0"), "python3 (system process)");
    assert_eq!(get("65534"), "?");
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
}

#[test]
fn a_rule_for_a_process_of_the_system_is_named_as_it_is_listed() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    let typed = desktop.person(&[
        "mfactl access deny system:cron --account aws",
        "mfactl access rules",
        "mfactl access forget system:cron",
    ]);
    for said in [
        "rule set: deny system:cron, aws",
        "deny    system:cron   aws",
        "removed 1 rule",
    ] {
        assert!(typed.stdout.contains(said), "{said}: {typed}");
    }
}
