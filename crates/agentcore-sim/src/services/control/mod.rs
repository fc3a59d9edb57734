//! The control plane of Amazon Bedrock AgentCore.

mod authorizer;
mod browser;
mod endpoint;
mod gateway;
mod identity;
mod interpreter;
mod lookup;
mod memory;
mod page;
mod policy;
mod profile;
mod runtime;
mod settle;
mod tags;
mod target;
mod tool;

pub(super) use endpoint::DEFAULT as DEFAULT_ENDPOINT;
pub(super) use interpreter::SYSTEM_INTERPRETER;
pub(super) use page::cut;

use super::{Call, Operation, Protocol, Run, Service};
use crate::failure::Dialect;

/// The service.
pub(crate) static SERVICE: Service = Service {
    signing_name: "bedrock-agentcore",
    name: "bedrock-agentcore-control",
    protocol: Protocol::RestJson,
    operations: OPERATIONS,
    missing: include_str!("missing.tsv"),
};

/// An operation that changes nothing.
const fn read(name: &'static str, route: (&'static str, &'static str), per_second: u32, run: Run) -> Operation {
    Operation::read(name, route, per_second, Dialect::Common, run)
}

/// An operation that changes something, with a client token.
const fn write(name: &'static str, route: (&'static str, &'static str), per_second: u32, run: Run) -> Operation {
    Operation { status: 202, writes: true, token: true, ..read(name, route, per_second, run) }
}

/// An operation on the policy of a resource. Their quotas are not published; 5 a second is assumed.
const fn policy(name: &'static str, method: &'static str, status: u16, run: Run) -> Operation {
    let operation = untokened(answers(status, write(name, (method, "/resourcepolicy/{resourceArn}"), 5, run)));
    Operation { writes: status != 200, ..operation }
}

/// An operation on tags. Their quotas are not published; 5 a second is assumed.
const fn tag(name: &'static str, method: &'static str, status: u16, run: Run) -> Operation {
    Operation { status, writes: status == 204, ..read(name, (method, "/tags/{resourceArn}"), 5, run) }
}

/// The same, answered with another status.
const fn answers(status: u16, operation: Operation) -> Operation {
    Operation { status, ..operation }
}

/// The same, without a client token.
const fn untokened(operation: Operation) -> Operation {
    Operation { token: false, ..operation }
}

/// An operation on workload identities: none has a client token, all are posted.
const fn identity(name: &'static str, path: &'static str, status: u16, writes: bool, run: Run) -> Operation {
    let operation = untokened(answers(status, write(name, ("POST", path), 20, run)));
    Operation { writes, ..operation }
}

/// The same, of a memory: its errors have other names.
const fn of_memory(operation: Operation) -> Operation {
    Operation { dialect: Dialect::Memory, ..operation }
}

const RUNTIMES: &str = "/runtimes/";
const RUNTIME: &str = "/runtimes/{agentRuntimeId}/";
const VERSIONS: &str = "/runtimes/{agentRuntimeId}/versions/";
const ENDPOINTS: &str = "/runtimes/{agentRuntimeId}/runtime-endpoints/";
const ENDPOINT: &str = "/runtimes/{agentRuntimeId}/runtime-endpoints/{endpointName}/";
const INTERPRETERS: &str = "/code-interpreters";
const INTERPRETER: &str = "/code-interpreters/{codeInterpreterId}";

const BROWSERS: &str = "/browsers";
const BROWSER: &str = "/browsers/{browserId}";
const PROFILES: &str = "/browser-profiles";
const PROFILE: &str = "/browser-profiles/{profileId}";
const GATEWAYS: &str = "/gateways/";
const GATEWAY: &str = "/gateways/{gatewayIdentifier}/";
const TARGETS: &str = "/gateways/{gatewayIdentifier}/targets/";
const TARGET: &str = "/gateways/{gatewayIdentifier}/targets/{targetId}/";
const SYNCHRONIZE: &str = "/gateways/{gatewayIdentifier}/synchronizeTargets";

