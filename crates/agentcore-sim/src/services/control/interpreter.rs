//! Code interpreters.

use super::Call;
use super::tool::{self, System, Tool};
use crate::failure::Failure;
use crate::services::Reply;
use crate::shape::common::{CLIENT_TOKEN, DESCRIPTION, NAME, ROLE, TAGS, TOOL_CERTIFICATES, TOOL_FILE_SYSTEMS, VPC};
use crate::shape::{Shape, opt, req};
use crate::store::Kind;

/// The id of AWS's own code interpreter, which everybody has.
pub(in crate::services) const SYSTEM_INTERPRETER: &str = "aws.codeinterpreter.v1";

static NETWORK_MODE: Shape = Shape::Choice(&["PUBLIC", "SANDBOX", "VPC"]);
static NETWORK: Shape = Shape::Record(&[req("networkMode", &NETWORK_MODE), opt("vpcConfig", &VPC)]);
static CREATE: Shape = Shape::Record(&[
    req("name", &NAME),
    opt("description", &DESCRIPTION),
    opt("executionRoleArn", &ROLE),
    req("networkConfiguration", &NETWORK),
    opt("certificates", &TOOL_CERTIFICATES),
    opt("filesystemConfigurations", &TOOL_FILE_SYSTEMS),
    opt("clientToken", &CLIENT_TOKEN),
    opt("tags", &TAGS),
]);

static INTERPRETER: Tool = Tool {
    kind: Kind::CodeInterpreter,
    id: "codeInterpreterId",
    arn: "codeInterpreterArn",
    summaries: "codeInterpreterSummaries",
    create: &CREATE,
    quota: |quotas| quotas.code_interpreters,
    system: System {
        id: SYSTEM_INTERPRETER,
        place: "code-interpreter",
        name: "aws_codeinterpreter_v1",
        network_mode: "SANDBOX",
    },
};

/// CreateCodeInterpreter.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    tool::create(call, &INTERPRETER)
}

/// GetCodeInterpreter.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    tool::get(call, &INTERPRETER)
}

/// DeleteCodeInterpreter.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    tool::delete(call, &INTERPRETER)
}

/// ListCodeInterpreters.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Failure> {
    tool::list(call, &INTERPRETER)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        crate::shape::assert_compile(&super::CREATE);
    }
}
