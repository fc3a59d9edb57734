//! The core: one request in, one answer out, and nothing else in the world.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, header};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access;
use crate::answer::{Answer, Writer};
use crate::caller::Caller;
use crate::failure::{Dialect, Failure, Reason};
use crate::faults::{Asked, Faults, Mishap, ResetPoint};
use crate::journal::{Journal, JournalEntry, Outcome};
use crate::moment::{http_date, later, seconds, whole_millis};
use crate::past::{Landing, Past, Pending};
use crate::random::Random;
use crate::request::{Params, pairs};
use crate::route::Route;
use crate::services::{self, Call, Operation, Reply};
use crate::settings::Settings;
use crate::shape::common;
use crate::store::{Remembered, Store};
use crate::throttle::Throttle;

/// What is to be done with an answer besides sending it. It stands in the answer's extensions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivery {
    /// How long the answer is held back.
    pub delay: Duration,
    /// End the connection instead of answering.
    pub reset: bool,
}

/// AWS as far as it is simulated: everything that exists in all accounts and regions, and what was asked so far.
///
/// It has no clock, does no I/O and starts no thread: its answers depend on its settings and on what it was given
/// before. A clone is a world of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sim {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) random: Random,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) throttle: Throttle,
    /// Requests that take effect later than they came.
    #[serde(default)]
    pub(crate) pending: Pending,
    /// What answers that are out of date are taken from.
    #[serde(default)]
    pub(crate) past: Past,
    /// What is added to the time that requests are given.
    pub(crate) clock_offset: SignedDuration,
}

impl Sim {
    /// An empty world.
    pub fn new(settings: Settings) -> Self {
        Self {
            random: Random::new(settings.seed),
            settings,
            store: Store::default(),
            journal: Journal::default(),
            faults: Faults::default(),
            throttle: Throttle::default(),
            pending: Pending::default(),
            past: Past::default(),
            clock_offset: SignedDuration::ZERO,
        }
    }

    /// Answers one request to AWS or, below `/_sim/`, to the simulator itself.
    ///
    /// `now` must not go back from one call to the next. The answer's extensions have a [`Delivery`].
    #[expect(clippy::needless_pass_by_value, reason = "a request is answered once")]
    pub fn handle(&mut self, now: Timestamp, request: Request<Bytes>) -> Response<Bytes> {
        self.answer(now, &request)
    }

    /// The same, of a request that is still wanted.
    pub(crate) fn answer(&mut self, now: Timestamp, request: &Request<Bytes>) -> Response<Bytes> {
        let now = self.advance(now);
        let path = request.uri().path();
        let mut response = if path.starts_with("/_sim") || path.starts_with("/moto-api/") {
            self.admin(now, request)
        } else if path.starts_with(services::ecr::BLOBS) {
            services::ecr::serve_blob(&self.store.ecr, &self.settings, now, request)
        } else {
            self.exchange(now, request, JournalEntry::blank(now, request))
        };
        response.headers_mut().insert(header::DATE, http_date(now));
        response
    }

    /// Answers one request to AWS, and writes it into the journal.
    fn exchange(&mut self, now: Timestamp, request: &Request<Bytes>, mut entry: JournalEntry) -> Response<Bytes> {
        let mut writer = Writer::new(self.random.uuid());
        let (answer, mishap) = self.serve(now, request, &mut entry, &mut writer);
        let mut response = writer.write(&answer);
        entry.outcome = match &answer {
            Answer::Good { status, .. } => Outcome { status: *status, code: "OK".to_owned() },
            Answer::Bad { failure, .. } => {
                Outcome { status: failure.status(writer.dialect), code: failure.code(writer.dialect).to_owned() }
            }
        };
        let reset = mishap.reset.is_some() || mishap.late.is_some();
        if reset {
            entry.outcome = Outcome { status: 0, code: "ConnectionReset".to_owned() };
        }
        self.journal.push(entry, self.settings.journal_limit);
        let latency = self.settings.latency().unsigned_abs();
        let delay = Duration::from_millis(mishap.delay_ms).saturating_add(latency);
        response.extensions_mut().insert(Delivery { delay, reset });
        response
    }

    /// Brings the world to the state that it has at a time, and returns that time as the services have it: with the
    /// clock's offset and its error.
    pub fn advance(&mut self, now: Timestamp) -> Timestamp {
        let skew = SignedDuration::from_millis(self.settings.switches.clock_skew_ms);
        let now = whole_millis(later(later(now, self.clock_offset), skew));
        self.advance_to(now);
        now
    }

    /// The same, for a time as the services have it.
    pub(crate) fn advance_to(&mut self, now: Timestamp) {
        while let Some(landing) = self.pending.due(now) {
            self.store.advance(landing.at, &self.settings);
            self.land(&landing);
        }
        self.store.advance(now, &self.settings);
    }

    /// Does what a request asked that nobody waits for any more.
    fn land(&mut self, landing: &Landing) {
        let request = landing.request();
        let entry = JournalEntry { late: Some(landing.came), ..JournalEntry::blank(landing.at, &request) };
        self.exchange(landing.at, &request, entry);
    }