/// Requests per second are those of the AgentCore developer guide.
static OPERATIONS: &[Operation] = &[
    write("CreateAgentRuntime", ("PUT", RUNTIMES), 5, runtime::create),
    read("GetAgentRuntime", ("GET", RUNTIME), 50, runtime::get),
    write("UpdateAgentRuntime", ("PUT", RUNTIME), 5, runtime::update),
    write("DeleteAgentRuntime", ("DELETE", RUNTIME), 5, runtime::delete),
    read("ListAgentRuntimes", ("POST", RUNTIMES), 5, runtime::list),
    read("ListAgentRuntimeVersions", ("POST", VERSIONS), 5, runtime::list_versions),
    write("CreateAgentRuntimeEndpoint", ("PUT", ENDPOINTS), 5, endpoint::create),
    read("GetAgentRuntimeEndpoint", ("GET", ENDPOINT), 50, endpoint::get),
    write("UpdateAgentRuntimeEndpoint", ("PUT", ENDPOINT), 5, endpoint::update),
    write("DeleteAgentRuntimeEndpoint", ("DELETE", ENDPOINT), 5, endpoint::delete),
    read("ListAgentRuntimeEndpoints", ("POST", ENDPOINTS), 5, endpoint::list),
    of_memory(write("CreateMemory", ("POST", "/memories/create"), 3, memory::create)),
    of_memory(read("GetMemory", ("GET", "/memories/{memoryId}/details"), 50, memory::get)),
    of_memory(write("UpdateMemory", ("PUT", "/memories/{memoryId}/update"), 3, memory::update)),
    of_memory(write("DeleteMemory", ("DELETE", "/memories/{memoryId}/delete"), 3, memory::delete)),
    of_memory(read("ListMemories", ("POST", "/memories/"), 5, memory::list)),
    write("CreateCodeInterpreter", ("PUT", INTERPRETERS), 5, interpreter::create),
    read("GetCodeInterpreter", ("GET", INTERPRETER), 30, interpreter::get),
    write("DeleteCodeInterpreter", ("DELETE", INTERPRETER), 5, interpreter::delete),
    read("ListCodeInterpreters", ("POST", INTERPRETERS), 30, interpreter::list),
    write("CreateBrowser", ("PUT", BROWSERS), 5, browser::create),
    read("GetBrowser", ("GET", BROWSER), 30, browser::get),
    write("DeleteBrowser", ("DELETE", BROWSER), 5, browser::delete),
    read("ListBrowsers", ("POST", BROWSERS), 30, browser::list_all),
    answers(200, write("CreateBrowserProfile", ("PUT", PROFILES), 5, profile::create)),
    read("GetBrowserProfile", ("GET", PROFILE), 30, profile::get),
    answers(200, write("DeleteBrowserProfile", ("DELETE", PROFILE), 5, profile::delete)),
    read("ListBrowserProfiles", ("POST", PROFILES), 30, profile::list),
    identity("CreateWorkloadIdentity", "/identities/CreateWorkloadIdentity", 201, true, identity::create),
    identity("GetWorkloadIdentity", "/identities/GetWorkloadIdentity", 200, false, identity::get),
    identity("UpdateWorkloadIdentity", "/identities/UpdateWorkloadIdentity", 200, true, identity::update),
    identity("DeleteWorkloadIdentity", "/identities/DeleteWorkloadIdentity", 204, true, identity::delete),
    identity("ListWorkloadIdentities", "/identities/ListWorkloadIdentities", 200, false, identity::list),
    write("CreateGateway", ("POST", GATEWAYS), 5, gateway::create),
    read("GetGateway", ("GET", GATEWAY), 10, gateway::get),
    untokened(write("UpdateGateway", ("PUT", GATEWAY), 5, gateway::update)),
    untokened(write("DeleteGateway", ("DELETE", GATEWAY), 5, gateway::delete)),
    read("ListGateways", ("GET", GATEWAYS), 10, gateway::list),
    write("CreateGatewayTarget", ("POST", TARGETS), 5, target::create),
    read("GetGatewayTarget", ("GET", TARGET), 10, target::get),
    untokened(write("UpdateGatewayTarget", ("PUT", TARGET), 5, target::update)),
    untokened(write("DeleteGatewayTarget", ("DELETE", TARGET), 5, target::delete)),
    read("ListGatewayTargets", ("GET", TARGETS), 10, target::list),
    untokened(write("SynchronizeGatewayTargets", ("PUT", SYNCHRONIZE), 5, target::synchronize)),
    policy("PutResourcePolicy", "PUT", 201, policy::put),
    policy("GetResourcePolicy", "GET", 200, policy::get),
    policy("DeleteResourcePolicy", "DELETE", 204, policy::delete),
    tag("TagResource", "POST", 204, tags::tag),
    tag("UntagResource", "DELETE", 204, tags::untag),
    tag("ListTagsForResource", "GET", 200, tags::list),
];
