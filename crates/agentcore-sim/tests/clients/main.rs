//! boto3 against the simulator over HTTP: the published Python SDK, with its parameter validation, its paginators
//! and its waiters. The tests themselves are in `python/`, a file for each kind or service.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, also in a helper that is no test itself"
)]

use std::path::Path;
use std::process::Command;

use agentcore_sim::Settings;
use agentcore_sim::server::{Options, Server};

/// Runs one file of tests against a simulator of its own.
async fn run(file: &str) {
    let python =
        tokio::task::spawn_blocking(aws_model::python::locate).await.unwrap().unwrap_or_else(|error| panic!("{error}"));
    let server = Server::start(Options { settings: Settings::default(), ..Options::default() }).await.unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/python");
    let mut command = Command::new(python);
    command
        .args(["-m", "unittest", "-v", file])
        .current_dir(folder)
        .env("AWS_ENDPOINT_URL", server.url())
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "AKIABOTO")
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .env_remove("HTTP_PROXY")
        .env_remove("http_proxy");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    assert!(output.status.success(), "{file} failed: its output is above");
    let count = said.lines().find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse::<u32>().ok());
    assert!(count.is_some_and(|count| count > 0), "{file} has no tests");
    assert!(!said.contains("skipped="), "{file} skipped something");
}

/// A test for each file.
macro_rules! files {
    ($($name:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                run(stringify!($name)).await;
            }
        )*

        #[test]
        fn every_file_is_run() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/python");
            let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut found: Vec<String> = names
                .filter_map(|name| name.strip_suffix(".py").filter(|name| name.starts_with("test_")).map(str::to_owned))
                .collect();
            found.sort();
            assert_eq!(found, [$(stringify!($name)),*]);
        }
    };
}

files!(
    test_browser,
    test_data,
    test_ecr,
    test_gateway,
    test_iam,
    test_identity,
    test_interpreter,
    test_memory,
    test_observability,
    test_runtime,
    test_sts,
);
