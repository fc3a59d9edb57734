//! Real AWS: whose account it is, and what will be made there. Never run against AWS.

use anyhow::{Context, bail};
use serde_json::Value;

use super::arguments::Agent;

/// An account and a region of AWS.
pub(crate) struct Target {
    account: String,
    caller: String,
    /// The region.
    pub(crate) region: String,
    /// The agent's role, which the operator has to be allowed to pass on.
    pub(crate) role_arn: String,
}

/// Finds out whose credentials are configured and for which region.
pub(crate) async fn look(agent: &Agent) -> anyhow::Result<Target> {
    let config = aws_config::load_from_env().await;
    let region = config
        .region()
        .context("no AWS region is configured: set AWS_REGION, or a region in the profile that AWS_PROFILE names")?
        .to_string();
    let identity =
        aws_sdk_sts::Client::new(&config).get_caller_identity().send().await.context(
            "cannot find out whose AWS credentials these are: `aws sts get-caller-identity` has to work first",
        )?;
    let known = |value: Option<&str>| value.map(str::to_owned).context("AWS does not say whose credentials these are");
    let account = known(identity.account())?;
    check_role(&agent.role_arn, &account)?;
    Ok(Target { account, caller: known(identity.arn())?, region, role_arn: agent.role_arn.clone() })
}

/// A role of another account would only be refused minutes later.
fn check_role(arn: &str, account: &str) -> anyhow::Result<()> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", of, role] if role.starts_with("role/") => {
            if of != &account {
                bail!("the role {arn} is of account {of}, but your credentials are of {account}");
            }
            Ok(())
        }
        _ => bail!("{arn} is no ARN of a role: one looks like arn:aws:iam::{account}:role/NAME"),
    }
}

impl Target {
    /// What the user is told before anything is made.
    pub(crate) fn plan(&self, objects: &[Value]) -> String {
        let mut lines = vec![
            "This uses real AWS, and AWS bills what it creates. It was never run against AWS before.".to_owned(),
            format!("  account  {}", self.account),
            format!("  caller   {}", self.caller),
            format!("  region   {}", self.region),
            "It will create:".to_owned(),
        ];
        lines.extend(objects.iter().map(|object| format!("  {}", creates(object))));
        lines.join("\n")
    }
}

/// What an object is in AWS, in a line.
fn creates(object: &Value) -> String {
    let text = |place: &str| object.pointer(place).and_then(Value::as_str).unwrap_or_default();
    let what = match text("/kind") {
        "AgentMemory" if text("/spec/strategyPreset") == "Standard" => {
            "a memory with three long-term strategies".into()
        }
        "AgentMemory" => "a memory".into(),
        "CodeInterpreter" => "a code interpreter".into(),
        "AgentRuntime" => format!(
            "an agent runtime of the image {}, with the role {}",
            text("/spec/artifact/container/image"),
            text("/spec/executionRole/arn")
        ),
        _ => "a resource".to_owned(),
    };
    format!("{}/{}: {what}", text("/kind"), text("/metadata/name"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Target, check_role};

    #[test]
    fn a_role_has_to_be_the_accounts() {
        assert!(check_role("arn:aws:iam::123456789012:role/path/Agent", "123456789012").is_ok());
        assert!(check_role("arn:aws-cn:iam::123456789012:role/Agent", "123456789012").is_ok());
        let other = check_role("arn:aws:iam::210987654321:role/Agent", "123456789012").unwrap_err().to_string();
        assert!(other.contains("210987654321") && other.contains("123456789012"), "{other}");
        for wrong in ["Agent", "arn:aws:iam::123456789012:user/me", "arn:aws:s3:::bucket"] {
            assert!(check_role(wrong, "123456789012").unwrap_err().to_string().contains("role/NAME"), "{wrong}");
        }
    }

    #[test]
    fn the_plan_names_everything() {
        let target = Target {
            account: "123456789012".into(),
            caller: "arn:aws:iam::123456789012:user/me".into(),
            region: "eu-west-1".into(),
            role_arn: "arn:r".into(),
        };
        let plan = target.plan(&[
            json!({ "kind": "AgentMemory", "metadata": { "name": "m" }, "spec": { "strategyPreset": "Standard" } }),
            json!({ "kind": "CodeInterpreter", "metadata": { "name": "c" } }),
            json!({ "kind": "AgentRuntime", "metadata": { "name": "r" }, "spec": {
                "artifact": { "container": { "image": "i:1" } }, "executionRole": { "arn": "arn:r" } } }),
        ]);
        for part in [
            "account  123456789012",
            "user/me",
            "eu-west-1",
            "never run",
            "AgentMemory/m: a memory with three long-term strategies",
            "CodeInterpreter/c: a code interpreter",
            "AgentRuntime/r: an agent runtime of the image i:1, with the role arn:r",
        ] {
            assert!(plan.contains(part), "{part} is not in {plan}");
        }
    }
}
