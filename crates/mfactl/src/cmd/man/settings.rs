//! The settings of the configuration, and the manual page that describes them.
//!
//! The daemon, the tray and mfa-askpass each read their part. A test compares this table with the settings that they accept.

/// A setting of the configuration.
pub(super) struct Setting {
    /// Its name.
    pub(super) name: &'static str,
    /// An example of its value, in TOML.
    pub(super) example: &'static str,
    /// Its effect, and the default.
    pub(super) text: &'static str,
}

/// The settings that the daemon reads when it starts.
pub(super) const DAEMON: &[Setting] = &[
    Setting {
        name: "vault",
        example: "\"/home/jane/vault.kdbx\"",
        text: "Keep accounts in this encrypted file (KDBX 4) instead of the OS keychain. The path must be \
               absolute; ~ is not expanded. mfactl vault create creates the file and, if there is no \
               keychain, adds this line to the configuration.",
    },
    Setting {
        name: "passphrase-file",
        example: "\"/home/jane/.pw\"",
        text: "Open the vault file with the passphrase on the first line of this file. The file \
               must be readable by you alone (mode 0600), and its path must be absolute. Without this setting, \
               mfactl unlock asks for the passphrase.",
    },
    Setting {
        name: "bus-codes",
        example: "\"ask\"",
        text: "Whether codes are handed out on the session bus, where any of your programs can listen: \
               \"ask\" (the default), \"deny\" or \"allow\". With \"allow\", you are not asked unless a rule \
               says so.",
    },
    Setting {
        name: "unattended",
        example: "\"allow\"",
        text: "What happens to a request that needs your permission if nobody can be asked, as in cron \
               or over SSH: \"allow\" (the default) or \"deny\". On the session bus, it is always denied.",
    },
    Setting {
        name: "question-timeout",
        example: "30",
        text: "Treat a question as denied after this many seconds, 5 to 60. The default is 30.",
    },
    Setting {
        name: "codes-per-minute",
        example: "60",
        text: "The number of codes that a program may get per minute. It may get 20 of them at once. The \
               default is 60; with 0, there is no limit.",
    },
    Setting {
        name: "lock-after",
        example: "900",
        text: "Lock the accounts after this many seconds without a request, 1 or more. By default, they \
               stay unlocked as long as the keychain does.",
    },
    Setting {
        name: "lock-with-screen",
        example: "true",
        text: "Whether the accounts are locked while the screen is locked: true (the default) or false. Unlocking \
               the screen unlocks them again; a vault file needs its passphrase again, unless passphrase-file is set. \
               Linux and Windows only.",
    },
    Setting {
        name: "lock-on-suspend",
        example: "true",
        text: "Whether the accounts are locked before the system sleeps: true (the default) or false. After that, \
               the next request unlocks them, unless the screen is locked. Linux and Windows only.",
    },
    Setting {
        name: "lock-with-session",
        example: "true",
        text: "Whether the accounts are locked when the session ends: true (the default) or false. After that, the next \
               request unlocks them. Linux and Windows only.",
    },
    Setting {
        name: "lock-with-keychain",
        example: "true",
        text: "Whether the accounts are locked when the keychain is locked: true (the default) or false. With false, \
               mfad keeps them in its memory, but changes nothing and gives no counter-based code until the keychain \
               is unlocked, for which mfactl unlock raises its prompt. A keychain \
               that has ended, or another one in its place, locks them in any case. Linux only: other keychains are not \
               locked by themselves, and a vault file is closed with the other locks.",
    },
    Setting {
        name: "search-codes",
        example: "false",
        text: "Whether GNOME Shell gets the code of each account that it finds, so that it copies the code itself: true or \
               false (the default). The code is in no row, but it goes over the session bus, where your other programs can \
               read it. It is given only if a rule allows it: mfactl access allow /usr/bin/gnome-shell. Without this \
               setting, the tray copies the code.",
    },
    Setting {
        name: "backup-folder",
        example: "\"/media/jane/stick\"",
        text: "Write an encrypted backup of all accounts to this folder a few seconds after each change. The path must be \
               absolute, and the folder must exist: if it is missing, mfactl status and mfactl doctor say so, and the \
               next change tries again. mfactl backup --automatic sets the passphrase, which is kept in the keychain. \
               Without a passphrase, nothing is written.",
    },
    Setting {
        name: "backup-keep",
        example: "10",
        text: "The number of automatic backups that stay in the folder, 1 to 1000. The default is 10. The last one \
               of each of the last 7 days with a backup stays too. Older ones are removed; other files are left alone.",
    },
    Setting {
        name: "sync-file",
        example: "\"/home/jane/Sync/mfa.kdbx\"",
        text: "Keep the accounts in step with this KDBX file: a few seconds after they have changed, after the file or a \
               conflict copy beside it has changed, and when they are unlocked. The path must be absolute. Run mfactl sync \
               --remember FILE first, which keeps the passphrase in the keychain. If something is wrong, mfactl status \
               and mfactl doctor say so, and the next change tries again. While the accounts are locked, nothing happens.",
    },
];

