//! The actions that a request needs: its own, and those that depend on it.

use serde_json::{Map, Value};

use super::{Asked, Need, agentcore, dependent, others};

/// All actions that a request needs, its own first.
pub(super) fn needs(asked: &Asked<'_>, document: &Map<String, Value>) -> Vec<Need> {
    let prefix = asked.service.signing_name;
    let action = format!("{prefix}:{}", asked.operation);
    let on = |resources: Vec<String>| -> Vec<Need> {
        resources.into_iter().map(|resource| Need::new(action.as_str(), resource)).collect()
    };
    match prefix {
        "bedrock-agentcore" => {
            let mut all = on(agentcore::resources(asked, asked.operation, document));
            all.extend(dependent::needs(asked, document));
            all
        }
        "iam" => others::iam(asked, &action, document),
        "ecr" => on(others::ecr(asked, document)),
        "logs" => {
            let mut all = on(others::logs(asked, document));
            all.extend(dependent::needs(asked, document));
            all
        }
        // Everybody may ask who they are.
        "sts" if asked.operation == "GetCallerIdentity" => Vec::new(),
        "sts" => others::sts(&action, document),
        _ => on(vec!["*".to_owned()]),
    }
}
