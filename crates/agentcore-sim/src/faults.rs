//! Rules by which requests go wrong on purpose.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::caller::Caller;
use crate::services::{Operation, Service};

/// Which requests a rule is about, and what happens to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// Its number, by which it can be removed. Given when it is added.
    #[serde(default)]
    pub id: u64,
    /// The service as the journal or as signatures name it, such as `bedrock-agentcore-control`. None: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The operation, such as `CreateMemory`. None: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Text that the request's parameters, as JSON, must contain. None: any. For [`Fault::Show`] it can be in what
    /// the answer shows of the resource instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The caller's access key id, or text that the caller's ARN must contain. None: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The page of a list, from 1. Later ones are told apart from when there is a rule that wants to know; a page
    /// of a list that was begun before counts as the second. None: any request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
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
    /// A read shows another state than the true one.
    Show(Show),
    /// The connection ends without an answer, and the request takes effect later.
    Late(Late),
    /// A read is answered from what there was some time ago.
    Stale(Stale),
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

/// The state that a read shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Show {
    /// Such as `CREATING`.
    pub state: String,
}

/// When a request takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Late {
    /// So many seconds after it came.
    pub seconds: u64,
}

/// How old an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stale {
    /// In seconds.
    pub seconds: u64,
}

/// What all rules together do to one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mishap {
    pub(crate) error: Option<InjectedError>,
    pub(crate) delay_ms: u64,
    pub(crate) reset: Option<ResetPoint>,
    pub(crate) provision: Option<Provision>,
    pub(crate) late: Option<Late>,
    pub(crate) stale: Option<Stale>,
}

/// A request, as far as rules look at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) service: &'a Service,
    pub(crate) operation: &'a Operation,
    pub(crate) caller: &'a Caller,
    /// All parameters, in one object.
    pub(crate) parameters: &'a Value,
}

/// All rules, in the order in which they were added.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Faults {
    rules: Vec<FaultRule>,
    /// The number of the newest rule there ever was.
    last: u64,
    /// Which page each token of a list is for, by operation and token; only while a rule wants to know.
    pages: BTreeMap<String, u64>,
}

/// Members that hold the token of the next page, in requests and in answers.
const PAGE_TOKENS: &[&str] = &["nextToken", "NextToken", "Marker"];
/// How many tokens of pages are known at most.
const MOST_PAGES: usize = 1_000;

impl FaultRule {
    /// A rule by which this happens to the next request.
    pub fn new(fault: Fault) -> Self {
        Self {
            id: 0,
            service: None,
            operation: None,
            resource: None,
            caller: None,
            page: None,
            nth: 1,
            count: 1,
            fault,
            matched: 0,
        }
    }

    fn matches(&self, asked: &Asked<'_>, page: Option<u64>) -> bool {
        let Asked { service, operation, caller, .. } = asked;
        self.service.as_deref().is_none_or(|wanted| [service.name, service.signing_name].contains(&wanted))
            && self.operation.as_deref().is_none_or(|wanted| wanted == operation.name)
            && self.caller.as_deref().is_none_or(|wanted| caller.access_key == wanted || caller.arn.contains(wanted))
            && self.page.is_none_or(|wanted| page == Some(wanted))
    }

    /// Counts a request that matches, and says whether it happens to it.
    fn count(&mut self) -> bool {
        self.matched += 1;
        let first = self.nth.max(1);
        let over = self.count != 0 && self.matched >= first.saturating_add(self.count);
        self.matched >= first && !over
    }
}

impl Faults {
    /// Adds a rule, and returns its number.
    pub(crate) fn add(&mut self, mut rule: FaultRule) -> u64 {
        self.last += 1;
        rule.id = self.last;
        self.rules.push(rule);
        self.last
    }

