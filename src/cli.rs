//! The command line.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    net::SocketAddr,
};

use agentcore_api::common::Tags;
use agentcore_engine::object::{Namespaces, RolePatterns};
use agentcore_operator::{crds, iam, run, version::VERSION};
use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt};

/// The Kubernetes operator for Amazon Bedrock AgentCore.
#[derive(Debug, Parser)]
#[command(version = VERSION, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take care of the objects in a cluster
    ///
    /// The cluster is the one of KUBECONFIG, or the one whose pod this is. AWS is reached as its SDKs are configured:
    /// AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, EKS Pod Identity, IRSA and so on.
    Run(Box<Run>),

    /// Print the CustomResourceDefinitions as YAML, for `kubectl apply --server-side -f -`
    Crds,

    /// Print the least IAM policy that the operator itself needs, as JSON
    IamPolicy(IamPolicy),
}

#[derive(Debug, Args)]
struct Run {
    /// Which cluster this is: part of derived AWS names and of the tags that prove whose a resource is
    ///
    /// By default the uid of the namespace kube-system. Set it where clusters are rebuilt from backups, and never
    /// change it afterwards.
    #[arg(long, env = "AGENTCORE_CLUSTER_ID", value_name = "ID", value_parser = parse_cluster_id)]
    cluster_id: Option<String>,

    /// Tags of every AWS resource, at most 4, as key=value,key=value. An object's own tag of the same key wins
    #[arg(long, value_name = "K=V", value_delimiter = ',', value_parser = parse_tag)]
    default_tags: Vec<(String, String)>,

    /// Patterns of execution roles that objects may name, separated by commas; `*` stands for any characters
    ///
    /// A pattern that starts with `arn:` is about the whole ARN, another about what follows the account id.
    /// An empty value allows none.
    #[arg(long, value_name = "PATTERN", value_delimiter = ',', default_values = RolePatterns::DEFAULT)]
    allowed_role_arns: Vec<String>,

    /// Namespaces whose objects may name AWS resources by id that no object of theirs manages: names separated by
    /// commas, or `*`. AWS's own (`aws.codeinterpreter.v1`) are always allowed
    #[arg(long, value_name = "NAMESPACE", value_delimiter = ',')]
    allow_external_ids: Vec<String>,

    /// Namespaces whose objects may adopt AWS resources that exist (`spec.adopt`): names separated by commas, or `*`
    ///
    /// What tags prove to be another live object's is never adopted.
    #[arg(long, value_name = "NAMESPACE", value_delimiter = ',')]
    allow_adoption: Vec<String>,

    /// Ids of clusters that are no more, separated by commas: what their objects left in AWS may be adopted here
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = parse_cluster_id)]
    adopt_from_clusters: Vec<String>,

    /// Read and report, and write nothing to AWS: for clusters that were restored from a backup
    ///
    /// Conditions say what is in AWS and what would be done. No finalizer is set or removed, so objects that are deleted
    /// wait until the operator runs without this flag.
    #[arg(long)]
    read_only: bool,

    /// Namespaces to take care of, separated by commas; left out: all
    #[arg(long, value_name = "NAMESPACE", value_delimiter = ',')]
    watch_namespaces: Vec<String>,

    /// Where /livez and /readyz are served
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    health_address: SocketAddr,

    /// Where /metrics is served
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    metrics_address: SocketAddr,

    /// How many objects are worked on at a time
    #[arg(long, value_name = "N", default_value_t = 16)]
    concurrency: usize,

    /// Which share of AWS's published quotas of requests a second the operator uses, above 0 and at most 1
    ///
    /// The quotas are of an account in a region: what others send counts too.
    #[arg(long, value_name = "SHARE", default_value = "0.7", value_parser = parse_share)]
    aws_quota_share: f64,

    /// How the log is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,

    /// What is logged, for example `info`, or `info,agentcore_operator=debug`
    ///
    /// What libraries say at `trace` is never logged: requests and answers, and in them the environments of agents.
    #[arg(long, env = "RUST_LOG", value_name = "FILTER", default_value = "info")]
    log_filter: String,
}

#[derive(Debug, Args)]
struct IamPolicy {
    /// The AWS account, twelve digits; left out: any
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,

