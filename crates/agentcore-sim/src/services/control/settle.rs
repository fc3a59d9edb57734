//! How changes begin and end: when, and in which state.

use jiff::{SignedDuration, Timestamp};

use super::Call;
use crate::moment::{later, millis};
use crate::store::{Change, Flap, Kind, Resource, Step};

/// What is done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Create,
    Update,
    Delete,
    /// The tools of a gateway's target are fetched anew.
    Synchronize,
}

impl Work {
    /// The state while it is done.
    pub(super) fn transition(self) -> &'static str {
        match self {
            Self::Create => "CREATING",
            Self::Update => "UPDATING",
            Self::Delete => "DELETING",
            Self::Synchronize => "SYNCHRONIZING",
        }
    }
}

/// How long work takes in the realistic mode, in milliseconds, from and to. Memories with strategies and runtimes
/// as they were seen in the field, the others by analogy.
fn range(kind: Kind, work: Work, strategies: bool) -> (u64, u64) {
    match (work, kind, strategies) {
        (Work::Delete, Kind::AgentRuntimeEndpoint | Kind::BrowserProfile | Kind::GatewayTarget, _) => (2_000, 8_000),
        (Work::Delete, _, _) | (Work::Create, Kind::Memory, false) => (5_000, 20_000),
        (_, Kind::AgentRuntimeEndpoint, _) => (2_000, 6_000),
        (Work::Create, Kind::AgentRuntime, _) => (8_000, 25_000),
        (_, Kind::AgentRuntime, _) => (4_000, 12_000),
        (Work::Create, Kind::Memory, true) => (160_000, 190_000),
        (_, Kind::Memory, true) => (60_000, 90_000),
        (_, Kind::Memory, false) | (Work::Update, Kind::Gateway, _) => (3_000, 8_000),
        (_, Kind::CodeInterpreter | Kind::Browser | Kind::Gateway, _) => (5_000, 15_000),
        (_, Kind::GatewayTarget, _) => (3_000, 10_000),
        (_, Kind::BrowserProfile | Kind::WorkloadIdentity, _) => (0, 0),
    }
}

/// The end of a change.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) at: Timestamp,
    /// The state, and why it is a bad one.
    pub(super) status: String,
    pub(super) reason: Option<String>,
    flap: Option<Flap>,
}

impl End {
    /// Whether the change does what it was meant to do.
    pub(super) fn good(&self) -> bool {
        self.reason.is_none()
    }

    /// The step in which the resource enters the state.
    pub(super) fn step(&self) -> Step {
        Change::Status { status: self.status.clone(), reason: self.reason.clone() }.at(self.at)
    }
}

impl Call<'_> {
    /// How long work takes.
    pub(super) fn duration(&mut self, kind: Kind, work: Work, strategies: bool) -> SignedDuration {
        let (from, to) = range(kind, work, strategies);
        let duration = self.random.millis(from, to);
        self.settings.pace(duration)
    }

    /// When and how work ends. A fault that asks for a failed end is used up.
    pub(super) fn end(&mut self, kind: Kind, work: Work, at: Timestamp) -> End {
        let transition = work.transition();
        if let Some(fault) = self.provision.take() {
            let reason = fault.reason.unwrap_or_else(|| format!("{} could not be provisioned", kind.noun()));
            let status = if fault.state.is_empty() { kind.failed(transition).to_owned() } else { fault.state };
            return End { at, status, reason: Some(reason), flap: None };
        }
        let flaps = self.settings.flaps() && self.random.below(2) == 0;
        let flap = (flaps && work != Work::Delete).then(|| {
            let from = later(at, self.settings.scaled(self.random.millis(200, 1_500)));
            let until = later(from, self.settings.scaled(self.random.millis(300, 2_000)));
            Flap { from, until, status: transition.to_owned() }
        });
        End { at, status: kind.good().to_owned(), reason: None, flap }
    }

    /// What a deletion does: it ends the resource, or fails by a fault.
    pub(super) fn deletion(&mut self, kind: Kind) -> Step {
        let duration = self.duration(kind, Work::Delete, false);
        let at = later(self.now, duration);
        if self.provision.is_some() { self.end(kind, Work::Delete, at).step() } else { Change::Gone.at(at) }
    }
}

impl Resource {
    /// Begins a change that ends by itself.
    pub(super) fn begin(&mut self, work: Work, now: Timestamp, end: &End, mut more: Vec<Step>) {
        self.enter(work.transition(), None, now);
        self.updated_at = now;
        more.push(end.step());
        self.schedule(more);
        self.flap.clone_from(&end.flap);
    }

    /// Begins a deletion.
    pub(super) fn begin_deletion(&mut self, now: Timestamp, step: Step) {
        self.enter(Work::Delete.transition(), None, now);
        self.updated_at = now;
        self.schedule(vec![step]);
    }
}

/// By how much strategies follow their memory where it is ACTIVE before them and nothing takes time.
pub(super) fn strategy_lag(call: &Call<'_>) -> SignedDuration {
    call.settings.scaled(millis(2_000))
}
