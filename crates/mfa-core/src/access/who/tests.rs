//! Who is found behind a request.

use super::*;

mod interpreters;

/// A folder whose path is whole on each system.
fn folder() -> PathBuf {
    let root = if std::path::MAIN_SEPARATOR == '/' {
        "/srv"
    } else {
        r"C:\srv"
    };
    root.into()
}

fn role(path: &str, arguments: &[&str], has_terminal: bool) -> Role {
    let arguments: Vec<_> = arguments.iter().map(|&text| text.to_owned()).collect();
    let start = Start {
        arguments: &arguments,
        folder: Some(&folder()),
        has_terminal,
        is_of_system: !path.starts_with("/home"),
    };
    Role::of(Path::new(path), start)
}

fn program(path: &str, script: Option<&str>) -> Role {
    // Each system has its own way to write a whole path.
    let whole = |script: &str| match script.starts_with('/') {
        true => folder().join(script).components().collect::<PathBuf>(),
        false => script.into(),
    };
    let whole = |script: &str| whole(script).display().to_string();
    Role::End(Who::Program {
        path: path.into(),
        script: script.map(whole),
    })
}

#[test]
fn the_shell_of_a_terminal_is_a_person() {
    let person = Role::End(Who::Person);
    for arguments in [
        &["bash"][..],
        &["-bash"],
        &["bash", "-i"],
        &["bash", "--login"],
        &["bash", "--rcfile", "/home/jane/.rc"],
        &["bash", "-o", "vi"],
    ] {
        assert_eq!(
            role("/usr/bin/bash", arguments, true),
            person,
            "{arguments:?}"
        );
        assert_eq!(
            role("/usr/bin/bash", arguments, false),
            Role::Step,
            "{arguments:?}"
        );
    }
    assert_eq!(role("/usr/bin/fish", &["fish"], true), person);
}

#[test]
fn a_shell_that_runs_a_command_is_a_step() {
    for arguments in [
        &["sh", "-c", "mfactl get aws"][..],
        &["bash", "-lc", "mfactl get aws"],
        &["bash", "-e", "-c", "x"],
        &["bash", "-s"],
        &["fish", "--command", "x"],
        &["fish", "--command=x"],
    ] {
        assert_eq!(
            role("/usr/bin/bash", arguments, true),
            Role::Step,
            "{arguments:?}"
        );
    }
    assert_eq!(
        role("/usr/bin/env", &["env", "A=1", "mfactl"], true),
        Role::Step
    );
    assert_eq!(
        role("/usr/bin/timeout", &["timeout", "5", "mfactl"], false),
        Role::Step
    );
}

#[test]
fn a_script_is_named_with_what_runs_it() {
    for (path, arguments, script) in [
        (
            "/usr/bin/bash",
            &["bash", "deploy.sh", "-c"][..],
            Some("/srv/deploy.sh"),
        ),
        (
            "/usr/bin/bash",
            &["bash", "-e", "--", "deploy.sh"],
            Some("/srv/deploy.sh"),
        ),
        (
            "/usr/bin/python3.11",
            &["python3", "-u", "job.py", "x"],
            Some("/srv/job.py"),
        ),
        (
            "/usr/bin/python3",
            &["python3", "-m", "awscli"],
            Some("-m awscli"),
        ),
        ("/usr/bin/python3", &["python3", "-c", "print()"], None),
        ("/usr/bin/node", &["node", "--eval", "x"], None),
        (
            "/usr/bin/node",
            &["node", "-r", "dotenv", "app.js"],
            Some("/srv/app.js"),
        ),
        ("/usr/bin/ruby", &["ruby", "-"], None),
        (
            "/home/jane/.pyenv/python3.13",
            &["python", "-X", "dev", "/opt/a.py"],
            Some("/opt/a.py"),
        ),
        ("/usr/bin/perl", &["perl"], None),
    ] {
        assert_eq!(
            role(path, arguments, true),
            program(path, script),
            "{path} {arguments:?}"
        );
    }
}

#[test]
fn a_person_recognises_a_script_by_its_own_name() {
    let title = |path, arguments: &[&str]| match role(path, arguments, false) {
        Role::End(who) => who.title(),
        Role::Step => "step".to_owned(),
    };
    let python = "/usr/bin/python3.11";
    assert_eq!(title(python, &["python3", "job.py"]), "job.py (python3.11)");
    assert_eq!(
        title(python, &["python3", "-m", "awscli"]),
        "python3.11 -m awscli"
    );
    assert_eq!(title("/opt/terraform", &["terraform"]), "terraform");
}