    /// Patterns of execution roles that the operator may pass on, as in `run --allowed-role-arns`
    #[arg(long, value_name = "PATTERN", value_delimiter = ',', default_values = RolePatterns::DEFAULT)]
    allowed_role_arns: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// One JSON object to a line
    Json,
    /// For people
    Text,
}

impl Cli {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Run(arguments) => arguments.start(),
            Command::Crds => {
                let documents: Vec<String> = crds::render()?.into_iter().map(|crd| crd.yaml).collect();
                print(&documents.join("---\n"))
            }
            Command::IamPolicy(arguments) => {
                let policy = iam::policy(arguments.account.as_deref(), &arguments.allowed_role_arns);
                print(&format!("{}\n", serde_json::to_string_pretty(&policy)?))
            }
        }
    }
}

impl Run {
    fn start(self) -> anyhow::Result<()> {
        let filter = EnvFilter::try_new(&self.log_filter).context("--log-filter")?;
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
        let harmless = filter_fn(is_harmless);
        match self.log_format {
            LogFormat::Json => {
                let log = log.json().flatten_event(true).with_current_span(false).with_span_list(false);
                log.finish().with(harmless).init();
            }
            LogFormat::Text => {
                log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).finish().with(harmless).init();
            }
        }
        let options = self.options()?;
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run::run(options))
    }

    fn options(self) -> anyhow::Result<run::Options> {
        anyhow::ensure!(
            self.default_tags.len() <= 4,
            "--default-tags: at most 4 tags, so that objects have room for theirs"
        );
        Ok(run::Options {
            cluster_id: self.cluster_id,
            default_tags: self.default_tags.into_iter().collect::<Tags>(),
            allowed_role_arns: without_empty(self.allowed_role_arns),
            allow_external_ids: namespaces(self.allow_external_ids),
            allow_adoption: namespaces(self.allow_adoption),
            adopt_from_clusters: self.adopt_from_clusters,
            read_only: self.read_only,
            // Twice the same namespace would be two passes at each change.
            watch_namespaces: without_empty(self.watch_namespaces)
                .into_iter()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            health_address: self.health_address,
            metrics_address: self.metrics_address,
            concurrency: self.concurrency,
            aws_quota_share: self.aws_quota_share,
        })
    }
}

/// Whether what is logged can't hold a request or an answer, in which there are the environments of agents, whatever the
/// filter asks for.
///
/// At `trace` libraries write down what they send and receive. The client of the API server does so at any level, where
/// it can't read an answer: what it returns then is logged by the operator itself, without the answer.
fn is_harmless(metadata: &Metadata<'_>) -> bool {
    const LIBRARIES: [&str; 7] = ["aws_", "h2", "hyper", "kube", "reqwest", "rustls", "tower"];
    let target = metadata.target();
    if target == "kube_client::client" {
        return false;
    }
    *metadata.level() <= Level::DEBUG || !LIBRARIES.iter().any(|library| target.starts_with(library))
}

/// An empty value, as a chart passes it for an empty list, is no item.
fn without_empty(items: Vec<String>) -> Vec<String> {
    items.into_iter().filter(|item| !item.is_empty()).collect()
}

/// `*`, or names.
fn namespaces(items: Vec<String>) -> Namespaces {
    let names = without_empty(items);
    if names.iter().any(|name| name == "*") { Namespaces::All } else { Namespaces::Only(names) }
}

/// The id becomes the value of a tag.
fn parse_cluster_id(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || " ._:/=+@-".contains(c);
    if (1..=128).contains(&text.len()) && text.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("1 to 128 letters, digits, spaces and ._:/=+@-".to_owned())
    }
}

fn parse_share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0);
    share.ok_or_else(|| "a number above 0 and at most 1".to_owned())
}

