//! What the shapes of the requests about runtimes cannot say, and what the service fills in.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::services::control::authorizer;

/// How long an idle session lives, in seconds, unless it is said.
const IDLE_SECONDS: i64 = 900;
/// How long any session lives, in seconds, unless it is said.
const LIFETIME_SECONDS: i64 = 28_800;
/// The port of the container that belongs to the service.
pub(super) const RESERVED_PORT: i64 = 8443;

/// Refuses what is well formed and yet makes no sense.
pub(super) fn check(body: &Map<String, Value>) -> Result<(), Failure> {
    let network = body.get("networkConfiguration");
    let mode = network.and_then(|network| network.get("networkMode")).and_then(Value::as_str);
    let vpc = network.and_then(|network| network.get("networkModeConfig"));
    check_vpc("networkConfiguration.networkModeConfig", mode == Some("VPC"), vpc)?;
    if let Some(Value::Array(systems)) = body.get("filesystemConfigurations") {
        check_mount_paths(systems)?;
    }
    check_lifecycle(body.get("lifecycleConfiguration"))?;
    check_ports(body)?;
    super::hooks::check(body)?;
    authorizer::check(body)
}

/// The place in a VPC: there if and only if the mode is VPC, and without the member that is only ever read.
pub(in super::super) fn check_vpc(field: &str, wanted: bool, vpc: Option<&Value>) -> Result<(), Failure> {
    if wanted != vpc.is_some() {
        let must = if wanted { "must" } else { "must not" };
        return Err(Failure::field(field, format!("{field} {must} be set for this network mode")));
    }
    if vpc.is_some_and(|vpc| vpc.get("requireServiceS3Endpoint").is_some()) {
        return Err(Failure::field(field, "requireServiceS3Endpoint cannot be set"));
    }
    Ok(())
}

/// Each file system at a place of its own.
pub(in super::super) fn check_mount_paths(systems: &[Value]) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    let places = systems.iter().filter_map(Value::as_object).flat_map(Map::values);
    for path in places.filter_map(|system| system.get("mountPath").and_then(Value::as_str)) {
        if !seen.insert(path.trim_end_matches('/')) {
            return Err(Failure::field("filesystemConfigurations", format!("mountPath {path} is used twice")));
        }
    }
    Ok(())
}

fn check_lifecycle(lifecycle: Option<&Value>) -> Result<(), Failure> {
    let number = |name| lifecycle.and_then(|lifecycle| lifecycle.get(name)).and_then(Value::as_i64);
    match (number("idleRuntimeSessionTimeout"), number("maxLifetime")) {
        (Some(idle), Some(lifetime)) if idle > lifetime => Err(Failure::field(
            "lifecycleConfiguration",
            "idleRuntimeSessionTimeout must be less than or equal to maxLifetime",
        )),
        _ => Ok(()),
    }
}

fn check_ports(body: &Map<String, Value>) -> Result<(), Failure> {
    let own = body.pointer_in("protocolConfiguration", "port").and_then(Value::as_i64);
    if own == Some(RESERVED_PORT) {
        return Err(Failure::field("protocolConfiguration.port", format!("Port {RESERVED_PORT} is reserved")));
    }
    let Some(Value::Array(ports)) = body.get("allowedPorts") else { return Ok(()) };
    let mut ranges: Vec<(i64, i64)> = ports.iter().filter_map(range).collect();
    ranges.sort_unstable();
    let mut last = i64::MIN;
    for (from, to) in ranges {
        if from > to || from <= last || (from..=to).contains(&RESERVED_PORT) {
            let message = format!("Ports must not overlap, not run backwards and not contain {RESERVED_PORT}");
            return Err(Failure::field("allowedPorts", message));
        }
        last = to;
    }
    Ok(())
}

fn range(port: &Value) -> Option<(i64, i64)> {
    if let Some(one) = port.get("port").and_then(Value::as_i64) {
        return Some((one, one));
    }
    let range = port.get("portRange")?;
    Some((range.get("from")?.as_i64()?, range.get("to")?.as_i64()?))
}

/// Which of the two sorts of artifact there is. A runtime cannot change from one to the other.
pub(super) fn artifact_sort(body: &Map<String, Value>) -> Option<&str> {
    body.get("agentRuntimeArtifact")?.as_object()?.keys().next().map(String::as_str)
}

/// Fills in what the service fills in, and leaves out what it does not report.
pub(super) fn complete(body: &mut Map<String, Value>) {
    let number = |name| body.pointer_in("lifecycleConfiguration", name).and_then(Value::as_i64);
    let (idle, lifetime) = (number("idleRuntimeSessionTimeout"), number("maxLifetime"));
    let lifetime = lifetime.unwrap_or_else(|| LIFETIME_SECONDS.max(idle.unwrap_or(0)));
    let idle = idle.unwrap_or_else(|| IDLE_SECONDS.min(lifetime));
    body.insert(
        "lifecycleConfiguration".to_owned(),
        json!({ "idleRuntimeSessionTimeout": idle, "maxLifetime": lifetime }),
    );
    body.entry("networkConfiguration").or_insert_with(|| json!({ "networkMode": "PUBLIC" }));
    for name in ["environmentVariables", "filesystemConfigurations", "resourceConfigurations"] {
        let empty = match body.get(name) {
            Some(Value::Object(members)) => members.is_empty(),
            Some(Value::Array(items)) => items.is_empty(),
            _ => false,
        };
        if empty {
            body.remove(name);
        }
    }
}

/// A member of a member.
trait PointerIn {
    fn pointer_in(&self, outer: &str, inner: &str) -> Option<&Value>;
}

impl PointerIn for Map<String, Value> {
    fn pointer_in(&self, outer: &str, inner: &str) -> Option<&Value> {
        self.get(outer)?.get(inner)
    }
}
