//! Programs that run a script, and how they are told which one.
//!
//! The loader of Linux is one of them: the kernel names it, and not the program that it was told to load.

use std::path::Path;

use super::name::{shown, stem, whole, without_version};
use super::{WRAPPERS, is_interpreter, serves_anybody};

/// A program that runs a script.
pub(super) struct Interpreter {
    /// Its names. A version may follow: `python3.11`.
    names: &'static [&'static str],
    /// Options whose value is the text of the script. Such a script has no file.
    inline: &'static [&'static str],
    /// Options whose value is the next argument.
    valued: &'static [&'static str],
    /// Options whose value is the script.
    files: &'static [&'static str],
    /// Commands that come before the script.
    commands: &'static [&'static str],
    /// Whether a word names a file, and not a command or a class.
    is_file: fn(&str) -> bool,
    /// Whether `-m` runs a module.
    has_modules: bool,
    /// The beginning of options.
    option: char,
}

/// What is so for most of them.
const USUAL: Interpreter = Interpreter {
    names: &[],
    inline: &[],
    valued: &[],
    files: &[],
    commands: &[],
    is_file: |_| true,
    has_modules: false,
    option: '-',
};

const INTERPRETERS: [Interpreter; 11] = [
    Interpreter {
        names: &["node", "nodejs"],
        inline: &["-e", "-p", "-pe", "--eval", "--print"],
        valued: &[
            "-C",
            "-r",
            "--conditions",
            "--diagnostic-dir",
            "--disable-warning",
            "--env-file",
            "--env-file-if-exists",
            "--experimental-loader",
            "--icu-data-dir",
            "--import",
            "--input-type",
            "--loader",
            "--openssl-config",
            "--redirect-warnings",
            "--require",
            "--title",
            "--unhandled-rejections",
            "--watch-path",
        ],
        ..USUAL
    },
    Interpreter {
        names: &["bun"],
        inline: &["-e", "-p", "--eval", "--print"],
        valued: &[
            "-c",
            "-d",
            "-l",
            "-r",
            "--config",
            "--cwd",
            "--define",
            "--env-file",
            "--import",
            "--loader",
            "--port",
            "--preload",
            "--require",
            "--tsconfig-override",
        ],
        commands: &["run"],
        is_file: is_named_as_file,
        ..USUAL
    },
    Interpreter {
        names: &["deno"],
        valued: &[
            "-c",
            "-L",
            "--cert",
            "--config",
            "--ext",
            "--import-map",
            "--location",
            "--log-level",
            "--port",
            "--preload",
            "--seed",
        ],
        commands: &["run", "serve"],
        is_file: is_named_as_file,
        ..USUAL
    },
    Interpreter {
        names: &["perl"],
        inline: &["-e", "-E", "-ne", "-pe"],
        valued: &["-I"],
        ..USUAL
    },
    Interpreter {
        names: &["php", "php-cgi"],
        inline: &["-B", "-E", "-R", "-S", "-a", "-r", "--run", "--server"],
        valued: &["-c", "-d", "-t", "-z", "--define", "--docroot", "--php-ini"],
        files: &["-F", "-f", "--file", "--process-file"],
        ..USUAL
    },
    Interpreter {
        // `py` chooses a version, and `w` means without a console. Both are on Windows.
        names: &["python", "pythonw", "py", "pyw"],
        inline: &["-c"],
        valued: &["-W", "-X"],
        has_modules: true,
        ..USUAL
    },
    Interpreter {
        names: &["ruby", "rubyw"],
        inline: &["-e"],
        valued: &["-C", "-I", "-r"],
        ..USUAL
    },
    Interpreter {
        names: &["lua", "luajit"],
        // `-b` makes a file of a script.
        inline: &["-b", "-e"],
        valued: &["-j", "-l"],
        ..USUAL
    },
    Interpreter {
        names: &["java", "javaw"],
        valued: &[
            "-classpath",
            "-cp",
            "-p",
            "--add-exports",
            "--add-modules",
            "--add-opens",
            "--add-reads",
            "--class-path",
            "--enable-native-access",
            "--limit-modules",
            "--module-path",
            "--patch-module",
            "--source",
            "--upgrade-module-path",
        ],
        files: &["-jar"],
        // Any other word is a class, which may be in any file.
        is_file: |word| word.ends_with(".java"),
        ..USUAL
    },
    Interpreter {
        names: &["gjs", "gjs-console"],
        inline: &["-c", "--command"],
        valued: &[
            "-C",
            "-I",
            "--coverage-output",
            "--coverage-prefix",
            "--include-path",
        ],
        ..USUAL
    },
    Interpreter {
        names: &["cscript", "wscript"],
        option: '/',
        ..USUAL
    },
];

