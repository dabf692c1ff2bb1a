//! The programs that ask the user, of which each desktop has its own.

/// Those that ask for a passphrase. The first name is what the user or the distribution has chosen; it may
/// be one for terminals, which says that there is none.
pub(crate) const PINENTRIES: &[&str] = &[
    "pinentry",
    "pinentry-gnome3",
    "pinentry-qt",
    "pinentry-gtk-2",
    "pinentry-gtk",
    "pinentry-fltk",
];
/// Whether a name can be asked for.
pub(crate) const ASKS_FOR_NAMES: bool = true;

/// Those that ask for a text, in the order in which they are tried, and what they are given to ask it.
pub(crate) fn name_prompts(text: &str) -> Vec<(&'static str, Vec<String>)> {
    let zenity = || {
        let text = format!("--text={text}");
        vec!["--entry".into(), "--title=mfactl".into(), text]
    };
    let kdialog = ["--title", "mfactl", "--inputbox", text, ""];
    let kdialog = ("kdialog", kdialog.map(ToOwned::to_owned).to_vec());
    let mut prompts = vec![("zenity", zenity()), ("qarma", zenity()), ("yad", zenity())];
    let is_kde = super::desktop()
        .split(':')
        .any(|name| name.eq_ignore_ascii_case("kde"));
    let at = if is_kde { 0 } else { 1 };
    prompts.insert(at, kdialog);
    prompts
}
