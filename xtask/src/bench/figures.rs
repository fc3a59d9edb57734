//! From what was seen to the figures of a row.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    fmt,
};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    aws::{Call, Resource},
    observe::Seen,
    plan::Kind,
};

/// The figures of a kind, a number of objects and a profile: what `--json` writes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) kind: &'static str,
    pub(crate) n: usize,
    pub(crate) profile: &'static str,
    /// From the request that makes the object until a watch shows it ready.
    pub(crate) apply_to_ready_seconds: Percentiles,
    /// From when AWS had the resource in its good state until a watch shows the object ready.
    pub(crate) aws_ready_to_ready_seconds: Percentiles,
    /// Requests to AgentCore from the start of the operator until all were ready.
    pub(crate) aws_calls_per_object: f64,
    /// Requests that AWS refused for coming too fast, in the whole round.
    pub(crate) throttled_calls: usize,
    /// Creations a second, of the published quota; of one object there is no rate.
    pub(crate) quota_used: Option<f64>,
    /// Writes of the operator while the objects were left alone, those of its lease apart.
    pub(crate) apiserver_writes_at_rest: usize,
    /// Requests to AgentCore meanwhile.
    pub(crate) aws_calls_per_minute_at_rest: f64,
    /// The operator's memory before there were objects.
    pub(crate) rss_idle_mib: f64,
    /// The most memory that it had.
    pub(crate) rss_peak_mib: f64,
    /// The CPU time that it took for all.
    pub(crate) cpu_seconds: f64,
}

/// What is told beside the rows.
#[derive(Clone, Debug)]
pub(crate) struct Beside {
    /// From the start of the operator until it first wrote the status of an object.
    pub(crate) start_to_first_pass_seconds: f64,
    /// The operator's memory with all objects ready.
    pub(crate) rss_at_rest_mib: f64,
    /// List requests a minute while the objects were left alone.
    pub(crate) lists_per_minute_at_rest: f64,
    /// From when resources were deleted in AWS until their objects said so.
    pub(crate) drift_seen_seconds: Option<Percentiles>,
    /// From when all objects were deleted until each was gone.
    pub(crate) delete_seconds: Percentiles,
    /// Requests to AgentCore meanwhile.
    pub(crate) delete_calls_per_object: f64,
    /// Which requests there were until all were ready.
    pub(crate) made_by: Requests,
    /// Which there were from when all were deleted until each was gone.
    pub(crate) deleted_by: Requests,
    /// Which AWS refused for coming too fast, and in which step.
    pub(crate) throttled: Throttled,
}

/// Requests by operation, for each object, the most frequent ones first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Requests(Vec<(String, f64)>);

impl Requests {
    /// Those of these calls, for each of so many objects.
    pub(crate) fn of<'a>(calls: impl IntoIterator<Item = &'a Call>, objects: usize) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for call in calls {
            *counts.entry(&call.operation).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        Self(counts.into_iter().map(|(operation, count)| (operation.to_owned(), per(count, objects))).collect())
    }
}

impl fmt::Display for Requests {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(|(operation, count)| format!("{operation} {count:.2}")).collect();
        formatter.write_str(&all.join(", "))
    }
}

/// Requests that AWS refused for coming too fast, by step and operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Throttled(BTreeMap<(&'static str, String), usize>);

impl Throttled {
    /// Those of these calls, where all objects were ready at one time and deleted at another.
    pub(crate) fn of(calls: &[Call], ready: Timestamp, deleted: Timestamp) -> Self {
        let mut counts = BTreeMap::new();
        for call in calls.iter().filter(|call| call.is_throttled()) {
            let step = match call.time {
                time if time <= ready => "until Ready",
                time if time < deleted => "at rest",
                _ => "deleting",
            };
            *counts.entry((step, call.operation.clone())).or_default() += 1;
        }
        Self(counts)
    }
}

