//! `mfactl watch` and `mfactl pick` in a real terminal: tmux, with a person at its shell.

use std::fs;
use std::io::{self, Write};
use std::process::Command;

use tests::{Desktop, LINK, SECRET, Tray, binary, eventually, now, oathtool, run};

use crate::copying::{ROW, x11};

/// A shell in a terminal.
pub(super) struct Shell<'d> {
    desktop: &'d Desktop,
}

impl<'d> Shell<'d> {
    fn start(desktop: &'d Desktop, columns: u32, rows: u32) -> Self {
        // The prompt is not what was typed.
        let prompt = "printf -v PS1 %s re 'ady> '";
        Self::of("bash --noprofile --norc -i", prompt, desktop, columns, rows)
    }

    /// Starts another shell, with the command that sets its prompt.
    pub(super) fn of(
        program: &str,
        prompt: &str,
        desktop: &'d Desktop,
        columns: u32,
        rows: u32,
    ) -> Self {
        let shell = Self { desktop };
        let size = [&columns.to_string(), "-y", &rows.to_string()].map(str::to_owned);
        let mut start = shell.tmux();
        start
            .args(["-f", "/dev/null", "new-session", "-d", "-x"])
            .args(size);
        run(start.arg(program), "").ok();
        let folder = binary("mfactl");
        let folder = folder.parent().unwrap().display();
        shell.line(&format!("{prompt}; export PATH=\"{folder}:$PATH\"; clear"));
        shell.wait_for_prompt();
        shell
    }

    fn tmux(&self) -> Command {
        let mut tmux = self.desktop.command("tmux");
        tmux.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
        tmux.arg("-S").arg(self.desktop.folder().join("tmux"));
        tmux
    }

    /// Types a line.
    pub(super) fn line(&self, text: &str) {
        self.text(text);
        self.key("Enter");
    }

    pub(super) fn text(&self, text: &str) {
        run(self.tmux().args(["send-keys", "-l", text]), "").ok();
    }

    pub(super) fn key(&self, key: &str) {
        run(self.tmux().args(["send-keys", key]), "").ok();
    }

    fn screen(&self) -> String {
        run(self.tmux().args(["capture-pane", "-p"]), "").ok()
    }

    fn wait_for(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text))
    }

    pub(super) fn wait_for_prompt(&self) {
        self.wait("the shell has the terminal", |screen| {
            screen.trim_end().ends_with("ready>")
        });
    }

    pub(super) fn wait(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let mut screen = String::new();
        eventually(what, || {
            screen = self.screen();
            holds(&screen)
        });
        screen
    }

    /// Fails if the terminal is not as a shell leaves it to a program.
    fn is_restored(&self) {
        // What is typed before that belongs to the program.
        self.wait_for_prompt();
        self.line("clear; stty -a; echo end");
        let shown = self.wait("the shell answers", |screen| screen.contains("\nend"));
        for mode in ["isig", "icanon", "echo", "opost"] {
            let is_on = shown.split_whitespace().any(|word| word == mode);
            assert!(is_on, "{mode}: {shown}");
        }
        let ask = ["display-message", "-p", "#{alternate_on} #{cursor_flag}"];
        let state = run(self.tmux().args(ask), "").ok();
        assert_eq!(state.trim(), "0 1", "the screen or the cursor");
    }

    /// Returns the id of the process that shows the screen.
    fn watching(&self) -> String {
        let mut pid = String::new();
        eventually("mfa-watch runs", || {
            let tty = run(
                self.tmux().args(["display-message", "-p", "#{pane_tty}"]),
                "",
            )
            .ok();
            let tty = tty.trim().trim_start_matches("/dev/").to_owned();
            pid = self
                .desktop
                .shell(&format!("pgrep -t {tty} -x mfa-watch"))
                .stdout;
            !pid.trim().is_empty()
        });
        pid.trim().to_owned()
    }
}

impl Drop for Shell<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // What the person saw last.
            let shown = self.tmux().args(["capture-pane", "-p"]).output();
            drop(shown.map(|shown| io::stderr().write_all(&shown.stdout)));
        }
        drop(self.tmux().arg("kill-server").status());
    }
}

/// The code of the account `aws` or `github`, now or a moment ago.
fn is_code_of_now(text: &str, digits: usize) -> bool {
    let codes = [now(), now() - 30].map(|time| oathtool(SECRET, 30, time));
    codes
        .iter()
        .any(|code| text.contains(code.trim()) && code.trim().len() == digits)
}

