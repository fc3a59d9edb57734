//! The only rule of how many spans are indexed.

use serde_json::{Value, json};

use super::state::{Place, refused};
use crate::failure::Failure;
use crate::moment::epoch;
use crate::services::{Call, Reply};
use crate::shape::common::ANY_TEXT;
use crate::shape::{Shape, opt, req};

/// The name of the rule.
const NAME: &str = "Default";

static GET: Shape = Shape::Record(&[opt("NextToken", &ANY_TEXT)]);
static PERCENTAGE: Shape = Shape::Number;
static PROBABILISTIC: Shape = Shape::Record(&[req("DesiredSamplingPercentage", &PERCENTAGE)]);
static RULE: Shape = Shape::Union(&[opt("Probabilistic", &PROBABILISTIC)]);
static UPDATE: Shape = Shape::Record(&[req("Name", &ANY_TEXT), req("Rule", &RULE)]);

/// The rule.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    GET.accept(&call.params.body)?;
    Ok(Reply::Json(json!({ "IndexingRules": [view(call.xray())] })))
}

/// Sets the percentage.
pub(super) fn update(call: &mut Call<'_>) -> Result<Reply, Failure> {
    let body = UPDATE.accept(&call.params.body)?;
    let name = body.get("Name").and_then(Value::as_str).unwrap_or_default();
    if name != NAME {
        return Err(Failure::NotFound(format!("The indexing rule {name} does not exist")));
    }
    let rule = body.get("Rule").and_then(|rule| rule.pointer("/Probabilistic/DesiredSamplingPercentage"));
    let percentage = rule.and_then(Value::as_f64).unwrap_or(-1.0);
    if !(0.0..=100.0).contains(&percentage) {
        return Err(refused("DesiredSamplingPercentage must be a number from 0 to 100"));
    }
    let now = call.now;
    let place = call.xray();
    place.percentage = percentage;
    place.modified_at = Some(now);
    Ok(Reply::Json(json!({ "IndexingRule": view(place) })))
}

fn view(place: &Place) -> Value {
    json!({
        "Name": NAME,
        "ModifiedAt": place.modified_at.map(epoch),
        "Rule": {
            "Probabilistic": {
                "DesiredSamplingPercentage": place.percentage,
                "ActualSamplingPercentage": place.percentage,
            }
        },
    })
}
