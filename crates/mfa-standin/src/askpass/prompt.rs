//! What a prompt says: the host that the calling program names in it, and the text.
//!
//! ssh and git put the host where the server cannot: ssh before the text of the server (since OpenSSH 8.5), and
//! git around it. So only these forms count. A host anywhere else may be the word of a server that wants the code of
//! another one.

/// The words of ssh after the user and the host, if the server asks for a password in the plain way.
const PASSWORD_OF: &str = "'s password:";
/// The words of git before the URL.
const OF_GIT: [&str; 2] = ["Password for '", "Username for '"];

/// A prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prompt<'t> {
    /// The host that it names, if it names one.
    pub(super) host: Option<&'t str>,
    /// The text for the rules: without the user and the host that ssh puts before it.
    pub(super) text: &'t str,
}

impl<'t> Prompt<'t> {
    /// Reads a prompt.
    pub(super) fn read(prompt: &'t str) -> Self {
        let prompt = prompt.trim();
        if let Some((names, text)) = prompt
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(") "))
            && let Some(host) = after_user(names)
        {
            let host = Some(host);
            return Self { host, text };
        }
        let host = prompt.strip_suffix(PASSWORD_OF).and_then(after_user);
        let host = host.or_else(|| of_git(prompt));
        Self { host, text: prompt }
    }
}

/// Returns the host of `jane@example.com`. The user may contain an `@`, the host may not.
fn after_user(names: &str) -> Option<&str> {
    let (user, host) = names.rsplit_once('@')?;
    (!user.is_empty() && is_host(host)).then_some(host)
}

/// Returns the host of `Password for 'https://jane@example.com:8443/x': `.
fn of_git(prompt: &str) -> Option<&str> {
    let quoted = OF_GIT.iter().find_map(|words| prompt.strip_prefix(words))?;
    let (_, rest) = quoted.strip_suffix("':")?.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => host.split_once(':').map_or(host, |(host, _)| host),
    };
    is_host(host).then_some(host)
}

/// Returns whether a text can be the name or the address of a host.
fn is_host(text: &str) -> bool {
    let is_of_host = |c: char| c.is_alphanumeric() || ".-_:%".contains(c);
    !text.is_empty() && text.chars().all(is_of_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(prompt: &str) -> Option<&str> {
        Prompt::read(prompt).host
    }

    #[test]
    fn the_host_is_the_one_that_the_program_names() {
        for (prompt, expected) in [
            ("(jane@example.com) Code: ", "example.com"),
            ("(a@b@example.com) Code: ", "example.com"),
            ("(root@::1) Code: ", "::1"),
            ("(jane@one) (jane@two) Code: ", "one"),
            ("jane@example.com's password: ", "example.com"),
            ("Password for 'https://jane@example.com': ", "example.com"),
            (
                "Password for 'https://example.com:8443/a/b': ",
                "example.com",
            ),
            ("Username for 'http://[::1]:80': ", "::1"),
            ("Password for 'https://good.example@evil': ", "evil"),
            ("Password for 'https://evil/@good.example': ", "evil"),
        ] {
            assert_eq!(host(prompt), Some(expected), "{prompt}");
        }
    }

    #[test]
    fn a_host_anywhere_else_does_not_count() {
        for prompt in [
            "Code for jane@example.com: ",
            "[sudo] password for jane: ",
            "() Code: ",
            "(Code) jane@example.com: ",
            "(@example.com) Code: ",
            "(jane@a b) Code: ",
            "The password for 'https://example.com': ",
            "Enter passphrase for key '/home/jane/.ssh/id@example.com': ",
            "",
        ] {
            assert_eq!(host(prompt), None, "{prompt}");
        }
    }

    #[test]
    fn the_text_is_what_the_server_says() {
        let text = |prompt| Prompt::read(prompt).text;
        assert_eq!(text("(jane@example.com) Code: "), "Code:");
        assert_eq!(text("(jane@one) (jane@two) Code: "), "(jane@two) Code:");
        assert_eq!(text("jane@one's password: "), "jane@one's password:");
        assert_eq!(text("(Code) "), "(Code)");
    }
}
