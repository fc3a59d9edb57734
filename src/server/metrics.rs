//! Metrics. The names follow controller-runtime where it has one, so that common dashboards and alerts work.

use std::{sync::Arc, time::Duration};

use agentcore_engine::fault::Class;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

/// The operator's metrics. Clones share their values.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    passes: Family<Passes, Counter>,
    pass_seconds: Histograms<Controller>,
    panics: Family<Controller, Counter>,
    active: Family<Controller, Gauge>,
    faults: Family<Faults, Counter>,
    calls: Family<Calls, Counter>,
    call_seconds: Histograms<Operation>,
    status_writes: Family<Controller, Counter>,
    throttles: Family<Operation, Counter>,
    waits: Histograms<Operation>,
    orphans: Family<Place, Gauge>,
}

/// Histograms by label, made with their buckets.
type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Controller {
    controller: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Passes {
    controller: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Place {
    controller: &'static str,
    account: String,
    region: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Faults {
    controller: &'static str,
    class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Calls {
    operation: &'static str,
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        // A pass with one fast call takes milliseconds, one with waits between two reads seconds.
        let pass_seconds: Histograms<Controller> =
            Family::new_with_constructor(|| Histogram::new([0.005, 0.025, 0.1, 0.5, 2.0, 10.0, 60.0]));
        let call_seconds: Histograms<Operation> =
            Family::new_with_constructor(|| Histogram::new([0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 25.0]));
        let waits: Histograms<Operation> =
            Family::new_with_constructor(|| Histogram::new([0.01, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0]));
        let (passes, panics, active) = (Family::default(), Family::default(), Family::default());
        let (faults, calls, status_writes) = (Family::default(), Family::default(), Family::default());
        let (throttles, orphans) = (Family::default(), Family::default());
        let mut registry = Registry::default();
        registry.register(
            "agentcore_build",
            "Which build this is",
            Info::new([("version", env!("CARGO_PKG_VERSION")), ("commit", env!("AGENTCORE_OPERATOR_COMMIT"))]),
        );
        registry.register("controller_runtime_reconcile", "Passes by how they ended", Family::clone(&passes));
        registry.register_with_unit(
            "controller_runtime_reconcile_time",
            "How long passes took",
            Unit::Seconds,
            Family::clone(&pass_seconds),
        );
        registry.register("controller_runtime_reconcile_panics", "Passes that panicked", Family::clone(&panics));
        registry.register("controller_runtime_active_workers", "Passes under way", Family::clone(&active));
        registry.register("agentcore_faults", "Errors of AWS by class", Family::clone(&faults));
        registry.register("agentcore_aws_api_requests", "Calls of AWS by operation and code", Family::clone(&calls));
        registry.register_with_unit(
            "agentcore_aws_api_request_duration",
            "How long calls of AWS took, repetitions included",
            Unit::Seconds,
            Family::clone(&call_seconds),
        );
        registry.register("agentcore_status_writes", "Writes of a status", Family::clone(&status_writes));
        let help = "Answers of AWS that there were too many requests";
        registry.register("agentcore_aws_throttles", help, Family::clone(&throttles));
        registry.register_with_unit(
            "agentcore_aws_client_rate_limit_wait",
            "How long requests to AWS waited for their turn",
            Unit::Seconds,
            Family::clone(&waits),
        );
        let help = "Resources in AWS whose object does not exist";
        registry.register("agentcore_orphans", help, Family::clone(&orphans));
        Self(Arc::new(Inner {
            registry,
            passes,
            pass_seconds,
            panics,
            active,
            faults,
            calls,
            call_seconds,
            status_writes,
            throttles,
            waits,
            orphans,
        }))
    }
}

impl Metrics {
    /// A pass begins; the guard counts it as under way until it is dropped.
    pub fn pass_begins(&self, controller: &'static str) -> Active {
        let gauge = self.0.active.get_or_create(&Controller { controller }).clone();
        gauge.inc();
        Active(gauge)
    }

    /// A pass has ended.
    pub fn pass_ended(&self, controller: &'static str, result: &'static str, took: Duration) {
        self.0.passes.get_or_create(&Passes { controller, result }).inc();
        self.0.pass_seconds.get_or_create(&Controller { controller }).observe(took.as_secs_f64());
    }

    /// A pass has panicked.
    pub fn pass_panicked(&self, controller: &'static str) {
        self.0.panics.get_or_create(&Controller { controller }).inc();
    }

    /// A pass met an error of AWS.
    pub fn fault(&self, controller: &'static str, class: Class) {
        self.0.faults.get_or_create(&Faults { controller, class: class.label() }).inc();
    }

    /// A status was written.
    pub fn status_written(&self, controller: &'static str) {
        self.0.status_writes.get_or_create(&Controller { controller }).inc();
    }

    /// A call of AWS was answered, or not.
    pub fn aws_call(&self, operation: &'static str, code: &str, took: Duration) {
        self.0.calls.get_or_create(&Calls { operation, code: code.to_owned() }).inc();
        self.0.call_seconds.get_or_create(&Operation { operation }).observe(took.as_secs_f64());
    }

    /// AWS has answered that there were too many requests.
    pub fn throttled(&self, operation: &'static str) {
        self.0.throttles.get_or_create(&Operation { operation }).inc();
    }

    /// A request has had to wait so long for its turn.
    pub fn turn_waited(&self, operation: &'static str, time: Duration) {
        self.0.waits.get_or_create(&Operation { operation }).observe(time.as_secs_f64());
    }

    /// So many resources of a kind belong to no object.
    pub fn orphans(&self, controller: &'static str, account: &str, region: &str, number: usize) {
        let place = Place { controller, account: account.to_owned(), region: region.to_owned() };
        self.0.orphans.get_or_create(&place).set(i64::try_from(number).unwrap_or(i64::MAX));
    }

    /// All values in OpenMetrics text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }
}

/// Counts a pass as under way.
#[derive(Debug)]
pub struct Active(Gauge);

impl Drop for Active {
    fn drop(&mut self) {
        self.0.dec();
    }
}