    /// Everything from the signature to the answer.
    fn serve(
        &mut self,
        now: Timestamp,
        request: &Request<Bytes>,
        entry: &mut JournalEntry,
        writer: &mut Writer,
    ) -> (Answer, Mishap) {
        let mut mishap = Mishap::default();
        let mut params = Params { query: pairs(request.uri().query().unwrap_or_default()), ..Params::default() };
        let result = self.route(now, request, &mut params, entry, writer).and_then(|(route, caller)| {
            let Route { service, operation } = route;
            let parameters = Value::Object(params.document());
            entry.parameters.clone_from(&parameters);
            let asked = Asked { service, operation, caller: &caller, parameters: &parameters };
            if entry.late.is_none() {
                mishap = self.faults.strike(&asked);
            }
            if let Some(late) = mishap.late {
                self.pending.keep(now, seconds(late.seconds), request);
                return Ok((operation.status, Reply::Empty));
            }
            if mishap.reset == Some(ResetPoint::Before) {
                return Ok((operation.status, Reply::Empty));
            }
            let mut reply = self.perform(now, &route, &caller, &params, &mishap, entry)?;
            if let Reply::Json(document) = &mut reply {
                self.faults.tell(&asked, document);
            }
            Ok((operation.status, reply))
        });
        let answer = match result {
            Ok((status, reply)) => Answer::Good { status, reply },
            Err(failure) => Answer::Bad {
                failure,
                retry_after_seconds: mishap.error.as_ref().and_then(|error| error.retry_after_seconds),
            },
        };
        (answer, mishap)
    }

    /// How many requests of an operation pass in a second: as published, or as set.
    pub(crate) fn per_second(&self, operation: &Operation) -> u32 {
        let set = self.settings.quotas.requests_per_second.get(operation.name);
        set.copied().unwrap_or(operation.per_second)
    }

    /// Quotas per second, client token, and the operation itself.
    fn perform(
        &mut self,
        now: Timestamp,
        route: &Route,
        caller: &Caller,
        params: &Params,
        mishap: &Mishap,
        entry: &mut JournalEntry,
    ) -> Result<Reply, Failure> {
        let operation = route.operation;
        if let Some(error) = &mishap.error {
            return Err(Failure::coded(error.code.clone(), error.status, error.message.clone()));
        }
        // Services have operations of the same name.
        let place = format!("{}/{}/{}/{}", caller.account, caller.region, route.service.name, operation.name);
        if self.settings.request_quotas() {
            // Calls of agents are counted for each agent.
            let agent = params.label("agentRuntimeArn").rsplit('/').next().unwrap_or_default();
            let meter = format!("{place}/{agent}");
            let per_second = self.per_second(operation);
            if !self.throttle.admit(&meter, per_second, self.settings.switches.throttling, now) {
                return Err(Failure::Throttled);
            }
        }
        let asked = access::Asked {
            store: &self.store,
            settings: &self.settings,
            now,
            service: route.service,
            operation: operation.name,
            caller,
            params,
        };
        access::enforce(&asked, &mut entry.evaluated)?;
        if let Some(token) = params.query("clientToken").filter(|_| operation.token) {
            let memory = operation.dialect == Dialect::Memory;
            let shape = if memory { &common::MEMORY_TOKEN } else { &common::CLIENT_TOKEN };
            shape.accept_text("clientToken", token)?;
        }
        let lifetime = self.settings.switches.token_lifetime_seconds;
        let remembers = operation.token && lifetime > 0;
        let token = params.client_token().filter(|_| remembers).map(|token| format!("{place}/{token}"));
        let fingerprint = if token.is_some() { params.fingerprint() } else { String::new() };
        if let Some(known) = token.as_deref().and_then(|token| self.store.tokens.get(token, now, lifetime)) {
            if known.fingerprint != fingerprint {
                return Err(Failure::validation(
                    Reason::IdempotentParameterMismatchException,
                    "The client token was used before with other parameters",
                ));
            }
            if let Some(reply) = &known.reply {
                entry.replayed = true;
                entry.name_resource(Some(reply));
                return Ok(Reply::Json(reply.clone()));
            }
        }
        let role = if operation.writes { access::execution_role(route.service, &self.settings, params) } else { None };
        let before = role.map(|_| self.random.clone());
        if before.is_some() {
            self.store.watch();
        }
        let mut past = mishap.stale.and_then(|stale| self.past.seen(now, stale.seconds, &self.settings));
        let (store, time) = match &mut past {
            Some((store, then)) => (store, *then),
            None => (&mut self.store, now),
        };
        let mut call = Call {
            service: route.service,
            operation: operation.name,
            store,
            settings: &self.settings,
            random: &mut self.random,
            now: time,
            caller,
            params,
            provision: mishap.provision.clone(),
        };
        let mut result = (operation.run)(&mut call);
        if let (Some(role), Ok(Reply::Json(answer))) = (role, &result) {
            result = access::check_execution_role(&call, role, answer).and(result);
        }
        if result.is_ok() && operation.writes {
            access::link_roles(&mut call);
            self.store.keep();
        } else if let Some(random) = before {
            // What names a role is kept in resources, and nowhere else.
            self.store.undo();
            self.random = random;
        }
        let document = match &result {
            Ok(Reply::Json(document)) => Some(document.clone()),
            _ => None,
        };
        entry.name_resource(document.as_ref());
        entry.effect = operation.writes && result.is_ok();
        if let Some(token) = token
            && (result.is_ok() || self.settings.switches.failed_request_binds_token)
        {
            self.store.tokens.insert(token, Remembered { at: now, fingerprint, reply: document }, lifetime);
        }
        if entry.effect {
            self.past.note(now, &self.store, self.faults.stalest());
        }
        result
    }
}
