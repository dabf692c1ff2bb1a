//! The findings of the doctor, on each system.

use serde::{Serialize, Serializer};

/// The grade of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grade {
    /// All is as it should be.
    Ok,
    /// It works, but not in full.
    Warn,
    /// There can be no codes.
    Fail,
}

impl Grade {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

pub(crate) fn ok(what: &'static str, text: impl Into<String>) -> Finding {
    Finding::new(Grade::Ok, what, text.into())
}

pub(crate) fn warn(what: &'static str, text: impl Into<String>) -> Finding {
    Finding::new(Grade::Warn, what, text.into())
}

pub(crate) fn fail(what: &'static str, text: impl Into<String>) -> Finding {
    Finding::new(Grade::Fail, what, text.into())
}

/// A finding about one thing.
#[derive(Serialize)]
pub(crate) struct Finding {
    #[serde(serialize_with = "grade")]
    pub(crate) grade: Grade,
    pub(crate) what: &'static str,
    pub(crate) text: String,
}

impl Finding {
    pub(crate) fn new(grade: Grade, what: &'static str, text: String) -> Self {
        Self { grade, what, text }
    }
}

fn grade<S: Serializer>(grade: &Grade, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(grade.as_str())
}
