//! Browsers.

use super::Call;
use super::tool::{self, System, Tool};
use crate::failure::Failure;
use crate::services::Reply;
use crate::shape::common::{
    CLIENT_TOKEN, DESCRIPTION, FLAG, NAME, ROLE, S3_LOCATION, TAGS, TOOL_CERTIFICATES, TOOL_FILE_SYSTEMS, VPC,
};
use crate::shape::{Shape, list, opt, req};
use crate::store::Kind;

static NETWORK_MODE: Shape = Shape::Choice(&["PUBLIC", "VPC"]);
static NETWORK: Shape = Shape::Record(&[req("networkMode", &NETWORK_MODE), opt("vpcConfig", &VPC)]);
static S3: Shape = Shape::Record(S3_LOCATION);
static RECORDING: Shape = Shape::Record(&[opt("enabled", &FLAG), opt("s3Location", &S3)]);
static SIGNING: Shape = Shape::Record(&[req("enabled", &FLAG)]);
static POLICY_PLACE: Shape = Shape::Union(&[opt("s3", &S3)]);
static POLICY_TYPE: Shape = Shape::Choice(&["MANAGED", "RECOMMENDED"]);
static POLICY: Shape = Shape::Record(&[req("location", &POLICY_PLACE), opt("type", &POLICY_TYPE)]);
static POLICIES: Shape = list(0, 100, &POLICY);
static CREATE: Shape = Shape::Record(&[
    req("name", &NAME),
    opt("description", &DESCRIPTION),
    opt("executionRoleArn", &ROLE),
    req("networkConfiguration", &NETWORK),
    opt("recording", &RECORDING),
    opt("browserSigning", &SIGNING),
    opt("enterprisePolicies", &POLICIES),
    opt("certificates", &TOOL_CERTIFICATES),
    opt("filesystemConfigurations", &TOOL_FILE_SYSTEMS),
    opt("clientToken", &CLIENT_TOKEN),
    opt("tags", &TAGS),
]);

static BROWSER: Tool = Tool {
    kind: Kind::Browser,
    id: "browserId",
    arn: "browserArn",
    summaries: "browserSummaries",
    create: &CREATE,
    quota: |quotas| quotas.browsers,
    system: System { id: "aws.browser.v1", place: "browser", name: "aws_browser_v1", network_mode: "PUBLIC" },
};

/// CreateBrowser.
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Failure> {
    tool::create(call, &BROWSER)
}

/// GetBrowser.
pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, Failure> {
    tool::get(call, &BROWSER)
}

/// DeleteBrowser.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, Failure> {
    tool::delete(call, &BROWSER)
}

/// ListBrowsers.
pub(super) fn list_all(call: &mut Call<'_>) -> Result<Reply, Failure> {
    tool::list(call, &BROWSER)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_regular_expressions() {
        crate::shape::assert_compile(&super::CREATE);
    }
}