#[test]
fn a_list_shows_searches_and_copies() {
    let desktop = Desktop::start(&["--display", "x11", "--no-tray", "--notify", "none"]);
    desktop.add("aws", LINK);
    let link = |number: u32| {
        let secret = format!(
            "JBSWY3DPEHPK3P{}",
            ["A", "B", "C", "D"][number as usize % 4]
        );
        format!("otpauth://totp/Issuer:user-{number}?secret={secret}{number}\n")
    };
    // Base32 has the digits 2 to 7.
    let numbers = (22..78).filter(|number| (2..8).contains(&(number % 10)));
    let links = desktop.folder().join("links");
    fs::write(&links, numbers.map(link).collect::<String>()).unwrap();
    let links = links.to_str().unwrap();
    desktop.mfactl(&["import", "--yes", links]).ok();
    let shell = Shell::start(&desktop, 40, 24);
    shell.line("mfactl watch");
    let shown = shell.wait("a code is shown", |screen| screen.contains('█'));
    assert!(shown.contains("37 accounts"), "{shown}");
    shell.text("aws");
    let shown = shell.wait("aws is chosen", |screen| {
        screen.contains("1 of 37") && screen.contains("> aws") && screen.contains(" second")
    });
    assert!(is_code_of_now(&shown.replace(' ', ""), 6), "{shown}");
    shell.key("Enter");
    shell.wait_for("Copied.");
    assert!(is_code_of_now(&desktop.clipboard(), 6));
    // A lock takes everything away, and an unlock brings it back.
    desktop.mfactl(&["lock"]).ok();
    let locked = shell.wait_for("The accounts are locked.");
    assert!(
        !locked.contains('█') && !locked.contains("aws  "),
        "{locked}"
    );
    desktop.mfactl(&["unlock"]).ok();
    shell.wait("the code is back", |screen| screen.contains('█'));
    desktop.end_daemon("-KILL");
    shell.wait("another daemon is there", |screen| {
        screen.contains("> aws") && screen.contains('█')
    });
    shell.key("Escape");
    shell.wait_for("37 accounts");
    shell.key("q");
    shell.is_restored();
}

#[test]
fn the_terminal_is_given_back_whatever_happens() {
    let desktop = Desktop::with_two_accounts();
    let shell = Shell::start(&desktop, 60, 20);
    let wait_for_code = || shell.wait("a code is shown", |screen| screen.contains('█'));
    for signal in ["TERM", "HUP", "INT", "QUIT"] {
        shell.line("clear; mfactl watch; echo \"status $?\"");
        wait_for_code();
        let pid = shell.watching();
        desktop.shell(&format!("kill -{signal} {pid}")).ok();
        let shown = shell.wait_for("status 1");
        assert!(!shown.contains('█'), "{shown}");
        shell.is_restored();
    }
    shell.line("clear; mfactl watch");
    wait_for_code();
    shell.key("C-z");
    let shown = shell.wait_for("Stopped");
    assert!(!shown.contains('█'), "{shown}");
    shell.is_restored();
    shell.line("fg");
    wait_for_code();
    shell.key("C-c");
    shell.wait_for_prompt();
    shell.is_restored();
}

#[test]
fn an_account_is_picked_and_its_code_printed() {
    let desktop = Desktop::with_two_accounts();
    let shell = Shell::start(&desktop, 60, 12);
    // What it prints goes into a variable, so the list is on standard error.
    shell.line("code=$(mfactl pick --print); echo \"status $? ${#code}\"");
    let shown = shell.wait_for("2 accounts");
    assert!(shown.contains("> aws") && !shown.contains('█'), "{shown}");
    shell.text("octo");
    shell.wait_for("> github");
    shell.key("Enter");
    shell.wait_for("status 0 8");
    shell.line("clear; mfactl pick; echo \"status $?\"");
    shell.wait_for("2 accounts");
    shell.key("Escape");
    shell.wait_for("status 130");
    // The same where the account was not named, or not clearly.
    shell.line("clear; mfactl get; echo \"status $?\"");
    shell.wait_for("2 accounts");
    shell.key("Enter");
    let shown = shell.wait_for("status 0");
    assert!(is_code_of_now(&shown, 6), "{shown}");
    desktop.add(
        "github-2",
        &format!("otpauth://totp/GitHub:jane?secret={SECRET}"),
    );
    shell.line("clear; mfactl get git; echo \"status $?\"");
    shell.wait_for("Search: git");
    shell.text("hub-2");
    shell.wait_for("> github-2");
    shell.key("Enter");
    let shown = shell.wait_for("status 0");
    assert!(is_code_of_now(&shown, 6), "{shown}");
    shell.is_restored();
}

