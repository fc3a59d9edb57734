//! Lists the memories of the cluster that your kubeconfig points to.
//!
//! ```text
//! cargo run -p agentcore-api --example list_memories
//! ```

use agentcore_api::{AgentMemory, status::ConditionType};
use kube::{Api, Client, ResourceExt, api::ListParams};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), kube::Error> {
    let client = Client::try_default().await?;
    let memories: Api<AgentMemory> = Api::all(client);
    for memory in memories.list(&ListParams::default()).await? {
        let status = memory.status.clone().unwrap_or_default();
        let ready = status.common.condition(ConditionType::Ready).map_or("Unknown", |ready| ready.status.as_str());
        println!(
            "{}/{}: Ready={ready}, {}, {}",
            memory.namespace().unwrap_or_default(),
            memory.name_any(),
            status.common.id.as_deref().unwrap_or("not yet in AWS"),
            status.memory_type.as_deref().unwrap_or("nothing known of its strategies"),
        );
    }
    Ok(())
}