    /// Removes a rule, if there is one of this number.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.id != id);
        self.rules.len() < before
    }

    /// Removes all rules.
    pub(crate) fn clear(&mut self) {
        self.rules.clear();
        self.pages.clear();
    }

    /// The rules.
    pub(crate) fn rules(&self) -> &[FaultRule] {
        &self.rules
    }

    /// By how many seconds answers can be stale, if any can.
    pub(crate) fn stalest(&self) -> Option<u64> {
        let all = self.rules.iter().filter_map(|rule| match rule.fault {
            Fault::Stale(stale) => Some(stale.seconds),
            _ => None,
        });
        all.max()
    }

    /// What happens to a request. Rules count it if it matches; of two errors or two resets the first wins.
    pub(crate) fn strike(&mut self, asked: &Asked<'_>) -> Mishap {
        let mut mishap = Mishap::default();
        if self.rules.is_empty() {
            return mishap;
        }
        let page = self.page(asked);
        let parameters = asked.parameters.to_string();
        for rule in &mut self.rules {
            let about = rule.resource.as_deref().is_none_or(|wanted| parameters.contains(wanted));
            let possible = match rule.fault {
                Fault::Show(_) => false,
                Fault::Stale(_) => asked.operation.reads(),
                _ => true,
            };
            if !(about && possible && rule.matches(asked, page) && rule.count()) {
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
                Fault::Late(late) => {
                    mishap.late.get_or_insert(*late);
                }
                Fault::Stale(stale) => {
                    mishap.stale.get_or_insert(*stale);
                }
                Fault::Show(_) => {}
            }
        }
        mishap
    }

    /// Changes what a good answer shows, where a rule says so, and notes which page its token is for.
    pub(crate) fn tell(&mut self, asked: &Asked<'_>, answer: &mut Value) {
        if self.rules.is_empty() || !asked.operation.reads() {
            return;
        }
        let page = self.page(asked);
        for rule in &mut self.rules {
            let Fault::Show(Show { state }) = rule.fault.clone() else { continue };
            if !rule.matches(asked, page) {
                continue;
            }
            let named = rule.resource.clone();
            let named = named.filter(|wanted| !asked.parameters.to_string().contains(wanted));
            let mut found = Vec::new();
            statuses(answer, named.as_deref(), &mut found);
            if !found.is_empty() && rule.count() {
                for status in found {
                    *status = Value::from(state.as_str());
                }
            }
        }
        if let (Some(page), Some(token)) = (page, token(answer))
            && self.rules.iter().any(|rule| rule.page.is_some())
            && self.pages.len() < MOST_PAGES
        {
            self.pages.insert(format!("{}/{token}", asked.operation.name), page.saturating_add(1));
        }
    }

    /// The page of a list that a request asks for; none if it asks for no list.
    fn page(&self, asked: &Asked<'_>) -> Option<u64> {
        match token(asked.parameters) {
            None => asked.operation.lists().then_some(1),
            Some(token) => Some(self.pages.get(&format!("{}/{token}", asked.operation.name)).copied().unwrap_or(2)),
        }
    }
}

impl Operation {
    /// Whether it does nothing but show what there is.
    fn reads(&self) -> bool {
        !self.writes && ["Get", "List", "Describe", "BatchGet"].iter().any(|start| self.name.starts_with(start))
    }

    /// Whether it shows more than one thing.
    fn lists(&self) -> bool {
        ["List", "Describe"].iter().any(|start| self.name.starts_with(start))
    }
}

/// The token of a page in a request or in an answer.
fn token(document: &Value) -> Option<&str> {
    PAGE_TOKENS.iter().find_map(|member| document.get(member)).and_then(Value::as_str)
}

/// The states of the resources in an answer, of those that are about something if that is given.
///
/// What is inside of a resource, such as the strategies of a memory, has states of its own that are left alone.
fn statuses<'a>(value: &'a mut Value, about: Option<&str>, found: &mut Vec<&'a mut Value>) {
    if value.get("status").is_some_and(Value::is_string) {
        if about.is_none_or(|wanted| value.to_string().contains(wanted)) {
            found.extend(value.get_mut("status"));
        }
        return;
    }
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(_, member)| statuses(member, about, found)),
        Value::Array(items) => items.iter_mut().for_each(|item| statuses(item, about, found)),
        _ => {}
    }
}
