//! The API server goes and comes back, and a program ends by itself.

use std::fs;
use std::process::Command;

use devcluster::Cluster;

use crate::process_group::pid_in_group;
use crate::{eventually, run, start, stderr};

#[test]
fn an_api_server_that_was_stopped_comes_back_with_its_data() {
    let mut cluster = start();
    let url = cluster.server_url();
    run(cluster.kubectl().args(["create", "configmap", "kept", "--from-literal=key=value"]));
    let get = |cluster: &Cluster| cluster.kubectl().args(["get", "configmap", "kept"]).output().unwrap();
    cluster.stop_api_server();
    let refused = get(&cluster);
    assert!(stderr(&refused).contains("refused"), "{}", stderr(&refused));
    cluster.check_running().unwrap();
    cluster.start_api_server().unwrap();
    assert!(get(&cluster).status.success(), "the data is gone");
    cluster.restart_api_server().unwrap();
    assert!(get(&cluster).status.success(), "the data is gone");
    assert_eq!(cluster.server_url(), url);
    // The controller manager has outlived it and works on.
    run(cluster.kubectl().args(["create", "namespace", "later"]));
    eventually("the new namespace has its ServiceAccount", || {
        cluster
            .kubectl()
            .args(["get", "serviceaccount", "default", "--namespace=later"])
            .output()
            .unwrap()
            .status
            .success()
    });
}

#[test]
fn a_program_that_ends_by_itself_is_noticed() {
    let mut cluster = start();
    let pid = pid_in_group(cluster.process_group_id(), "kube-controller");
    run(Command::new("kill").args(["-KILL", &pid]));
    let mut message = None;
    eventually("the end is noticed", || {
        message = cluster.check_running().err().map(|error| error.to_string());
        message.is_some()
    });
    let message = message.unwrap();
    assert!(message.contains("kube-controller-manager ended with signal: 9"), "{message}");
    let (folder, logs) = (cluster.data_dir().to_owned(), cluster.logs_dir());
    drop(cluster);
    // The error has named a log, so it is there still.
    assert!(logs.join("kube-controller-manager.log").is_file());
    fs::remove_dir_all(folder).unwrap();
}
