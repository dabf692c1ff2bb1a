//! The programs that ask the user. Each desktop has its own.

/// The programs that ask for a passphrase. The first name is the choice of the user or the distribution. It
/// may be a program for terminals, which then reports that there is no terminal.
pub(crate) const PINENTRIES: &[&str] = &[
    "pinentry",
    "pinentry-gnome3",
    "pinentry-qt",
    "pinentry-gtk-2",
    "pinentry-gtk",
    "pinentry-fltk",
];
/// Whether the desktop can ask for a name.
pub(crate) const ASKS_FOR_NAMES: bool = true;

/// A program that asks, with its arguments.
type Prompt = (&'static str, Vec<String>);

/// Returns the programs that ask for a text, in the order in which they are tried, with their arguments.
pub(crate) fn name_prompts(text: &str) -> Vec<Prompt> {
    let zenity = || {
        let text = format!("--text={text}");
        vec!["--entry".into(), "--title=mfactl".into(), text]
    };
    let kdialog = ["--title", "mfactl", "--inputbox", text, ""];
    let kdialog = ("kdialog", kdialog.map(ToOwned::to_owned).to_vec());
    let zenities = vec![("zenity", zenity()), ("qarma", zenity()), ("yad", zenity())];
    in_order(zenities, kdialog)
}

/// Returns the programs that ask for a yes, in the order in which they are tried, with their arguments. The first line of
/// `text` must not come from others: kdialog looks there for markup.
pub(crate) fn confirm_prompts(text: &str, yes: &str, no: &str) -> Vec<Prompt> {
    let zenity = || {
        let arguments = [
            "--question",
            "--title=mfactl",
            // qarma reads its arguments in order, and yad knows other ones.
            "--no-markup",
            "--default-cancel",
            &format!("--ok-label={yes}"),
            &format!("--cancel-label={no}"),
            &format!("--text={text}"),
        ];
        arguments.map(ToOwned::to_owned).to_vec()
    };
    let kdialog = [
        "--title",
        "mfactl",
        "--yes-label",
        yes,
        "--no-label",
        no,
        // A warning, because its default is the no.
        "--warningyesno",
        // kdialog would read `\\n` as the end of a line.
        &text.replace('\\', r"\\"),
    ];
    let kdialog = ("kdialog", kdialog.map(ToOwned::to_owned).to_vec());
    in_order(vec![("zenity", zenity()), ("qarma", zenity())], kdialog)
}

/// Returns the programs that work like zenity and kdialog, in the order of the desktop.
fn in_order(mut prompts: Vec<Prompt>, kdialog: Prompt) -> Vec<Prompt> {
    let is_kde = super::desktop()
        .split(':')
        .any(|name| name.eq_ignore_ascii_case("kde"));
    let at = if is_kde { 0 } else { 1 };
    prompts.insert(at, kdialog);
    prompts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_what_it_is() {
        let text = "First\nC:\\new <b>--ok-label=x</b>";
        let prompts = confirm_prompts(text, "Allow once", "Cancel");
        let names = prompts.iter().map(|(program, _)| *program);
        assert!(names.clone().any(|name| name == "zenity"));
        assert!(names.clone().any(|name| name == "kdialog"));
        for (program, arguments) in prompts {
            let last = arguments.last().unwrap();
            if program == "kdialog" {
                assert_eq!(last, "First\nC:\\\\new <b>--ok-label=x</b>");
                assert!(arguments.contains(&"Allow once".to_owned()));
                continue;
            }
            assert_eq!(*last, format!("--text={text}"));
            let plain = arguments.iter().position(|part| part == "--no-markup");
            assert!(plain < Some(arguments.len() - 1), "{program}");
            assert!(arguments.contains(&"--default-cancel".to_owned()));
        }
    }
}
