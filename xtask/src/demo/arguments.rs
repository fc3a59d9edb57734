//! What `cargo xtask demo` can be told.

use std::time::Duration;

use anyhow::bail;
use clap::Args;

/// The options of the demo.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// End when all objects are Ready; fail if they aren't in time
    ///
    /// Nothing is deleted. A failure names each object with its conditions, and shows how the operator's log ends.
    #[arg(long)]
    once: bool,

    /// How long the objects may take to become Ready, and to go
    ///
    /// By default 120 seconds, and 900 with --real-aws.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,

    /// Use a cluster of your kubeconfig instead of a development cluster
    ///
    /// The objects go into a namespace of their own, agentcore-demo, and the operator, which runs on this machine,
    /// watches only that. CustomResourceDefinitions that the cluster lacks are installed, and stay. What will be done
    /// is said first, and asked. No other agentcore-operator may watch the namespace.
    #[arg(long, value_name = "NAME")]
    context: Option<String>,

    /// Use AWS instead of the simulator: AWS bills what is created
    ///
    /// This was never run against AWS. Credentials and region are those that the AWS SDKs find (AWS_PROFILE,
    /// AWS_REGION and so on). Whose they are and what will be created is said first, and asked. Ctrl-C deletes it.
    #[arg(long, requires = "image", requires = "execution_role_arn")]
    real_aws: bool,

    /// The agent's container image in ECR, for linux/arm64
    #[arg(long, value_name = "IMAGE", requires = "real_aws")]
    image: Option<String>,

    /// The role that the agent runs as
    #[arg(long, value_name = "ARN", requires = "real_aws")]
    execution_role_arn: Option<String>,

    /// Don't ask
    #[arg(long, short)]
    yes: bool,
}

/// The demo that is wanted, with everything that belongs together in one place.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Whether to end when all objects are Ready.
    pub(crate) once: bool,
    /// How long the objects may take.
    pub(crate) timeout: Duration,
    /// The context of the user's kubeconfig; without one, a development cluster.
    pub(crate) context: Option<String>,
    /// What is real AWS's to run; without it, the simulator.
    pub(crate) agent: Option<Agent>,
    /// Whether nothing is asked.
    pub(crate) yes: bool,
}

/// The agent that AWS is to run.
#[derive(Debug)]
pub(crate) struct Agent {
    /// Its container image.
    pub(crate) image: String,
    /// Its execution role.
    pub(crate) role_arn: String,
}

impl Arguments {
    /// Checks what the command line's grammar cannot.
    pub(crate) fn check(self) -> anyhow::Result<Wanted> {
        let agent = match (self.real_aws, self.image, self.execution_role_arn) {
            (true, Some(image), Some(role_arn)) => Some(Agent { image, role_arn }),
            _ => None,
        };
        if agent.is_some() && self.once && self.context.is_none() {
            bail!(
                "--once deletes nothing, and the development cluster is thrown away: nobody would know what is left \
                 in AWS. Leave --once out, or name a cluster that stays with --context"
            );
        }
        let seconds = self.timeout.unwrap_or(if agent.is_some() { 900 } else { 120 });
        Ok(Wanted {
            once: self.once,
            timeout: Duration::from_secs(seconds),
            context: self.context,
            agent,
            yes: self.yes,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Arguments, Wanted};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        demo: Arguments,
    }

    fn parse(line: &str) -> Result<Wanted, String> {
        let words = ["demo"].into_iter().chain(line.split_whitespace());
        let line = Line::try_parse_from(words).map_err(|error| error.to_string())?;
        line.demo.check().map_err(|error| error.to_string())
    }

    #[test]
    fn the_default_is_simulated_and_local() {
        let wanted = parse("").unwrap();
        assert!(wanted.agent.is_none() && wanted.context.is_none() && !wanted.once && !wanted.yes);
        assert_eq!(wanted.timeout.as_secs(), 120);
    }

    #[test]
    fn real_aws_needs_an_agent_and_a_cluster_that_remembers() {
        let agent = "--real-aws --image i --execution-role-arn r";
        assert_eq!(parse(agent).unwrap().timeout.as_secs(), 900);
        assert!(parse(&format!("{agent} --once --context mine")).is_ok());
        assert!(parse(&format!("{agent} --once")).unwrap_err().contains("--context"));
        assert!(parse("--real-aws --image i").unwrap_err().contains("--execution-role-arn"));
        assert!(parse("--image i --execution-role-arn r").unwrap_err().contains("--real-aws"));
    }
}
