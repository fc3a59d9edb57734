//! Rules by which requests go wrong on purpose.

use serde::{Deserialize, Serialize};

use crate::services::Service;

/// Which requests a rule is about, and what happens to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// The service as the journal or as signatures name it, such as `bedrock-agentcore-control`. None: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The operation, such as `CreateMemory`. None: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Text that the request's parameters, as JSON, or the name of the resource must contain. None: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The first matching request that it happens to, from 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// To how many requests in a row it happens. 0: to all that follow.
    #[serde(default = "one")]
    pub count: u64,
    /// What happens.
    pub fault: Fault,
    /// How many requests have matched so far.
    #[serde(default)]
    pub matched: u64,
}

fn one() -> u64 {
    1
}

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fault {
    /// The answer is an error, and nothing else happens.
    Error(InjectedError),
    /// The answer comes this many milliseconds later.
    DelayMs(u64),
    /// The connection ends without an answer.
    Reset(ResetPoint),
    /// The change is accepted and ends in a failed state.
    Provision(Provision),
}

/// An error that a rule injects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InjectedError {
    /// AWS's code, such as `ThrottlingException`.
    pub code: String,
    /// What a human reads.
    #[serde(default)]
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// What the headers `Retry-After` and, in milliseconds, `x-amz-retry-after` say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}

/// When a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResetPoint {
    /// Before the request has an effect.
    Before,
    /// After it had its effect.
    After,
}

/// The end of a change that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provision {
    /// The state in which it ends, such as `CREATE_FAILED`.
    pub state: String,
    /// The resource's `failureReason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What all rules together do to one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mishap {
    pub(crate) error: Option<InjectedError>,
    pub(crate) delay_ms: u64,
    pub(crate) reset: Option<ResetPoint>,
    pub(crate) provision: Option<Provision>,
}

/// All rules, in the order in which they were added.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Faults(pub(crate) Vec<FaultRule>);

impl Faults {
    /// What happens to a request. Rules count it if it matches; of two errors or two resets the first wins.
    pub(crate) fn strike(&mut self, service: &Service, operation: &str, parameters: &str) -> Mishap {
        let mut mishap = Mishap::default();
        for rule in &mut self.0 {
            if !rule.matches(service, operation, parameters) {
                continue;
            }
            rule.matched += 1;
            let first = rule.nth.max(1);
            let over = rule.count != 0 && rule.matched >= first.saturating_add(rule.count);
            if rule.matched < first || over {
                continue;
            }
            match &rule.fault {
                Fault::Error(error) => {
                    mishap.error.get_or_insert_with(|| error.clone());
                }
                Fault::DelayMs(more) => mishap.delay_ms = mishap.delay_ms.saturating_add(*more),
                Fault::Reset(point) => {
                    mishap.reset.get_or_insert(*point);
                }
                Fault::Provision(provision) => {
                    mishap.provision.get_or_insert_with(|| provision.clone());
                }
            }
        }
        mishap
    }
}

impl FaultRule {
    fn matches(&self, service: &Service, operation: &str, parameters: &str) -> bool {
        self.service.as_deref().is_none_or(|wanted| [service.name, service.signing_name].contains(&wanted))
            && self.operation.as_deref().is_none_or(|wanted| wanted == operation)
            && self.resource.as_deref().is_none_or(|wanted| parameters.contains(wanted))
    }
}
