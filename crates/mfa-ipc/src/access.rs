//! The interface `org.mfactl.Access1`: the rules on who may have codes, and the questions to the user. It exists on the
//! private connection only.
//!
//! | member | signature | meaning |
//! |---|---|---|
//! | `Rules` | `() → aa{sv} rules` | the rules of the user, then the defaults that no rule of the user replaces |
//! | `SetRule` | `(a{sv} rule)` | sets a rule; replaces the rule for the same subject and accounts |
//! | `ForgetRules` | `(a{sv} scope) → u removed` | removes the rules for a subject and accounts, or all rules if neither is given |
//! | `Questions` | `() → aa{sv} questions` | the open questions |
//! | `Answer` | `(t id, s answer)` | answers a question |
//! | `QuestionsChanged` | signal `()` | a question was asked, answered or withdrawn |
//!
//! # Access rules
//!
//! A rule is a dictionary with these fields:
//!
//! * `verdict s`: `allow`, `ask` or `deny`
//! * `subject s`: `anybody`, `person`, `tray`, `search`, `program`, `app` or `system`
//! * `program s`: the path of the executable, the id of a sandboxed application (`flatpak:org.gnome.Maps`,
//!   `snap:firefox`), or the name of a process of root
//! * `script s`: the script that an interpreter runs
//! * `account s` or `tag s`: without these, the rule is for all accounts
//! * `name s`: the name of the account; only from `Rules`
//! * `changed b`: whether the program has changed since the rule was made; `default b`: whether the rule is a default;
//!   both only from `Rules`
//!
//! The most specific rule that fits a request decides. Of two rules that fit, if neither is more specific than the other,
//! the stricter one decides.
//!
//! # Questions to the user
//!
//! A question is a dictionary with these fields:
//!
//! * `id t`: the number of the question, for `Answer`
//! * `asker s`: the path of the program that asks, and its script; of a browser, the site (`https://…`)
//! * `line s`: the asker and the programs that started it
//! * `account s`: a label of the account; absent if the request is for all accounts, or to unlock them
//! * `use s`: `code`, `copy`, `secret` or `unlock`. Expect other words too: a newer daemon may ask about other uses.
//! * `count u`: the number of codes that are wanted at once, if there are several
//! * `reason s`: the reason that the asker gave, if any
//! * `bus b`: whether the request came over the session bus
//! * `recognisable b`: whether the asker can be recognised next time
//! * `first-site b`: whether the account gets its first site with the answer; a browser asks
//! * `seconds t`: the time that is left
//!
//! For secrets, for all accounts, to unlock, and for an asker that cannot be recognised, only `once` and `deny` are
//! possible.
//!
//! Only a person at a terminal and the tray can call `SetRule`, `ForgetRules` and `Answer`. For other programs, the error is
//! `AccessDenied`.

use mfa_core::access::{Answer, Question};

use crate::Error;
use crate::client::Client;
use crate::dict::{AsDict, Dict};
use crate::endpoint::ACCESS;
use crate::types::{AccessRule, RuleScope};

impl Client {
    /// Calls `Rules() → aa{sv} rules`.
    ///
    /// * → `rules`: see “Access rules”
    ///
    /// # Errors
    /// Only errors of the connection.
    pub async fn access_rules(&self) -> Result<Vec<AccessRule>, Error> {
        let rules: Vec<Dict> = self.call(ACCESS, "Rules", &()).await?;
        rules.into_iter().map(AccessRule::from_dict).collect()
    }

    /// Calls `SetRule(a{sv} rule)`.
    ///
    /// * `rule`: see “Access rules”
    ///
    /// # Errors
    /// `AccessDenied`, `LimitsExceeded`, and for an account `NotFound`, `Ambiguous` and `Locked`.
    pub async fn set_access_rule(&self, rule: &AccessRule) -> Result<(), Error> {
        self.call(ACCESS, "SetRule", &rule.to_dict()).await
    }

    /// Calls `ForgetRules(a{sv} scope) → u removed`.
    ///
    /// * `scope`: the fields of a rule that say whom it is for: `subject`, `program`, `script`, `account`, `tag`
    /// * → `removed`: the number of rules that were removed
    ///
    /// # Errors
    /// `AccessDenied`, and for an account `NotFound`, `Ambiguous` and `Locked`.
    pub async fn forget_access_rules(&self, scope: &RuleScope) -> Result<u32, Error> {
        self.call(ACCESS, "ForgetRules", &scope.to_dict()).await
    }

    /// Calls `Questions() → aa{sv} questions`.
    ///
    /// * → `questions`: see “Questions to the user”
    ///
    /// # Errors
    /// Only errors of the connection.
    pub async fn questions(&self) -> Result<Vec<Question>, Error> {
        let questions: Vec<Dict> = self.call(ACCESS, "Questions", &()).await?;
        questions.into_iter().map(Question::from_dict).collect()
    }

    /// Calls `Answer(t id, s answer)`.
    ///
    /// * `id`: the number of the question
    /// * `answer`: `once`, `until-locked`, `always`, `deny` or `never`
    ///
    /// # Errors
    /// `AccessDenied`, `NotFound` if the question is no longer open, `NotSupported` if the question does not allow this
    /// answer.
    pub async fn answer_question(&self, id: u64, answer: Answer) -> Result<(), Error> {
        self.call(ACCESS, "Answer", &(id, answer.as_str())).await
    }
}
