//! What can be set in the configuration, and the manual page that says so.
//!
//! The daemon and the tray read it, each its part; a test compares this table with what they take.

/// Something that can be set.
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What one writes, in TOML.
    pub example: &'static str,
    /// What it does, and what holds without it.
    pub text: &'static str,
}

/// What the daemon reads, when it starts.
pub const DAEMON: &[Setting] = &[
    Setting {
        name: "vault",
        example: "\"/home/jane/vault.kdbx\"",
        text: "Keep accounts in this encrypted file (KDBX 4) instead of the OS keychain. mfactl vault \
               create makes one, and writes this line.",
    },
    Setting {
        name: "passphrase-file",
        example: "\"/home/jane/.pw\"",
        text: "Open the vault with the first line of this file, which only you may be able to read \
               (mode 0600). Without it the passphrase is asked for: mfactl unlock.",
    },
    Setting {
        name: "bus-codes",
        example: "\"deny\"",
        text: "Whether codes are given out on the session bus, where all of your programs can listen: \
               \"deny\" (as without it) or \"allow\".",
    },
    Setting {
        name: "lock-after",
        example: "900",
        text: "Lock the accounts after so many seconds without a request. Without it they stay open as \
               long as the keychain.",
    },
];

/// What the tray reads, whenever its menu opens: the section `[tray]`.
pub const TRAY: &[Setting] = &[
    Setting {
        name: "codes",
        example: "\"hidden\"",
        text: "Whether the menu shows codes: \"hidden\" (as without it) or \"shown\". What is in the menu \
               crosses the session bus.",
    },
    Setting {
        name: "clear-after",
        example: "30",
        text: "Take a code from the clipboard after so many seconds, 30 without it. With 0 it stays \
               there.",
    },
    Setting {
        name: "icon",
        example: "\"colour\"",
        text: "The look of the icon: \"colour\" (as without it), \"light\" for dark panels, \"dark\" for \
               light ones, or \"symbolic\" for panels that colour it themselves.",
    },
];

/// The manual page mfactl.toml(5), as man reads it.
#[must_use]
pub fn page() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut page = format!(".TH mfactl.toml 5 \"\" \"mfactl {version}\"\n");
    page.push_str(
        ".SH NAME\nmfactl.toml \\- the configuration of mfad and mfa\\-tray\n\
         .SH SYNOPSIS\n~/.config/mfactl/config.toml\n\
         .SH DESCRIPTION\nAll of it is optional, and so is the file. It is TOML. Lines that begin with # \
         are comments.\n\
         .PP\nmfad reads its part when it starts: after a change, restart it (systemctl \\-\\-user restart \
         mfad). mfa\\-tray reads the section [tray] whenever its menu opens.\n",
    );
    section(&mut page, "MFAD", DAEMON);
    section(&mut page, "MFA\\-TRAY", TRAY);
    page.push_str(".SH EXAMPLE\n.nf\n");
    for setting in DAEMON {
        page.push_str(&line(setting));
    }
    page.push_str("\n[tray]\n");
    for setting in TRAY {
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

/// A hyphen alone would become a dash; a line that begins with a dot or a quote would be an order.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}