#[test]
fn options_that_are_written_together_are_no_scripts() {
    for arguments in [
        &["bash", "-euo", "pipefail", "-c", "mfactl get aws"][..],
        &["bash", "-o", "pipefail", "-ec", "mfactl get aws"],
    ] {
        assert_eq!(role("/usr/bin/bash", arguments, true), Role::Step);
    }
    for (path, arguments) in [
        ("/usr/bin/python3.11", &["python3", "-uc", "print()"][..]),
        ("/usr/bin/perl", &["perl", "-lane", "print"]),
    ] {
        let found = role(path, arguments, true);
        assert_eq!(found, program(path, None), "{arguments:?}");
    }
}

#[test]
fn what_could_be_any_program_is_not_recognised() {
    let long = "x".repeat(2000);
    for (path, arguments) in [
        ("/usr/bin/python3", &["python3", "-c", "print()"][..]),
        ("/usr/bin/python3", &["python3", &long]),
        ("/usr/bin/python3", &["python3", "a\u{200b}.py"]),
        ("/usr/lib/systemd/systemd", &["systemd", "--user"]),
        ("/windows/explorer.exe", &["explorer"]),
        ("/windows/wscript.exe", &["wscript"]),
        ("/home/jane/cmd.exe", &["cmd", "/k"]),
    ] {
        let Role::End(who) = role(path, arguments, false) else {
            panic!("it is a step")
        };
        assert!(!who.is_recognisable(), "{who}");
    }
    assert!(!Who::System("systemd".into()).is_recognisable());
    assert!(Who::System("cron".into()).is_recognisable());
    let gone = Who::Program {
        path: "/usr/bin/terraform (deleted)".into(),
        script: None,
    };
    assert!(!gone.is_recognisable());
    let app = Who::App("flatpak:org.gnome.Maps".into());
    assert!(app.is_recognisable());
    assert_eq!(app.title(), "org.gnome.Maps");
    assert_eq!(app.to_string(), "flatpak:org.gnome.Maps");
}

#[test]
fn any_other_program_is_named() {
    let terraform = "/opt/terraform";
    assert_eq!(
        role(terraform, &["terraform", "apply"], true),
        program(terraform, None)
    );
    assert_eq!(role(terraform, &[], false), program(terraform, None));
}

#[test]
fn programs_of_windows_are_known_without_their_ending() {
    for (path, arguments) in [
        ("/windows/cmd.exe", &["cmd", "/c mfactl get aws"][..]),
        ("/windows/CMD.EXE", &["cmd", "/q"]),
        ("/windows/PowerShell.exe", &["powershell", "-c", "x"]),
        ("/windows/conhost.exe", &["conhost", "cmd"]),
        ("/git/bin/bash.exe", &["bash", "-lc", "x"]),
        ("/git/bin/env.exe", &["env", "mfactl"]),
    ] {
        assert_eq!(role(path, arguments, false), Role::Step, "{arguments:?}");
    }
    for (path, arguments, script) in [
        (
            "/windows/cmd.exe",
            &["cmd", "/c job.bat"][..],
            "/srv/job.bat",
        ),
        ("/opt/python.exe", &["python", "./job.py"], "/srv/job.py"),
        ("/opt/PythonW.exe", &["pythonw", "/opt/a.pyw"], "/opt/a.pyw"),
        (
            "/windows/cscript.exe",
            &["cscript", "//nologo", "job.vbs", "x"],
            "/srv/job.vbs",
        ),
        ("/windows/pwsh.exe", &["pwsh", "job.ps1"], "/srv/job.ps1"),
    ] {
        let found = role(path, arguments, false);
        assert_eq!(found, program(path, Some(script)), "{arguments:?}");
    }
    for arguments in [&["cmd"][..], &["cmd", "/k setup.bat"]] {
        let found = role("/windows/cmd.exe", arguments, true);
        assert_eq!(found, Role::End(Who::Person));
    }
    assert!(reads_whole_line(Path::new("/windows/Cmd.exe")));
    assert!(!reads_whole_line(Path::new("/windows/pwsh.exe")));
    assert!(is_terminal(Path::new("/windows/Explorer.EXE")));
    assert!(!is_terminal(Path::new("/opt/evil.exe")));
}

