//! Who has done what: a line in the store, and one in the log (`log_type="audit"`), for each request of a route that says so in its row.
//!
//! A reply of 202 says that nothing has been done yet: it is not noted. A handler adds what the request alone does not tell by putting [`Details`], or [`Actor`], into its reply. No secret stands in either.

use super::Web;
use super::caller::Caller;
use super::guard::Principal;
use super::problem::Code;
use super::trace;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use telecast_store::AuditLine;

/// Characters of a program's name.
const AGENT: usize = 200;

/// What was done exactly: a JSON object.
#[derive(Clone, Debug)]
pub struct Details(pub serde_json::Value);

/// Who has done it, where nobody was signed in before: account and name.
#[derive(Clone, Debug)]
pub struct Actor(pub String, pub String);

/// A request that is to be noted.
pub struct Audited {
    action: &'static str,
    resource: String,
    principal: Option<(String, String)>,
    address: String,
    agent: String,
}

impl Audited {
    /// Of a request that was not refused at the door.
    pub fn new(
        action: &'static str,
        resource: &str,
        principal: Option<&Principal>,
        caller: Option<Caller>,
        headers: &HeaderMap,
    ) -> Self {
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Self {
            action,
            resource: resource.to_owned(),
            principal: principal.map(|who| (who.account.clone(), who.name.clone())),
            address: caller.map(|caller| caller.address.to_string()).unwrap_or_default(),
            agent: agent.chars().take(AGENT).collect(),
        }
    }

    /// Whether somebody stands behind it: whoever asked, or whom the reply has let in.
    pub fn is_of_somebody(&self, response: &Response) -> bool {
        self.principal.is_some() || response.extensions().get::<Actor>().is_some()
    }

    /// It was answered so.
    pub fn answered<'a>(self, web: &'a Web, response: &Response) -> impl Future<Output = ()> + use<'a> {
        let code = response.extensions().get::<Code>().map(|code| code.0);
        let status = response.status();
        // Whoever is sent on to another page was served, unless a code says otherwise.
        let is_done = status.is_success() || (status.is_redirection() && code.is_none());
        let result = if is_done { "done" } else { code.unwrap_or("failed") };
        let details = response.extensions().get::<Details>().map(|details| details.0.to_string());
        let actor = response.extensions().get::<Actor>().map(|Actor(id, name)| (id.clone(), name.clone()));
        let (actor, actor_name) = self.principal.or(actor).unzip();
        let line = AuditLine {
            id: 0,
            at_ms: web.clock.wall_ms(),
            actor,
            actor_name,
            action: self.action.to_owned(),
            resource: self.resource,
            result: result.to_owned(),
            address: self.address,
            agent: self.agent,
            request_id: trace::current_id(),
            details,
        };
        tracing::info!(
            log_type = "audit",
            actor = line.actor_name.as_deref().unwrap_or("-"),
            action = line.action,
            resource = line.resource,
            result = line.result,
            address = line.address,
            details = line.details.as_deref().unwrap_or("-"),
            "audit"
        );
        async move {
            if let Err(error) = web.accounts.note(&line).await {
                metrics::counter!("telecast_audit_failures_total").increment(1);
                tracing::error!(%error, "this is in the log alone: the store cannot be written");
            }
        }
    }
}
