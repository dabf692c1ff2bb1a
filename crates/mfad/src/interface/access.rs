//! `org.mfactl.Access1`, on private connections only: who may have codes, and the questions to the user.

use mfa_core::access::Answer;
use mfa_ipc::Error;
use mfa_ipc::dict::{AsDict, Dict, owned};
use mfa_ipc::types::{AccessRule, RuleScope};
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, interface};

use crate::caller::Origin;
use crate::refusals;
use crate::service::{Handle, ask};

/// The object on one private connection.
pub struct Access {
    service: Handle,
    origin: Origin,
}

impl Access {
    /// Creates the object for the client at the other end of a connection.
    #[must_use]
    pub fn new(service: Handle, origin: Origin) -> Self {
        Self { service, origin }
    }
}

#[interface(name = "org.mfactl.Access1", introspection_docs = false)]
impl Access {
    #[zbus(out_args("rules"))]
    async fn rules(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<Dict>, Error> {
        let asker = self.origin.asker(&header, connection).await?;
        let rules = self.service.ask(&asker, ask::Rules).await?;
        rules.iter().map(|rule| owned(rule.to_dict())).collect()
    }

    async fn set_rule(
        &self,
        rule: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let asker = self.origin.asker(&header, connection).await?;
        let set = ask::SetRule(AccessRule::from_dict(rule)?);
        self.service.ask(&asker, set).await
    }

    #[zbus(out_args("removed"))]
    async fn forget_rules(
        &self,
        scope: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<u32, Error> {
        let asker = self.origin.asker(&header, connection).await?;
        let forget = ask::ForgetRules(RuleScope::from_dict(scope)?);
        self.service.ask(&asker, forget).await
    }

    #[zbus(out_args("questions"))]
    async fn questions(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<Dict>, Error> {
        let asker = self.origin.asker(&header, connection).await?;
        let questions = self.service.ask(&asker, ask::Questions).await?;
        questions.iter().map(|one| owned(one.to_dict())).collect()
    }

    async fn answer(
        &self,
        id: u64,
        answer: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let asker = self.origin.asker(&header, connection).await?;
        let answer = Answer::parse(&answer).ok_or_else(refusals::unknown_answer)?;
        let answered = ask::AnswerQuestion(id, answer);
        self.service.ask(&asker, answered).await
    }

    #[zbus(signal)]
    pub(crate) async fn questions_changed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}
