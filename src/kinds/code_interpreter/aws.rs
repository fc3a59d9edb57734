//! The SDK's calls, and the way from the spec's words to the SDK's and back.

use agentcore_api::{
    code_interpreter::{
        Certificate, CodeInterpreterSpec, EfsMount, InterpreterFilesystem, InterpreterNetwork, InterpreterNetworkMode,
        Replacement, S3FilesMount,
    },
    common::{CommonSpec, ExecutionRole, VpcConfig},
};
use agentcore_engine::{
    fault::{Class, Fault},
    kind::{Body, Facts, View},
    step::Accepted,
};
use aws_sdk_bedrockagentcorecontrol::{
    client::customize::CustomizableOperation,
    operation::get_code_interpreter::GetCodeInterpreterOutput,
    types::{self, CodeInterpreterNetworkConfiguration, ResourceType, ToolsFileSystemConfiguration},
};
use aws_smithy_types::error::operation::BuildError;
use jiff::Timestamp;

use super::InterpreterKind;
use crate::aws::{
    Control,
    listing::{Listed, Page},
    time::timestamp,
};

const GET: &str = "GetCodeInterpreter";
pub(super) const CREATE: &str = "CreateCodeInterpreter";
/// There is no such call.
pub(super) const UPDATE: &str = "UpdateCodeInterpreter";
pub(super) const DELETE: &str = "DeleteCodeInterpreter";
pub(super) const LIST: &str = "ListCodeInterpreters";