/// The settings that the tray reads whenever its menu opens: the section `[tray]`.
pub(super) const TRAY: &[Setting] = &[
    Setting {
        name: "codes",
        example: "\"hidden\"",
        text: "Whether the menu shows codes: \"hidden\" (the default) or \"shown\". Everything in the menu \
               crosses the session bus.",
    },
    Setting {
        name: "clear-after",
        example: "30",
        text: "Remove a copied code from the clipboard after this many seconds, 0 to 86400 (one day). The \
               default is 30; with 0, the code stays there.",
    },
    Setting {
        name: "icon",
        example: "\"colour\"",
        text: "The look of the icon: \"colour\" (the default), \"light\" for dark panels, \"dark\" for \
               light panels, or \"symbolic\" for panels that colour it themselves.",
    },
    Setting {
        name: "shortcut",
        example: "\"CTRL+ALT+m\"",
        text: "Keys that open a menu of the accounts, as mfactl pick does without a terminal, and copy the code of the one that \
               you choose. By default, there are none. The portal of the desktop (GlobalShortcuts) listens for them. The \
               desktop may ask you first, and decides which keys they are; this setting is a wish. The keys have their names \
               of the XDG shortcuts specification: CTRL, ALT, SHIFT or LOGO, and then another key. Linux only.",
    },
];

/// The setting that mfa-askpass reads at the top of the file.
pub(super) const NEXT: &[Setting] = &[Setting {
    name: "askpass-next",
    example: "\"/usr/bin/ssh-askpass\"",
    text: "The program that mfa-askpass hands every prompt to that no rule names. It also asks for the password of \
               password-first. The path must be absolute. Without this setting, such a prompt is not answered, and the \
               exit code is 1.",
}];

/// The settings of a rule of mfa-askpass: a table `[[askpass]]`.
pub(super) const ASKPASS: &[Setting] = &[
    Setting {
        name: "prompt",
        example: "\"Verification code:*\"",
        text: "The text of the prompt. * stands for any text. Spaces around it do not count, and neither does what ssh \
               puts before it, such as (jane@server.example.com).",
    },
    Setting {
        name: "host",
        example: "\"server.example.com\"",
        text: "The host that the prompt has to name, as ssh and git do; * stands for any text. Without this setting, \
               a prompt that names a host is not answered: any server could ask for the code.",
    },
    Setting {
        name: "account",
        example: "\"server\"",
        text: "The account: a name, id, serial or issuer:username, or a part of it that matches exactly one account.",
    },
    Setting {
        name: "password-first",
        example: "false",
        text: "Whether the answer is a password followed by the code: true or false (the default). The program in \
               askpass-next asks for the password.",
    },
];

/// Returns the manual page mfactl.toml(5), in the format of man.
pub(super) fn page() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut page = format!(".TH MFACTL.TOML 5 \"\" \"mfactl {version}\" \"File Formats\"\n");
    page.push_str(
        ".SH NAME\nmfactl.toml \\- the configuration of mfad, mfa\\-tray and mfa\\-askpass\n\
         .SH SYNOPSIS\n~/.config/mfactl/config.toml\n\
         .SH DESCRIPTION\nIf XDG_CONFIG_HOME is set, the file is $XDG_CONFIG_HOME/mfactl/config.toml. On Windows, it is \
         %APPDATA%\\emfactl\\econfig.toml.\n\
         .PP\nThe file is in TOML format. The file and all settings in it are optional. Lines that begin \
         with # are comments.\n\
         .PP\nmfad reads its settings when it starts. After a change, restart it: systemctl \\-\\-user \
         restart mfad. mfa\\-tray reads the section [tray] each time its menu opens. mfa\\-askpass \
         reads the tables [[askpass]] and askpass\\-next each time it runs; the first rule that fits counts.\n",
    );
    section(&mut page, "MFAD", DAEMON);
    section(&mut page, "MFA\\-TRAY", TRAY);
    section(&mut page, "MFA\\-ASKPASS", NEXT);
    section(
        &mut page,
        "MFA\\-ASKPASS, IN A TABLE [[ASKPASS]] FOR EACH RULE",
        ASKPASS,
    );
    page.push_str(".SH EXAMPLE\n.nf\n");
    for setting in DAEMON.iter().chain(NEXT) {
        page.push_str(&line(setting));
    }
    page.push_str("\n[tray]\n");
    for setting in TRAY {
        page.push_str(&line(setting));
    }
    page.push_str("\n[[askpass]]\n");
    for setting in ASKPASS {
        page.push_str(&line(setting));
    }
    page.push_str(".fi\n.SH SEE ALSO\nmfad(1), mfa\\-tray(1), mfactl(1)\n");
    page
}

fn section(page: &mut String, title: &str, settings: &[Setting]) {
    page.push_str(&format!(".SH {title}\n"));
    for setting in settings {
        let name = escaped(setting.name);
        page.push_str(&format!(".TP\n\\fB{name}\\fR\n{}\n", escaped(setting.text)));
    }
}

fn line(setting: &Setting) -> String {
    format!("{} = {}\n", escaped(setting.name), escaped(setting.example))
}

/// Escapes a text for man. A plain hyphen would become a dash. A line that begins with a dot or a quote would
/// be a request.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}