/// A screen reader follows lines that stay as they are.
#[test]
fn nothing_moves_or_has_a_colour_if_that_is_asked_for() {
    let desktop = Desktop::with_two_accounts();
    let plain = |arguments: &str, typed: &str| {
        let line = format!("{} --plain {arguments}", binary("mfactl").display());
        run(&mut desktop.on_a_terminal(&line), typed)
    };
    let list = plain("list", "").ok();
    assert!(
        list.lines().count() == 2 && list.lines().all(|line| line.split('\t').count() == 4),
        "{list}"
    );
    for arguments in ["list", "doctor", "show aws", "pair --now aws"] {
        let said = plain(arguments, "").stdout;
        assert!(!said.is_empty() && !said.contains('\x1b'), "{said}");
    }
    let picked = plain("pick --print", "2\n").ok();
    assert!(picked.contains("1. aws (root@1234)"), "{picked}");
    assert!(picked.contains("2. github (octocat)"), "{picked}");
    assert!(!picked.contains('\x1b'), "{picked}");
    let is_code = |word: &str| word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit());
    assert!(picked.split_whitespace().any(is_code), "{picked}");
    let wrong = plain("pick --print", "3\n");
    assert!(
        wrong.status == 2 && wrong.stdout.contains("Type a number from 1 to 2."),
        "{wrong}"
    );
    assert_eq!(plain("pick --print", "\n").status, 130);
    let found = plain("pick --print hub", "1\n").ok();
    assert!(
        found.contains("1. github") && !found.contains("aws"),
        "{found}"
    );
}

#[test]
fn scripts_get_the_same_errors_as_before() {
    let desktop = Desktop::with_two_accounts();
    desktop.add(
        "github-2",
        &format!("otpauth://totp/GitHub:jane?secret={SECRET}"),
    );
    let none = desktop.mfactl(&["get"]).fails(2);
    assert!(
        none.contains("required arguments were not provided:\n  <QUERY>"),
        "{none}"
    );
    let several = desktop.mfactl(&["get", "git"]).fails(4);
    assert!(
        several.contains("“git” matches several accounts"),
        "{several}"
    );
    let menu = desktop.mfactl(&["pick"]).fails(1);
    assert!(
        menu.contains("there is no terminal, and no desktop"),
        "{menu}"
    );
}

/// tmux is a terminal that copies for programs, and shows what it has copied.
#[test]
fn without_a_desktop_the_terminal_copies() {
    let desktop = x11();
    desktop.add("aws", LINK);
    let tray = Tray::start(&desktop, ROW);
    let shell = Shell::start(&desktop, 150, 24);
    run(shell.tmux().args(["set", "-s", "set-clipboard", "on"]), "").ok();
    let without = "env -u DISPLAY -u WAYLAND_DISPLAY";
    let get = "mfactl get --copy aws";
    for line in [
        // Who is connected by SSH does not see the screen of the tray.
        format!("{without} SSH_TTY=/dev/pts/9 {get}"),
        format!("{without} {get} --next >/dev/null"),
    ] {
        run(shell.tmux().args(["set-buffer", "nothing"]), "").ok();
        shell.line("clear");
        shell.wait_for_prompt();
        let begun = now();
        shell.line(&line);
        let shown = shell.wait_for("told the terminal to copy; valid for");
        let copied = run(shell.tmux().arg("show-buffer"), "").ok();
        let mut times = (begun..=now() + 30).step_by(10).chain([now() + 30]);
        assert!(
            times.any(|time| oathtool(SECRET, 30, time) == copied),
            "{copied}"
        );
        assert!(!shown.contains(&copied), "{shown}");
        assert_eq!(desktop.clipboard(), "");
    }
    shell.line(&format!("clear; {without} TERM=dumb {get} --next"));
    shell.wait_for("no desktop is running here");
    shell.line(&format!("clear; {without} {get}"));
    shell.wait_for("copied by the tray");
    assert!(tray.end().success());
}
