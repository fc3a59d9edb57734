//! The patterns of AWS identifiers.
//!
//! Each is the pattern of the public service model `bedrock-agentcore-control/2023-06-05` (botocore 1.44.5),
//! anchored, because a Kubernetes `pattern` is a search, and written for RE2: no look-ahead, no repeat count
//! above 1000 (lengths are `maxLength` beside the pattern). Where ours is stricter, the line says why.

/// Names of runtimes, memories, strategies and code interpreters: letters, digits, underscore; at most 48.
pub const AWS_NAME: &str = "^[a-zA-Z][a-zA-Z0-9_]{0,47}$";
/// An AWS region, such as `us-west-2` or `us-gov-east-1`. Ours: the model leaves it to the endpoint rules.
pub const REGION: &str = "^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$";
/// An IAM role's ARN.
pub const ROLE_ARN: &str = "^arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+$";
/// Any ARN, as the memory operations define it.
pub const ARN: &str = "^arn:[a-z0-9.-]{1,63}:[a-z0-9.-]{0,63}:[a-z0-9.-]{0,63}:[a-z0-9.-]{0,63}:[^/].*$";
/// An image in a private ECR repository or in public.ecr.aws.
pub const CONTAINER_IMAGE: &str = "^(([0-9]{12})[.]dkr[.]ecr[.]([a-z0-9-]+)[.]amazonaws[.]com([.]cn)?|public[.]ecr[.]aws)/\
    ((?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*)(?::([^:@]{1,300}))?(?:@(.+))?$";
/// An S3 bucket's name.
pub const BUCKET: &str = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$";
/// A managed language runtime. Ours: the model has an enum, which AWS extends faster than we release.
pub const CODE_RUNTIME: &str = "^(PYTHON|NODE)_[0-9]+(_[0-9]+)?$";
/// A VPC subnet's id.
pub const SUBNET: &str = "^subnet-[0-9a-zA-Z]{8,17}$";
/// A VPC security group's id.
pub const SECURITY_GROUP: &str = "^sg-[0-9a-zA-Z]{8,17}$";
/// The path part of a URL that the agent serves.
pub const URL_PATH: &str = "^/[A-Za-z0-9._~/%-]*$";
/// A mount path: one level below /mnt. Ours: no trailing slash, so that a path has one spelling.
pub const MOUNT_PATH: &str = "^/mnt/[a-zA-Z0-9._-]+$";
/// An S3 Files access point's ARN.
pub const S3_FILES_ACCESS_POINT: &str =
    "^arn:aws[-a-z]*:s3files:[0-9a-z:-]+:file-system/fs-[0-9a-f]{17,40}/access-point/fsap-[0-9a-f]{17,40}$";
/// An S3 Files file system's ARN.
pub const S3_FILES_FILE_SYSTEM: &str = "^arn:aws[-a-z]*:s3files:[a-z0-9-]+:[0-9]{12}:file-system/fs-[0-9a-f]{17,40}$";
/// An EFS access point's ARN.
pub const EFS_ACCESS_POINT: &str = "^arn:aws[-a-z]*:elasticfilesystem:[0-9a-z:-]+:access-point/fsap-[0-9a-f]{8,40}$";
/// An EFS file system's ARN.
pub const EFS_FILE_SYSTEM: &str =
    "^arn:aws[-a-z]*:elasticfilesystem:[a-z0-9-]+:[0-9]{12}:file-system/fs-[0-9a-f]{8,40}$";
/// A volume's name on a capacity provider.
pub const VOLUME_NAME: &str = "^[a-zA-Z][a-zA-Z0-9_-]{0,47}$";
/// A capacity provider's ARN.
pub const CAPACITY_PROVIDER: &str = "^arn:aws(-[^:]+)?:bedrock-agentcore:[a-z0-9-]+:[0-9]{12}:capacity-provider/[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10}$";
/// A runtime's platform version.
pub const NO_SPACES: &str = "^[^\\s]+$";
/// An HTTP header that may be passed on to the agent.
pub const HEADER: &str = "^[A-Za-z][A-Za-z0-9_-]{0,255}$";
/// An OpenID Connect discovery document or OAuth 2.0 authorization server metadata.
pub const DISCOVERY_URL: &str =
    "^[^\\s?#]+/\\.well-known/(openid-configuration|oauth-authorization-server)(/[^\\s?#]+)?$";
/// An OAuth 2.0 scope.
pub const SCOPE: &str = "^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$";
/// The name of a token's claim. The model writes `[A-Za-z0-9_.-:]`, meant as these characters.
pub const CLAIM_NAME: &str = "^[A-Za-z0-9_.:-]+$";
/// The value of a token's claim, and the name of a workload identity.
pub const CLAIM_VALUE: &str = "^[A-Za-z0-9_.-]+$";
/// A VPC Lattice resource configuration, by id or ARN.
pub const LATTICE_RESOURCE: &str = "^((rcfg-[0-9a-z]{17})|(arn:[a-z0-9-]+:vpc-lattice:[a-zA-Z0-9-]+:[0-9]{12}:resourceconfiguration/rcfg-[0-9a-z]{17}))$";
/// A VPC's id.
pub const VPC: &str = "^vpc-(([0-9a-z]{8})|([0-9a-z]{17}))$";
/// A security group's id, as private endpoints define it.
pub const ENDPOINT_SECURITY_GROUP: &str = "^sg-(([0-9a-z]{8})|([0-9a-z]{17}))$";
/// Characters of keys and values of metadata and tags.
pub const TAG_TEXT: &str = "^[a-zA-Z0-9\\s._:/=+@-]*$";
/// A namespace template: path characters and `{variables}`.
pub const NAMESPACE_TEMPLATE: &str = "^[a-zA-Z0-9_/-]*(\\{[a-zA-Z][a-zA-Z0-9]*\\}[a-zA-Z0-9_/-]*)*$";
/// A namespace variable. The model's look-ahead excludes words with capitals, which can't match anyway.
pub const NAMESPACE_KEY: &str = "^[a-z][a-z0-9]*$";
/// An allowed value of a namespace variable.
pub const NAMESPACE_VALUE: &str = "^[a-z0-9][a-z0-9_-]*$";
/// A secret of AWS Secrets Manager that holds a certificate.
pub const SECRET_ARN: &str = "^arn:aws(-[a-z-]+)?:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[a-zA-Z0-9/_+=.@-]+$";
/// A memory's id.
pub const MEMORY_ID: &str = "^[a-zA-Z][a-zA-Z0-9_-]{0,99}-[a-zA-Z0-9]{10}$";
/// The id of a resource that an operator may look after: AWS's own begin otherwise.
pub const RESOURCE_ID: &str = MEMORY_ID;
/// A code interpreter's id; `aws.codeinterpreter.v1` is AWS's own.
pub const CODE_INTERPRETER_ID: &str = "^(aws[.]codeinterpreter[.]v1|[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10})$";
/// The name of a Kubernetes object (RFC 1123 subdomain).
pub const OBJECT_NAME: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
/// The alias of a code interpreter reference; it becomes part of an environment variable's name.
pub const ALIAS: &str = "^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$";
/// A decimal number, kept as text because Kubernetes APIs have no floating point.
pub const DECIMAL: &str = "^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]{1,2})?$";
