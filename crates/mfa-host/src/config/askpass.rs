//! The user's settings for mfa-askpass: which prompts it answers with which codes, and who answers all others.
//!
//! The template in the parent module says what each setting does. Whether a prompt fits a rule is decided by mfa-askpass.

use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::daemon::whole_path;
use super::{Error, load};

/// The longest text in a rule, in bytes.
const MAX_TEXT: usize = 500;
/// The largest number of rules.
const MAX_RULES: usize = 1000;
const TEXT: &str = "this must be a text in quotes, not empty, of at most 500 bytes";
const PROMPT: &str = "prompt must be a text of the prompt, and not only *";
const PASSWORD_FIRST: &str = "password-first must be true or false, without quotes";
const RULES: &str = "there must be at most 1000 tables [[askpass]]";

/// The file. Everything else in it belongs to others, who know more names.
#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    #[serde(rename = "askpass-next", deserialize_with = "next")]
    next: Option<PathBuf>,
    #[serde(rename = "askpass", deserialize_with = "rules")]
    rules: Vec<Rule>,
}

/// The user's settings for mfa-askpass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Askpass {
    /// The absolute path of the program that answers all other prompts.
    pub next: Option<PathBuf>,
    /// The rules. The first one that fits counts.
    pub rules: Vec<Rule>,
}

/// A rule: a prompt that is answered with a code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a table: [[askpass]]")]
pub struct Rule {
    /// The text of the prompt, with `*` for any text.
    #[serde(deserialize_with = "prompt")]
    pub prompt: String,
    /// The host that the prompt has to name, with `*` for any text. Without it, the prompt must not name any.
    #[serde(default, deserialize_with = "some_text")]
    pub host: Option<String>,
    /// The account: a query that matches exactly one.
    #[serde(deserialize_with = "text")]
    pub account: String,
    /// Whether the answer is a password followed by the code. The password comes from the next program.
    #[serde(default, deserialize_with = "password_first")]
    pub password_first: bool,
}

impl Askpass {
    /// Reads the settings. If the file does not exist, they are empty.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        load::<File>(path).map(Self::from)
    }
}

impl From<File> for Askpass {
    fn from(file: File) -> Self {
        let File { next, rules } = file;
        Self { next, rules }
    }
}

fn next<'de, D: Deserializer<'de>>(given: D) -> Result<Option<PathBuf>, D::Error> {
    whole_path(given, "askpass-next")
}

fn rules<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<Rule>, D::Error> {
    let rules = Vec::deserialize(given)?;
    match rules.len() {
        0..=MAX_RULES => Ok(rules),
        _ => Err(D::Error::custom(RULES)),
    }
}

fn text<'de, D: Deserializer<'de>>(given: D) -> Result<String, D::Error> {
    let text = String::deserialize(given).unwrap_or_default();
    match text.trim().len() {
        1..=MAX_TEXT => Ok(text),
        _ => Err(D::Error::custom(TEXT)),
    }
}

/// Reads the pattern of a prompt. One that fits every prompt would give codes to whoever asks for anything.
fn prompt<'de, D: Deserializer<'de>>(given: D) -> Result<String, D::Error> {
    let pattern = text(given)?;
    match pattern.trim().trim_matches('*').is_empty() {
        true => Err(D::Error::custom(PROMPT)),
        false => Ok(pattern),
    }
}

fn some_text<'de, D: Deserializer<'de>>(given: D) -> Result<Option<String>, D::Error> {
    text(given).map(Some)
}

fn password_first<'de, D: Deserializer<'de>>(given: D) -> Result<bool, D::Error> {
    bool::deserialize(given).map_err(|_| D::Error::custom(PASSWORD_FIRST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Daemon;

    fn parse(text: &str) -> Result<Askpass, String> {
        let file = crate::config::parse::<File>(Path::new("config.toml"), text);
        file.map(Askpass::from).map_err(|error| error.to_string())
    }

    const RULE: &str = "[[askpass]]\nprompt = \"Code:*\"\naccount = \"a\"\n";

    #[test]
    fn everything_can_be_set_beside_the_settings_of_the_others() {
        let next = std::env::temp_dir().join("ssh-askpass");
        let text = format!(
            "lock-after = 900\naskpass-next = {next:?}\n[tray]\ncodes = \"hidden\"\n{RULE}host = \"h\"\n\
             password-first = true\n{RULE}"
        );
        let rule = Rule {
            prompt: "Code:*".into(),
            host: None,
            account: "a".into(),
            password_first: false,
        };
        let first = Rule {
            host: Some("h".into()),
            password_first: true,
            ..rule.clone()
        };
        let expected = Askpass {
            next: Some(next),
            rules: vec![first, rule],
        };
        assert_eq!(parse(&text), Ok(expected));
        assert_eq!(parse(""), Ok(Askpass::default()));
        assert!(crate::config::parse::<Daemon>(Path::new("config.toml"), &text).is_ok());
    }

    #[test]
    fn a_new_file_explains_a_rule() {
        let explained = crate::config::TEMPLATE.lines().map(|line| {
            let line = line.strip_prefix("# ").unwrap_or(line);
            let is_ours = [
                "[[askpass]]",
                "prompt =",
                "host =",
                "account =",
                "password-first =",
            ];
            let is_ours = is_ours.iter().any(|start| line.starts_with(start));
            if is_ours {
                format!("{line}\n")
            } else {
                String::new()
            }
        });
        let rule = parse(&explained.collect::<String>()).unwrap().rules;
        assert_eq!(rule.len(), 1);
        assert!(rule[0].host.is_some() && !rule[0].password_first);
    }

    #[test]
    fn a_mistake_names_its_line_and_not_its_value() {
        let text_is = format!("config.toml, line 2: {TEXT}");
        let prompt_is = format!("config.toml, line 2: {PROMPT}");
        for (text, said) in [
            (
                format!("{RULE}password-first = 1\n"),
                format!("config.toml, line 4: {PASSWORD_FIRST}"),
            ),
            (RULE.replace("Code:*", " "), text_is.clone()),
            (RULE.replace("Code:*", " ** "), prompt_is),
            (RULE.replace("Code:*", &"x".repeat(MAX_TEXT + 1)), text_is),
            (
                RULE.repeat(MAX_RULES + 1),
                format!("config.toml, line 1: {RULES}"),
            ),
        ] {
            assert_eq!(parse(&text).unwrap_err(), said);
        }
        let unknown = parse(&format!("{RULE}hots = \"secret\"\n")).unwrap_err();
        assert!(
            unknown.contains("unknown setting hots: did you mean host?"),
            "{unknown}"
        );
        let relative = parse("askpass-next = \"secret\"").unwrap_err();
        assert!(
            relative.contains("askpass-next must be the absolute path"),
            "{relative}"
        );
        assert!(
            parse("[[askpass]]\nprompt = \"a\"")
                .unwrap_err()
                .contains("account")
        );
        assert!(!format!("{unknown}{relative}").contains("secret"));
    }
}