#[test]
fn what_the_user_can_change_is_no_shell_and_no_wrapper() {
    for name in ["bash", "sh", "env", "sudo"] {
        let path = format!("/home/jane/bin/{name}");
        assert_eq!(role(&path, &[name], true), program(&path, None));
    }
}

#[test]
fn a_program_of_the_system_keeps_its_role_after_an_update() {
    let bash = "/usr/bin/bash (deleted)";
    assert_eq!(role(bash, &["-bash"], true), Role::End(Who::Person));
    assert_eq!(role(bash, &["bash", "-c", "x"], true), Role::Step);
    for name in ["sudo", "make", "env"] {
        let path = format!("/usr/bin/{name} (deleted)");
        assert_eq!(role(&path, &[name, "mfactl"], false), Role::Step);
    }
    for (path, arguments) in [
        (bash, ["bash", "job.sh"]),
        ("/usr/bin/python3.11 (deleted)", ["python3", "job.sh"]),
    ] {
        let found = role(path, &arguments, true);
        assert_eq!(found, program(path, Some("/srv/job.sh")));
        let Role::End(who) = found else { panic!() };
        assert!(!who.is_recognisable(), "{who}");
    }
    let terraform = "/usr/bin/terraform (deleted)";
    assert_eq!(role(terraform, &[], false), program(terraform, None));
}

#[test]
fn a_program_of_the_user_gets_no_role_by_a_name_that_says_that_its_file_is_gone() {
    for name in ["bash", "sudo", "env", "python3"] {
        let path = format!("/home/jane/bin/{name} (deleted)");
        let found = role(&path, &[name, "job.sh"], true);
        assert_eq!(found, program(&path, None));
        let Role::End(who) = found else { panic!() };
        assert!(!who.is_recognisable(), "{who}");
    }
}

#[test]
fn names_of_scripts_cannot_control_a_terminal() {
    let long = "x".repeat(1000);
    for script in ["a\x1b[2Jb", &long] {
        let Role::End(who) = role("/usr/bin/python3", &["python3", script], true) else {
            panic!("it is a step")
        };
        let shown = who.to_string();
        assert!(!shown.contains('\x1b') && shown.len() < 200, "{shown:?}");
    }
}

#[test]
fn a_browser_on_a_site_is_another_asker() {
    let site = |name| Site::parse(name).unwrap();
    let browser = Who::Program {
        path: "/usr/lib/chromium/chromium".into(),
        script: None,
    };
    let on = browser.on_site(&site("signin.aws.amazon.com")).unwrap();
    assert_eq!(on.title(), "chromium on signin.aws.amazon.com");
    assert_eq!(
        on.to_string(),
        "/usr/lib/chromium/chromium https://signin.aws.amazon.com"
    );
    assert!(on.is_recognisable());
    let other = browser.on_site(&site("evil.example")).unwrap();
    assert!(on != other && *on.anywhere() == browser && *other.anywhere() == browser);
    let long = format!(
        "{}.evil.example",
        "signin.aws.amazon.com.".repeat(5) + "www"
    );
    let title = browser.on_site(&site(&long)).unwrap().title();
    assert_eq!(
        title,
        "chromium on …m.signin.aws.amazon.com.www.evil.example"
    );
    // What has a site already, and what cannot be a browser.
    let program = |path: &str, script: Option<&str>| Who::Program {
        path: path.into(),
        script: script.map(str::to_owned),
    };
    for who in [
        on,
        program("/usr/bin/python3.11", None),
        program("/usr/bin/python3.11", Some("/srv/job.py")),
        program("/usr/bin/bash", None),
        program("/usr/lib/systemd/systemd", None),
        // These start the host for any program on the bus that asks them to.
        program("/usr/libexec/xdg-native-messaging-proxy", None),
        program("/usr/libexec/xdg-desktop-portal", None),
        Who::Person,
        Who::Tray,
        Who::App("flatpak:org.mozilla.firefox".into()),
        Who::System("cron".into()),
        Who::Unknown,
    ] {
        assert_eq!(who.on_site(&site("evil.example")), None, "{who}");
    }
    assert!(!is_site("https://") && !is_site("/srv/https://a.b") && !is_site("https://a.b/c"));
}