impl fmt::Display for Throttled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |((step, operation), count): (&(&str, String), &usize)| format!("{step}: {operation} {count}");
        let all: Vec<String> = self.0.iter().map(told).collect();
        formatter.write_str(if all.is_empty() { "-".to_owned() } else { all.join(", ") }.as_str())
    }
}

/// The middle and the worst of many, the worst hundredth left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Percentiles {
    /// What half of them are below.
    pub(crate) p50: f64,
    /// What 99 of 100 are below.
    pub(crate) p99: f64,
}

impl Percentiles {
    /// By nearest rank, to milliseconds. Of nothing there are none.
    pub(crate) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let rank = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100).max(1);
            values.get(rank - 1).map(|value| rounded(*value, 3))
        };
        Some(Self { p50: rank(50)?, p99: rank(99)? })
    }
}

impl fmt::Display for Percentiles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.2} / {:.2}", self.p50, self.p99)
    }
}

/// To so many decimals.
pub(crate) fn rounded(value: f64, decimals: i32) -> f64 {
    let factor = 10_f64.powi(decimals);
    (value * factor).round() / factor
}

/// The seconds from one moment to another.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// So many for each of so many.
#[allow(clippy::cast_precision_loss, reason = "nothing here is counted to 2^52")]
pub(crate) fn per(count: usize, of: usize) -> f64 {
    rounded(count as f64 / of.max(1) as f64, 2)
}

/// So many in so many seconds, for each minute.
#[allow(clippy::cast_precision_loss, reason = "nothing here is counted to 2^52")]
pub(crate) fn per_minute(count: usize, seconds: f64) -> f64 {
    rounded(count as f64 * 60.0 / seconds, 2)
}

/// The share of a quota of requests a second that these creations used, from the first to the last.
///
/// What had an effect counts: a creation that is refused uses nothing. The last is the end of the time and not part of
/// the rate; AWS lets a second's worth pass at once at the beginning, so that the share of few can be above 1.
#[allow(clippy::cast_precision_loss, reason = "nothing here is counted to 2^52")]
pub(crate) fn quota_used(calls: &[Call], operation: &str, quota: f64) -> Option<f64> {
    let times: Vec<Timestamp> =
        calls.iter().filter(|call| call.effect && call.operation == operation).map(|call| call.time).collect();
    let span = seconds(*times.first()?, *times.last()?);
    (span > 0.0).then(|| rounded((times.len() - 1) as f64 / span / quota, 3))
}

