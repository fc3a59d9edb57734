//! What `cargo xtask bench` can be told.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use clap::Args;

use super::{
    manifest::Manifest,
    plan::{self, Kind, Profile, Round},
};

/// The options of the measurement.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Kinds to measure, separated by commas; left out: all. Those of one round run at the same time
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    kind: Vec<Kind>,

    /// How many objects, separated by commas; of memories there are at most 150
    ///
    /// Left out, and without --profile: 1, 100 and 1000 in the profile realistic, 1 and 100 in foreign900, 100 in the
    /// others. With one of the two, the other is 100 or realistic.
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=10_000))]
    n: Vec<u16>,

    /// What AWS is like, separated by commas
    #[arg(long, value_name = "PROFILE", value_delimiter = ',')]
    profile: Vec<Profile>,

    /// For how long the objects are left alone, to see what is done at rest
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(5..))]
    rest: u64,

    /// How many measurements of at most 100 objects run at the same time; larger ones have the machine for themselves
    #[arg(long, value_name = "MEASUREMENTS", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=8))]
    side_by_side: u32,

    /// Write the figures into this file too, as a JSON array of rows
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Measure the operator that this command starts instead of agentcore-operator
    ///
    /// A shell runs it as `exec CMD`, so that its memory and CPU time can be read; a program that starts others is
    /// measured without them. It finds the cluster by KUBECONFIG and AWS by AWS_ENDPOINT_URL, AWS_REGION,
    /// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; BENCH_NAMESPACE is where its objects are. Rounds run one at a
    /// time then. It has to end on SIGTERM.
    #[arg(long, value_name = "CMD", requires = "manifest")]
    operator_command: Option<String>,

    /// The objects to measure with, as YAML; `{i}` in it is the number of the object
    ///
    /// One document has `{i}` in it, in its metadata.name above all: it is one object, which makes one AWS resource
    /// of the kind that --kind says, is Ready by its condition (see --ready-condition) and has the resource's id or
    /// ARN somewhere in its status, its spec or its annotations. Documents without `{i}` are applied once, first:
    /// CustomResourceDefinitions, Secrets, configuration. The objects are made in a namespace of the round, in which
    /// deleting one has to delete the AWS resource.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// The condition that says that an object of --manifest is ready
    #[arg(long, value_name = "TYPE", default_value = "Ready", requires = "manifest")]
    ready_condition: String,
}

/// The measurement that is wanted.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// What is measured, in this order.
    pub(crate) rounds: Vec<Round>,
    /// How long the objects are left alone.
    pub(crate) rest: Duration,
    /// How many small rounds run at the same time.
    pub(crate) side_by_side: u32,
    /// Where the rows go, beside the table.
    pub(crate) json: Option<PathBuf>,
    /// What starts another operator than ours.
    pub(crate) operator_command: Option<String>,
    /// The objects, where they are not ours.
    pub(crate) manifest: Option<Manifest>,
    /// The condition that says that an object is ready.
    pub(crate) ready_condition: String,
}

impl Arguments {
    /// Checks what the command line's grammar cannot, and reads the manifest.
    pub(crate) fn check(self) -> anyhow::Result<Wanted> {
        let manifest = match &self.manifest {
            Some(file) => {
                let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
                Some(Manifest::parse(&text).with_context(|| format!("--manifest {}", file.display()))?)
            }
            None => None,
        };
        if manifest.is_some() && self.kind.len() != 1 {
            bail!("--manifest needs one --kind: the AWS resource that one of its objects makes");
        }
        let alone = self.operator_command.is_some();
        Ok(Wanted {
            rounds: plan::rounds(&self.kind, &self.n, &self.profile),
            rest: Duration::from_secs(self.rest),
            // An operator that is not ours may look after the objects of all namespaces.
            side_by_side: if alone { 1 } else { self.side_by_side },
            json: self.json,
            operator_command: self.operator_command,
            manifest,
            ready_condition: self.ready_condition,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Arguments;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn parse(line: &[&str]) -> Result<Arguments, String> {
        let all = ["bench"].iter().chain(line);
        Line::try_parse_from(all).map(|line| line.arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn a_part_can_be_chosen() {
        let wanted =
            parse(&["--kind", "CodeInterpreter", "--n", "1,20", "--profile", "x0.3"]).unwrap().check().unwrap();
        let rounds: Vec<String> = wanted.rounds.iter().map(ToString::to_string).collect();
        assert_eq!(rounds, ["x0.3, N=1: CodeInterpreter", "x0.3, N=20: CodeInterpreter"]);
        assert!(parse(&["--profile", "x2"]).is_err());
        assert!(parse(&["--n", "0"]).is_err());
    }

    #[test]
    fn another_operator_needs_its_own_objects_of_one_kind() {
        let refused = parse(&["--operator-command", "other"]).unwrap_err();
        assert!(refused.contains("--manifest"), "{refused}");

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("objects.yaml");
        std::fs::write(&file, "apiVersion: v1\nkind: X\nmetadata: {name: \"a-{i}\"}\n").unwrap();
        let file = file.to_str().unwrap();
        let error = parse(&["--manifest", file]).unwrap().check().unwrap_err().to_string();
        assert!(error.contains("one --kind"), "{error}");
        let line = ["--manifest", file, "--kind", "AgentMemory", "--operator-command", "other"];
        assert_eq!(parse(&line).unwrap().check().unwrap().side_by_side, 1);
    }
}