/// The loader of Linux, which has many names. It can add the code of others to a program.
const LOADER: Interpreter = Interpreter {
    inline: &["--audit", "--library-path", "--preload"],
    valued: &[
        "--argv0",
        "--glibc-hwcaps-mask",
        "--glibc-hwcaps-prepend",
        "--inhibit-rpath",
    ],
    is_file: is_loaded,
    ..USUAL
};

/// Returns whether a word is no command: the name of a script has an end. A link to one does not tell what it runs.
fn is_named_as_file(word: &str) -> bool {
    word.contains('.') && !word.contains("://")
}

/// Returns whether a word names a program for the loader, and whether its name tells what it does.
fn is_loaded(word: &str) -> bool {
    let path = Path::new(word);
    let name = stem(path);
    // A program without a folder is searched for.
    word.contains('/')
        && !is_interpreter(path)
        && !serves_anybody(&name)
        && !WRAPPERS.contains(&&*name)
}

/// Returns whether this is the name of a loader: `ld-linux-x86-64.so.2`, `ld-musl-x86_64.so.1`, `ld-2.36.so`, `ld64.so.2`.
fn is_loader(name: &str) -> bool {
    let (start, end) = name.split_once(".so").unwrap_or((name, "x"));
    let version = end.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    (start == "ld" || start == "ld64" || start.starts_with("ld-")) && version.is_empty()
}

impl Interpreter {
    /// Returns the interpreter with a name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        if is_loader(name) {
            return Some(&LOADER);
        }
        let name = without_version(name);
        INTERPRETERS.iter().find(|one| one.names.contains(&name))
    }

    /// Returns whether the value of an option is the text of the script. Short options can be written together, `-uc`, and a
    /// long one with its value, `--eval=x()`.
    fn is_inline(&self, argument: &str) -> bool {
        let letters = argument.strip_prefix('-').unwrap_or_default();
        let short = self
            .inline
            .iter()
            .filter_map(|option| option.strip_prefix('-'));
        let mut short = short.filter(|letter| letter.len() == 1);
        let (long, _) = argument.split_once('=').unwrap_or((argument, ""));
        self.inline.contains(&argument)
            || long.starts_with("--") && self.inline.contains(&long)
            || !letters.starts_with('-') && short.any(|letter| letters.contains(letter))
    }

    /// Returns the script or the module that the interpreter runs, or `None` if the script has no file.
    pub(super) fn script(&self, arguments: &[String], folder: Option<&Path>) -> Option<String> {
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            match argument {
                option if self.option != '-' && option.starts_with(self.option) => {}
                "-" => return None,
                "-m" if self.has_modules => {
                    return arguments
                        .next()
                        .and_then(|module| shown(&format!("-m {module}")));
                }
                "--" => return self.file(arguments.next()?, folder),
                _ if self.files.contains(&argument) => return whole(arguments.next()?, folder),
                _ if self.is_inline(argument) => return None,
                _ if self.valued.contains(&argument) => drop(arguments.next()),
                // The rest could be the script.
                option if self.files.iter().any(|file| option.starts_with(file)) => return None,
                option if option.starts_with('-') => {}
                command if self.commands.contains(&command) => {}
                script => return self.file(script, folder),
            }
        }
        None
    }

    /// Returns the path of a script, if the word names one.
    fn file(&self, word: &str, folder: Option<&Path>) -> Option<String> {
        (self.is_file)(word).then(|| whole(word, folder))?
    }
}