fn parse_tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("a tag is key=value")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || " ._:/=+@-".contains(c);
    let reserved = key.to_lowercase().starts_with("aws:") || key.starts_with(agentcore_api::keys::tag::PREFIX);
    if reserved {
        return Err("keys that start with aws: or agentcore-operator/ are reserved".to_owned());
    }
    if (1..=128).contains(&key.len()) && value.len() <= 256 && key.chars().chain(value.chars()).all(fits) {
        Ok((key.to_owned(), value.to_owned()))
    } else {
        Err("a key has 1 to 128 and a value at most 256 letters, digits, spaces and ._:/=+@-".to_owned())
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // `agentcore-operator crds | head` is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    fn parse(arguments: &[&str]) -> Result<run::Options, String> {
        let all = ["agentcore-operator", "run"].iter().chain(arguments);
        match Cli::try_parse_from(all).map_err(|error| error.to_string())?.command {
            Command::Run(run) => run.options().map_err(|error| error.to_string()),
            _ => Err("another command".to_owned()),
        }
    }

    #[test]
    fn lists_may_be_empty() {
        let options = parse(&["--allowed-role-arns=", "--allow-external-ids=", "--watch-namespaces="]).unwrap();
        assert!(options.allowed_role_arns.is_empty() && options.watch_namespaces.is_empty());
        assert_eq!(options.allow_external_ids, Namespaces::Only(Vec::new()));
        let options = parse(&["--allow-external-ids", "*"]).unwrap();
        assert_eq!(options.allow_external_ids, Namespaces::All);
        assert_eq!(options.allow_adoption, Namespaces::Only(Vec::new()), "one flag is not the other");
        assert_eq!(parse(&[]).unwrap().allowed_role_arns, RolePatterns::DEFAULT);
    }

    #[test]
    fn adoption_is_off_unless_it_is_said() {
        let options = parse(&[]).unwrap();
        assert_eq!(options.allow_adoption, Namespaces::Only(Vec::new()));
        assert!(options.adopt_from_clusters.is_empty() && !options.read_only);
        let options = parse(&["--allow-adoption=a,b", "--adopt-from-clusters=old,older", "--read-only"]).unwrap();
        assert_eq!(options.allow_adoption, Namespaces::Only(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(options.allow_external_ids, Namespaces::Only(Vec::new()));
        assert_eq!(options.adopt_from_clusters, ["old", "older"]);
        assert!(options.read_only);
        assert_eq!(parse(&["--allow-adoption", "*"]).unwrap().allow_adoption, Namespaces::All);
        assert!(parse(&["--adopt-from-clusters=a;b"]).is_err());
        // As the chart passes it for an empty list.
        assert!(parse(&["--adopt-from-clusters="]).is_err(), "the chart leaves the flag out");
    }

    #[test]
    fn a_namespace_is_watched_once() {
        assert_eq!(parse(&["--watch-namespaces", "b,a,b,,a"]).unwrap().watch_namespaces, ["a", "b"]);
    }

    #[test]
    fn no_filter_lets_requests_into_the_log() {
        #[derive(Clone, Default)]
        struct Log(Arc<Mutex<Vec<u8>>>);
        impl Write for Log {
            fn write(&mut self, text: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().write(text)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("trace,aws_smithy_runtime=trace"))
            .with_writer(move || writer.clone())
            .finish()
            .with(filter_fn(is_harmless));
        tracing::subscriber::with_default(subscriber, || {
            tracing::trace!(target: "aws_smithy_runtime::client::orchestrator", "SECRET");
            tracing::trace!(target: "hyper::proto::h1", "SECRET");
            tracing::warn!(target: "kube_client::client", "SECRET");
            tracing::debug!(target: "aws_smithy_runtime::client::orchestrator", "an attempt");
            tracing::debug!(target: "kube_client::client::builder", "requesting");
            tracing::trace!("of our own");
        });
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(!text.contains("SECRET"), "{text}");
        for harmless in ["an attempt", "requesting", "of our own"] {
            assert!(text.contains(harmless), "{harmless}: {text}");
        }
    }

    #[test]
    fn a_share_is_a_share() {
        let share = |text: &str| parse(&["--aws-quota-share", text]).map(|options| options.aws_quota_share.to_string());
        assert_eq!(parse(&[]).unwrap().aws_quota_share.to_string(), "0.7");
        assert_eq!((share("1").as_deref(), share("0.05").as_deref()), (Ok("1"), Ok("0.05")));
        for bad in ["0", "-0.5", "1.01", "NaN", "inf", "70%", ""] {
            assert!(share(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tags_are_checked() {
        let options = parse(&["--default-tags", "team=a,cost=b=c"]).unwrap();
        assert_eq!(options.default_tags.get("cost").map(String::as_str), Some("b=c"));
        for bad in ["team", "aws:x=y", "agentcore-operator/uid=y", "a=1,b=2,c=3,d=4,e=5", "=x", "k=\u{e4}"] {
            assert!(parse(&["--default-tags", bad]).is_err(), "{bad}");
        }
    }
}
