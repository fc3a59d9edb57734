//! Each request of the operator, and each answer to it, against AWS's public service models: the SDK checks no
//! patterns and no bounds, and the simulator is ours too.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use agentcore_sim::{Delivery, server::Observer};
use aws_model::audit::Audit;
use bytes::Bytes;
use http::{Request, Response};

static AUDIT: LazyLock<Audit> = LazyLock::new(|| Audit::load().unwrap_or_else(|error| panic!("{error}")));

/// What was seen between one operator and its AWS. Whoever drops it is told what was wrong.
#[derive(Debug, Clone, Default)]
pub struct Exchanges(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    wrong: Vec<String>,
    /// Error codes that the test has made by itself.
    tolerated: BTreeSet<String>,
}

impl Exchanges {
    /// Who looks at each exchange.
    pub fn observer(&self) -> Observer {
        // Before the first exchange: to read the models takes longer than an answer may.
        LazyLock::force(&AUDIT);
        let seen = Arc::clone(&self.0);
        Observer::new(move |request, response| {
            seen.lock().unwrap_or_else(PoisonError::into_inner).note(request, response);
        })
    }

    /// An error code that is the test's and not the simulator's.
    pub fn tolerate(&self, code: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).tolerated.insert(code.to_owned());
    }

    /// Fails if anything was wrong.
    pub fn check(&self) {
        let wrong = std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).wrong);
        assert!(wrong.is_empty(), "not as AWS's models say:\n{}", wrong.join("\n"));
    }
}

impl Seen {
    fn note(&mut self, request: &Request<Bytes>, response: &Response<Bytes>) {
        let tolerated: Vec<&str> = self.tolerated.iter().map(String::as_str).collect();
        let Some(exchange) = AUDIT.exchange(request, response, &tolerated) else {
            if !request.uri().path().starts_with("/_sim") {
                self.wrong.push(format!("{} {} is no operation", request.method(), request.uri()));
            }
            return;
        };
        let operation = &exchange.operation.name;
        let unanswered = response.extensions().get::<Delivery>().is_some_and(|delivery| delivery.reset);
        let answers =
            exchange.response.iter().filter(|_| !unanswered).map(|wrong| format!("{operation}, answer: {wrong}"));
        let requests = exchange.request.iter().map(|wrong| format!("{operation}, request: {wrong}"));
        // A runtime can be made without a description, and lists must have one.
        // The endpoints of a runtime that went a moment ago: the model has no word for it, and AWS's answer is not known.
        // AWS adds runtimes of code faster than we release, so the CRD takes whatever looks like one. And the model's
        // pattern of a claim's name has its dash where it makes a range.
        let known = |wrong: &String| {
            wrong.contains("].description: Min")
                || wrong.contains("codeConfiguration.runtime: Enum")
                || wrong.contains("inboundTokenClaimName: Pattern")
                || wrong.contains("ListAgentRuntimeEndpoints does not declare ResourceNotFoundException")
        };
        self.wrong.extend(requests.chain(answers).filter(|wrong| !known(wrong)));
    }
}