/// The resource of each object by the object's name: its id, and when AWS had it ready for good.
///
/// With a runtime count its endpoints: it is of no use before them.
pub(crate) fn resources_of(
    seen: &BTreeMap<String, Seen>,
    resources: &[Resource],
    kind: Kind,
) -> BTreeMap<String, (String, Timestamp)> {
    let mut by_text: HashMap<&str, &Resource> = HashMap::new();
    for resource in resources.iter().filter(|resource| resource.is(kind)) {
        by_text.insert(&resource.id, resource);
        by_text.insert(&resource.arn, resource);
    }
    let mut inner: HashMap<&str, Timestamp> = HashMap::new();
    for resource in resources {
        if let Some((outer, _)) = resource.id.split_once('/') {
            let latest = inner.entry(outer).or_insert(resource.status_since);
            *latest = resource.status_since.max(*latest);
        }
    }
    let of = |seen: &Seen| {
        let resource = seen.texts().into_iter().find_map(|text| by_text.get(text).copied())?;
        let since = inner
            .get(resource.id.as_str())
            .copied()
            .map_or(resource.status_since, |inner| inner.max(resource.status_since));
        Some((resource.id.clone(), since))
    };
    seen.iter().filter_map(|(name, seen)| Some((name.clone(), of(seen)?))).collect()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use serde_json::json;

    use super::{
        Call, Kind, Percentiles, Requests, Resource, Seen, Throttled, per, per_minute, quota_used, resources_of,
    };

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let of = |values: &[f64]| Percentiles::of(values.to_vec());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[2.0]), Some(Percentiles { p50: 2.0, p99: 2.0 }));
        assert_eq!(of(&[3.0, 1.0]), Some(Percentiles { p50: 1.0, p99: 3.0 }));
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(of(&hundred), Some(Percentiles { p50: 50.0, p99: 99.0 }));
        let thousand: Vec<f64> = (1..=1000).map(f64::from).collect();
        assert_eq!(of(&thousand), Some(Percentiles { p50: 500.0, p99: 990.0 }));
    }

    fn call(seq: u64, time: &str, operation: &str, effect: bool) -> Call {
        serde_json::from_value(json!({
            "seq": seq, "time": time, "service": "bedrock-agentcore-control", "operation": operation, "effect": effect,
            "outcome": { "status": if effect { 202 } else { 429 }, "code": "" },
        }))
        .unwrap()
    }

    #[test]
    fn the_share_of_a_quota_is_that_of_what_was_created() {
        let calls: Vec<Call> = (0..=8)
            .map(|n| call(n, &format!("2027-01-15T08:00:0{n}Z"), "CreateMemory", n != 3))
            .chain([call(9, "2027-01-15T08:01:00Z", "GetMemory", false)])
            .collect();
        // Eight with an effect in eight seconds: seven after the first, of three a second.
        assert_eq!(quota_used(&calls, "CreateMemory", 3.0), Some(0.292));
        assert_eq!(quota_used(&calls[..1], "CreateMemory", 3.0), None);
        assert!(calls[3].is_throttled() && !calls[0].is_throttled());
        let (refused, before) = (calls[3].time, calls[0].time);
        let throttled = |ready, deleted| Throttled::of(&calls[..9], ready, deleted).to_string();
        let operation = &calls[3].operation;
        assert_eq!(throttled(refused, refused), format!("until Ready: {operation} 1"));
        assert_eq!(throttled(before, refused), format!("deleting: {operation} 1"));
        assert_eq!(throttled(before, refused + Duration::from_secs(1)), format!("at rest: {operation} 1"));
        assert_eq!(Throttled::of(&calls[..1], before, before).to_string(), "-");
        assert!((per(249, 100) - 2.49).abs() < 1e-9 && (per_minute(3, 90.0) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn requests_are_counted_by_operation() {
        let calls = ["GetMemory", "CreateMemory", "GetMemory", "ListMemories"]
            .map(|operation| call(1, "2027-01-15T08:00:00Z", operation, true));
        let requests = Requests::of(&calls, 2);
        assert_eq!(requests.to_string(), "GetMemory 1.00, CreateMemory 0.50, ListMemories 0.50");
        assert_eq!(Requests::of([], 2).to_string(), "");
    }

    #[test]
    fn a_runtime_is_ready_when_its_endpoint_is() {
        let resource = |kind: &str, id: &str, second: u32| -> Resource {
            let since = format!("2027-01-15T08:00:0{second}Z");
            serde_json::from_value(json!({ "type": kind, "id": id, "arn": format!("arn:{id}"), "statusSince": since }))
                .unwrap()
        };
        let resources = [
            resource("AgentRuntime", "a-1", 1),
            resource("AgentRuntimeEndpoint", "a-1/DEFAULT", 5),
            resource("AgentRuntime", "b-2", 2),
            resource("Memory", "m-3", 3),
        ];
        let object = |text: &str| Seen { object: json!({ "status": { "deep": [text] } }), ..Seen::default() };
        let seen: BTreeMap<String, Seen> =
            [("a", "arn:a-1"), ("b", "b-2"), ("c", "m-3")].map(|(name, text)| (name.to_owned(), object(text))).into();
        let found = resources_of(&seen, &resources, Kind::AgentRuntime);
        assert_eq!(found.len(), 2);
        assert_eq!(found["a"], ("a-1".to_owned(), "2027-01-15T08:00:05Z".parse().unwrap()));
        assert_eq!(found["b"].1, "2027-01-15T08:00:02Z".parse().unwrap());
    }
}
