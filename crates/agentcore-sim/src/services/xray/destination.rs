//! Where segments of traces go: to X-Ray itself, or to CloudWatch Logs, which is what Transaction Search needs.

use serde_json::{Value, json};

use super::state::refused;
use crate::failure::Failure;
use crate::moment::later;
use crate::services::{Call, Reply};
use crate::shape::{Shape, opt, text as words};

/// The log group of the spans, which X-Ray makes.
const SPANS: &str = "aws/spans";
/// How long a change takes in the realistic mode, in milliseconds: seconds to minutes were seen in the field.
const PENDING: (u64, u64) = (10_000, 600_000);

static GET: Shape = Shape::Record(&[]);
static DESTINATION: Shape = Shape::Choice(&["XRay", "CloudWatchLogs"]);
static KEY: Shape = words(1, 256);
static LOGS: Shape = Shape::Record(&[opt("SpansLogGroupKmsKeyId", &KEY)]);
static UPDATE: Shape = Shape::Record(&[opt("Destination", &DESTINATION), opt("CloudWatchLogsConfiguration", &LOGS)]);

/// Where they go.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    GET.accept(&call.params.body)?;
    Ok(view(call))
}

/// Sends them somewhere else.
pub(super) fn update(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = UPDATE.accept(&call.params.body)?;
    let to = body.get("Destination").and_then(Value::as_str).ok_or_else(|| refused("Destination must be given"))?;
    let key = body.get("CloudWatchLogsConfiguration").and_then(|logs| logs.get("SpansLogGroupKmsKeyId"));
    let key = key.and_then(Value::as_str).map(str::to_owned);
    let now = call.now;
    let place = call.xray();
    if !place.active(now) {
        return Err(refused("Updates are not allowed while the current status is PENDING"));
    }
    if place.destination == to {
        return Err(refused(format!("The destination is {to} already")));
    }
    if to == "CloudWatchLogs" {
        prepare(call, key)?;
    } else if key.is_some() {
        return Err(refused("CloudWatchLogsConfiguration can be given for the destination CloudWatchLogs only"));
    }
    let duration = call.random.millis(PENDING.0, PENDING.1);
    let at = later(now, call.settings.pace(duration));
    let place = call.xray();
    to.clone_into(&mut place.destination);
    place.active_at = Some(at);
    Ok(view(call))
}

/// X-Ray must be let into the log group of the spans, and makes it.
fn prepare(call: &mut Call<'_>, key: Option<String>) -> Result<(), Failure> {
    let logs = &mut call.store.logs;
    if !logs.may_write("xray.amazonaws.com", SPANS, call.caller) {
        return Err(Failure::Denied(format!(
            "XRay does not have permission to call PutLogEvents on the {SPANS} Log Group. Please verify that your \
             CloudWatch Logs Resource Policies are configured correctly"
        )));
    }
    if key.is_some() && logs.has_group(SPANS, call.caller) {
        return Err(refused(format!("The log group {SPANS} exists: a key can be given only before it is made")));
    }
    logs.keep_group(SPANS, key, call.caller, call.now);
    Ok(())
}

fn view(call: &mut Call<'_>) -> Reply {
    let now = call.now;
    let place = call.xray();
    let status = if place.active(now) { "ACTIVE" } else { "PENDING" };
    Reply::Json(json!({ "Destination": place.destination, "Status": status }))
}
