//! The files that the manual pages list.

/// A term and its description.
pub(super) type Term<'a> = (&'a str, &'a str);

/// The files of mfad.
pub(super) const DAEMON_FILES: &[Term<'_>] = &[
    (
        "$XDG_RUNTIME_DIR/mfad/bus",
        "The private socket. Only you can open it. Without XDG_RUNTIME_DIR, it is in /run/user/UID/mfad, \
         or else in /tmp/mfad-UID.",
    ),
    (
        "~/.config/mfactl/config.toml",
        "The configuration; see mfactl.toml(5). If XDG_CONFIG_HOME is set, it is in $XDG_CONFIG_HOME/mfactl.",
    ),
    (
        "~/.local/share/mfactl/vault.kdbx",
        "The vault file, unless the configuration names another one. If XDG_DATA_HOME is set, it is in \
         $XDG_DATA_HOME/mfactl.",
    ),
    (
        "~/.local/state/mfactl/state.json",
        "Records which codes were handed out and whether you locked the accounts. It contains no secrets. \
         If XDG_STATE_HOME is set, it is in $XDG_STATE_HOME/mfactl.",
    ),
    (
        "~/.local/state/mfactl/access.json",
        "The access rules; see mfactl access rules.",
    ),
    (
        "~/.local/state/mfactl/access.log",
        "The access log; see mfactl access log. The older part is in access.log.1. Neither contains codes or secrets.",
    ),
    (
        "~/.local/state/mfactl/mfad.log",
        "The log of a daemon that mfactl or the tray started. If systemd started the daemon, its log is in the \
         journal: journalctl --user -u mfad. If the folder is not writable, the log is next to the socket.",
    ),
];
/// Where they are on Windows.
pub(super) const ON_WINDOWS: &str = "On Windows, the configuration is in %APPDATA%\\mfactl, the other files are in \
                          %LOCALAPPDATA%\\mfactl, and the socket is a named pipe.";
/// The files of the tray.
pub(super) const TRAY_FILES: &[Term<'_>] = &[
    (
        "~/.config/mfactl/config.toml",
        "The configuration; see mfactl.toml(5). If XDG_CONFIG_HOME is set, it is in $XDG_CONFIG_HOME/mfactl.",
    ),
    (
        "~/.local/state/mfactl/tray.json",
        "Records your choices in the menu and which accounts you used last. If XDG_STATE_HOME is set, it \
         is in $XDG_STATE_HOME/mfactl.",
    ),
];
/// Where they are on Windows.
pub(super) const TRAY_ON_WINDOWS: &str = "On Windows, the configuration is in %APPDATA%\\mfactl, and tray.json is in %LOCALAPPDATA%\\mfactl.";
