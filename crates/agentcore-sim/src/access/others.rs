//! What the actions of the other services are on.
//!
//! Source: Service Authorization Reference, actions and resource types of each service. Of X-Ray no action that exists
//! here is on a resource.

use serde_json::{Map, Value};

use super::{Asked, Need};

/// IAM: the role or the policy that is named. In refusals it goes by its name.
pub(super) fn iam(asked: &Asked<'_>, action: &str, document: &Map<String, Value>) -> Vec<Need> {
    let account = &asked.caller.account;
    let text = |name: &str| document.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let path = text("Path").unwrap_or("/");
    let mut need = Need::new(action, "*");
    if let Some(arn) = text("PolicySourceArn") {
        arn.clone_into(&mut need.resource);
    } else if let Some(name) = text("RoleName") {
        let known = asked.store.iam.role(account, name).map(|role| role.arn.clone());
        need.resource = known.unwrap_or_else(|| format!("arn:aws:iam::{account}:role{path}{name}"));
        need.shown = Some(format!("role {name}"));
    } else if let Some(service) = text("AWSServiceName") {
        let linked = crate::services::iam::linked_to(service).map(|linked| linked.arn(account));
        need.resource = linked.unwrap_or_else(|| format!("arn:aws:iam::{account}:role/aws-service-role/{service}/*"));
    } else if let Some(task) = text("DeletionTaskId") {
        let role = task.strip_prefix("task/").and_then(|task| task.rsplit_once('/')).map_or("*", |(role, _)| role);
        need.resource = format!("arn:aws:iam::{account}:role/{role}");
    } else if let Some(arn) = text("PolicyArn") {
        arn.clone_into(&mut need.resource);
        need.shown = Some(format!("policy {arn}"));
    } else if let Some(name) = text("PolicyName") {
        need.resource = format!("arn:aws:iam::{account}:policy{path}{name}");
        need.shown = Some(format!("policy {name}"));
    }
    let tags_too = ["CreateRole", "CreatePolicy"].contains(&asked.operation)
        && document.get("Tags").is_some_and(|tags| tags.as_array().is_some_and(|tags| !tags.is_empty()));
    let tag = Need { action: asked.operation.replacen("Create", "iam:Tag", 1), ..need.clone() };
    let mut all = vec![need];
    all.extend(tags_too.then_some(tag));
    all
}

/// STS: the role that somebody wants to become.
pub(super) fn sts(action: &str, document: &Map<String, Value>) -> Vec<Need> {
    let role = document.get("RoleArn").and_then(Value::as_str).unwrap_or("*");
    let mut all = vec![Need::new(action, role)];
    if action == "sts:AssumeRole" && document.contains_key("Tags") {
        all.push(Need::new("sts:TagSession", role));
    }
    all
}

/// Actions of ECR that are on the registry as a whole.
const OF_REGISTRY: &[&str] = &["GetAuthorizationToken", "DescribeRegistry", "GetRegistryPolicy", "PutRegistryPolicy"];

/// ECR: the repositories that are named, or all where none is.
pub(super) fn ecr(asked: &Asked<'_>, document: &Map<String, Value>) -> Vec<String> {
    if OF_REGISTRY.contains(&asked.operation) {
        return vec!["*".to_owned()];
    }
    if let Some(arn) = document.get("resourceArn").and_then(Value::as_str) {
        return vec![arn.to_owned()];
    }
    let (region, account) = (&asked.caller.region, &asked.caller.account);
    let account = document.get("registryId").and_then(Value::as_str).unwrap_or(account);
    let mut names = texts(document, &["repositoryName", "repositoryNames"]);
    if names.is_empty() {
        names.push("*".to_owned());
    }
    names.into_iter().map(|name| format!("arn:aws:ecr:{region}:{account}:repository/{name}")).collect()
}

/// Actions of CloudWatch Logs on groups of logs, and on one stream of a group.
const OF_GROUP: &[&str] = &[
    "CreateLogGroup",
    "DeleteLogGroup",
    "PutRetentionPolicy",
    "DeleteRetentionPolicy",
    "DescribeLogStreams",
    "FilterLogEvents",
    "StartQuery",
    "StartLiveTail",
    "GetLogGroupFields",
    "TagLogGroup",
    "UntagLogGroup",
    "ListTagsLogGroup",
    // It is documented to be on nothing in particular; refusals name a group without a name.
    "DescribeLogGroups",
];
const OF_STREAM: &[&str] = &["CreateLogStream", "DeleteLogStream", "PutLogEvents", "GetLogEvents"];
/// Actions on what is delivered: the words of the operation and of the ARN.
const OF_DELIVERY: &[(&str, &str)] =
    &[("DeliverySource", "delivery-source"), ("DeliveryDestination", "delivery-destination")];

/// CloudWatch Logs: groups, streams, or what is delivered.
pub(super) fn logs(asked: &Asked<'_>, document: &Map<String, Value>) -> Vec<String> {
    let (region, account) = (&asked.caller.region, &asked.caller.account);
    let arn = |rest: String| format!("arn:aws:logs:{region}:{account}:{rest}");
    let operation = asked.operation;
    if let Some(named) = document.get("resourceArn").filter(|_| operation.contains("Tag")).and_then(Value::as_str) {
        return vec![named.to_owned()];
    }
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    if OF_STREAM.contains(&operation) || OF_GROUP.contains(&operation) {
        let stream = if OF_STREAM.contains(&operation) { text("logStreamName") } else { "" };
        let names = ["logGroupName", "logGroupNames", "logGroupIdentifier", "logGroupIdentifiers"];
        let mut groups = if operation == "DescribeLogGroups" { Vec::new() } else { texts(document, &names) };
        if groups.is_empty() {
            groups.push(String::new());
        }
        let name = |group: &str| group.split(":log-group:").last().unwrap_or(group).trim_end_matches(":*").to_owned();
        return groups.iter().map(|group| arn(format!("log-group:{}:log-stream:{stream}", name(group)))).collect();
    }
    if operation.starts_with("Describe") {
        return vec!["*".to_owned()];
    }
    if operation == "CreateDelivery" {
        let source = arn(format!("delivery-source:{}", text("deliverySourceName")));
        return vec![arn("delivery:*".to_owned()), source, text("deliveryDestinationArn").to_owned()];
    }
    if operation.ends_with("Delivery") {
        return vec![arn(format!("delivery:{}", text("id")))];
    }
    let sort = OF_DELIVERY.iter().find(|(word, _)| operation.contains(word));
    let name = if text("name").is_empty() { text("deliveryDestinationName") } else { text("name") };
    sort.map_or_else(|| vec!["*".to_owned()], |(_, sort)| vec![arn(format!("{sort}:{name}"))])
}

/// Texts that stand alone or in lists under any of these names.
fn texts(document: &Map<String, Value>, names: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for value in names.iter().filter_map(|name| document.get(*name)) {
        match value {
            Value::Array(items) => all.extend(items.iter().filter_map(Value::as_str).map(str::to_owned)),
            other => all.extend(other.as_str().map(str::to_owned)),
        }
    }
    all
}