/// Reads a code interpreter.
pub(super) async fn get(control: &Control, id: &str) -> Result<Option<View<InterpreterKind>>, Fault> {
    let request = control.sdk().get_code_interpreter().code_interpreter_id(id).customize();
    match control.read(GET, request, CustomizableOperation::send).await {
        Ok(answer) => view(answer).map(Some),
        Err(fault) if fault.class == Class::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Lists a page of the account's own code interpreters.
pub(super) async fn page(control: &Control, after: Option<String>) -> Result<Page, Fault> {
    let request = control.sdk().list_code_interpreters().r#type(ResourceType::Custom).max_results(100);
    let request = request.set_next_token(after).customize();
    let page = control.read(LIST, request, CustomizableOperation::send).await?;
    let items = page.code_interpreter_summaries.into_iter().map(listed).collect();
    Ok(Page { items, next: page.next_token.filter(|token| !token.is_empty()) })
}

/// Creates a code interpreter.
pub(super) async fn create(
    control: &Control,
    body: &Body<InterpreterKind>,
    token: &str,
    deadline: Timestamp,
) -> Result<Accepted, Fault> {
    let Members { description, role, network, certificates, filesystems } = members(&body.settings)?;
    let tags = body.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    let request = control
        .sdk()
        .create_code_interpreter()
        .name(&body.name)
        .set_description(description)
        .set_execution_role_arn(role)
        .network_configuration(network)
        .set_certificates(certificates)
        .set_filesystem_configurations(filesystems)
        .client_token(token)
        .set_tags(Some(tags))
        .customize();
    let answer = control.create(CREATE, deadline, request, CustomizableOperation::send).await?;
    if answer.code_interpreter_id.is_empty() {
        return Err(Fault::incomplete(CREATE, "the answer lacks the id"));
    }
    Ok(Accepted {
        id: Some(answer.code_interpreter_id),
        arn: Some(answer.code_interpreter_arn).filter(|arn| !arn.is_empty()),
        state: Some(answer.status.as_str().to_owned()),
        ..Accepted::default()
    })
}

/// Deletes a code interpreter.
pub(super) async fn delete(control: &Control, id: &str) -> Result<Accepted, Fault> {
    let request = control.sdk().delete_code_interpreter().code_interpreter_id(id).customize();
    let answer = control.write(DELETE, request, CustomizableOperation::send).await?;
    Ok(Accepted {
        state: Some(answer.status.as_str().to_owned()),
        updated_at: timestamp(&answer.last_updated_at),
        ..Accepted::default()
    })
}

/// The members of a create, in the SDK's words.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) description: Option<String>,
    pub(super) role: Option<String>,
    pub(super) network: CodeInterpreterNetworkConfiguration,
    pub(super) certificates: Option<Vec<types::Certificate>>,
    pub(super) filesystems: Option<Vec<ToolsFileSystemConfiguration>>,
}

/// The desired state in the SDK's words.
pub(super) fn members(settings: &CodeInterpreterSpec) -> Result<Members, Fault> {
    let CodeInterpreterSpec {
        common: _,
        code_interpreter_name: _,
        description,
        execution_role,
        network,
        certificates,
        filesystems,
        replacement: _,
    } = settings;
    let certificates: Vec<_> = certificates.iter().map(certificate).collect::<Result<_, _>>()?;
    let filesystems: Vec<_> = filesystems.iter().map(filesystem).collect::<Result<_, _>>()?;
    Ok(Members {
        description: description.clone(),
        role: execution_role.as_ref().map(|ExecutionRole { arn }| arn.clone()),
        network: network_to_sdk(network)?,
        certificates: Some(certificates).filter(|list| !list.is_empty()),
        filesystems: Some(filesystems).filter(|list| !list.is_empty()),
    })
}

fn network_to_sdk(network: &InterpreterNetwork) -> Result<CodeInterpreterNetworkConfiguration, Fault> {
    let InterpreterNetwork { mode, vpc: VpcConfig { subnets, security_groups } } = network;
    let (mode, in_vpc) = match mode {
        InterpreterNetworkMode::Public => (types::CodeInterpreterNetworkMode::Public, false),
        InterpreterNetworkMode::Sandbox => (types::CodeInterpreterNetworkMode::Sandbox, false),
        InterpreterNetworkMode::Vpc => (types::CodeInterpreterNetworkMode::Vpc, true),
    };
    let vpc = types::VpcConfig::builder()
        .set_subnets(Some(subnets.clone()))
        .set_security_groups(Some(security_groups.clone()))
        .build()
        .map_err(|error| invalid(&error))?;
    Ok(CodeInterpreterNetworkConfiguration::builder().network_mode(mode).set_vpc_config(in_vpc.then_some(vpc)).build())
}

fn certificate(certificate: &Certificate) -> Result<types::Certificate, Fault> {
    let Certificate { secret_arn } = certificate;
    let secret = types::SecretsManagerLocation::builder().secret_arn(secret_arn).build();
    let location = types::CertificateLocation::SecretsManager(secret.map_err(|error| invalid(&error))?);
    Ok(types::Certificate::builder().location(location).build())
}

fn filesystem(filesystem: &InterpreterFilesystem) -> Result<ToolsFileSystemConfiguration, Fault> {
    let InterpreterFilesystem { mount_path, s3_files_access_point, efs_access_point } = filesystem;
    if let Some(S3FilesMount { access_point_arn, file_system_arn }) = s3_files_access_point {
        return types::S3FilesConfiguration::builder()
            .access_point_arn(access_point_arn)
            .file_system_arn(file_system_arn)
            .mount_path(mount_path)
            .build()
            .map(ToolsFileSystemConfiguration::S3FilesConfiguration)
            .map_err(|error| invalid(&error));
    }
    if let Some(EfsMount { access_point_arn, file_system_arn }) = efs_access_point {
        return types::EfsConfiguration::builder()
            .access_point_arn(access_point_arn)
            .file_system_arn(file_system_arn)
            .mount_path(mount_path)
            .build()
            .map(ToolsFileSystemConfiguration::EfsConfiguration)
            .map_err(|error| invalid(&error));
    }
    Err(Fault::unfit(CREATE, format!("the file system {mount_path} has no source: give it one")))
}

/// What a read shows.
pub(super) fn view(answer: GetCodeInterpreterOutput) -> Result<View<InterpreterKind>, Fault> {
    if answer.code_interpreter_id.is_empty() || answer.code_interpreter_arn.is_empty() {
        return Err(Fault::incomplete(GET, "the answer lacks the id or the ARN"));
    }
    let settings = CodeInterpreterSpec {
        common: CommonSpec::default(),
        code_interpreter_name: None,
        description: answer.description.filter(|text| !text.is_empty()),
        execution_role: answer.execution_role_arn.filter(|arn| !arn.is_empty()).map(|arn| ExecutionRole { arn }),
        network: answer.network_configuration.map(network_from_sdk).unwrap_or_default(),
        certificates: answer.certificates.unwrap_or_default().into_iter().filter_map(certificate_from_sdk).collect(),
        filesystems: answer
            .filesystem_configurations
            .unwrap_or_default()
            .into_iter()
            .filter_map(filesystem_from_sdk)
            .collect(),
        replacement: Replacement::default(),
    };
    let facts = Facts {
        id: answer.code_interpreter_id,
        arn: answer.code_interpreter_arn,
        name: answer.name,
        state: answer.status.as_str().to_owned(),
        version: None,
        created_at: timestamp(&answer.created_at),
        updated_at: timestamp(&answer.last_updated_at),
        failure_reason: answer.failure_reason.filter(|reason| !reason.is_empty()),
        managed_by: None,
    };
    Ok(View { facts, settings, more: () })
}

fn network_from_sdk(network: CodeInterpreterNetworkConfiguration) -> InterpreterNetwork {
    let mode = match network.network_mode {
        types::CodeInterpreterNetworkMode::Public => InterpreterNetworkMode::Public,
        types::CodeInterpreterNetworkMode::Vpc => InterpreterNetworkMode::Vpc,
        _ => InterpreterNetworkMode::Sandbox,
    };
    let vpc = network.vpc_config.map(|vpc| VpcConfig { subnets: vpc.subnets, security_groups: vpc.security_groups });
    InterpreterNetwork { mode, vpc: vpc.unwrap_or_default() }
}

fn certificate_from_sdk(certificate: types::Certificate) -> Option<Certificate> {
    match certificate.location? {
        types::CertificateLocation::SecretsManager(secret) => Some(Certificate { secret_arn: secret.secret_arn }),
        _ => None,
    }
}

fn filesystem_from_sdk(filesystem: ToolsFileSystemConfiguration) -> Option<InterpreterFilesystem> {
    // AWS takes a path with a slash at its end too, the spec does not.
    let path = |path: &str| path.trim_end_matches('/').to_owned();
    match filesystem {
        ToolsFileSystemConfiguration::S3FilesConfiguration(source) => Some(InterpreterFilesystem {
            mount_path: path(&source.mount_path),
            s3_files_access_point: Some(S3FilesMount {
                access_point_arn: source.access_point_arn,
                file_system_arn: source.file_system_arn,
            }),
            efs_access_point: None,
        }),
        ToolsFileSystemConfiguration::EfsConfiguration(source) => Some(InterpreterFilesystem {
            mount_path: path(&source.mount_path),
            s3_files_access_point: None,
            efs_access_point: Some(EfsMount {
                access_point_arn: source.access_point_arn,
                file_system_arn: source.file_system_arn,
            }),
        }),
        _ => None,
    }
}

fn listed(item: types::CodeInterpreterSummary) -> Listed {
    Listed {
        id: item.code_interpreter_id,
        arn: item.code_interpreter_arn,
        name: item.name,
        state: item.status.as_str().to_owned(),
        version: None,
        created_at: timestamp(&item.created_at),
        updated_at: item.last_updated_at.as_ref().and_then(timestamp),
    }
}

/// Whether a listed code interpreter has this name; where the list does not tell, its id does.
pub(super) fn may_be(listed: &Listed, name: &str) -> bool {
    match &listed.name {
        Some(shown) => shown == name,
        None => listed.id.rsplit_once('-').is_some_and(|(shown, _)| shown == name),
    }
}

fn invalid(error: &BuildError) -> Fault {
    Fault::unfit(CREATE, error.to_string())
}
