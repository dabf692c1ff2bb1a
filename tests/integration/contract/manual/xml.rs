//! The members of an interface, as the files in `dist/dbus` describe them. A test beside this one writes these files, so
//! each tag is in a line of its own.

/// A method, a signal or a property.
pub(super) enum Member {
    /// What goes in, and what comes out.
    Method(Vec<Argument>, Vec<Argument>),
    Signal(Vec<Argument>),
    /// Its type.
    Property(String),
}

pub(super) struct Argument {
    pub(super) name: String,
    pub(super) kind: String,
}

impl Member {
    /// The signature, as the table of the interface has it.
    pub(super) fn signature(&self) -> String {
        let list = |all: &[Argument]| {
            let each = all.iter().map(|one| format!("{} {}", one.kind, one.name));
            each.collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Method(taken, returned) => {
                let taken = list(taken);
                match returned.as_slice() {
                    [] => format!("`({taken})`"),
                    [_] => format!("`({taken}) → {}`", list(returned)),
                    _ => format!("`({taken}) → ({})`", list(returned)),
                }
            }
            Self::Signal(all) => format!("signal `({})`", list(all)),
            Self::Property(kind) => format!("property `{kind}`"),
        }
    }
}

/// Returns the members of an interface with their names, methods first.
pub(super) fn members(text: &str) -> Vec<(String, Member)> {
    let mut members = Vec::new();
    for line in text.lines().map(str::trim) {
        let named = || attribute(line, "name").unwrap_or_else(|| panic!("no name: {line}"));
        let typed = || attribute(line, "type").unwrap_or_else(|| panic!("no type: {line}"));
        match line.split([' ', '>']).next() {
            Some("<method") => members.push((named(), Member::Method(Vec::new(), Vec::new()))),
            Some("<signal") => members.push((named(), Member::Signal(Vec::new()))),
            Some("<property") => members.push((named(), Member::Property(typed()))),
            Some("<arg") => {
                let argument = Argument {
                    name: named(),
                    kind: typed(),
                };
                let is_returned = attribute(line, "direction").is_some_and(|way| way == "out");
                match members.last_mut() {
                    Some((_, Member::Method(_, returned))) if is_returned => {
                        returned.push(argument);
                    }
                    Some((_, Member::Method(all, _) | Member::Signal(all))) => all.push(argument),
                    _ => panic!("an argument of nothing: {line}"),
                }
            }
            _ => {}
        }
    }
    members
}

fn attribute(line: &str, name: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(str::to_owned)
}
