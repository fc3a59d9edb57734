//! Several clusters on one machine.

use std::fs;

use devcluster::Cluster;

use crate::process_group::assert_gone;
use crate::{run, start, stderr};

#[test]
fn clusters_side_by_side_do_not_know_each_other() {
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(start);
        (start(), other.join().unwrap())
    });
    run(first.kubectl().args(["create", "namespace", "only-here"]));
    let namespaces = |cluster: &Cluster| run(cluster.kubectl().args(["get", "namespaces"]));
    assert!(namespaces(&first).contains("only-here"));
    assert!(!namespaces(&second).contains("only-here"));

    // Nor does the second accept what the first has signed.
    let foreign = fs::read_to_string(first.kubeconfig()).unwrap();
    let foreign = foreign.replace(&first.server_url(), &second.server_url());
    let path = second.data_dir().join("foreign.yaml");
    fs::write(&path, foreign).unwrap();
    let refused = second.kubectl_as(&path).args(["get", "namespaces"]).output().unwrap();
    assert!(stderr(&refused).contains("certificate"), "{}", stderr(&refused));

    let (group, folder) = (first.process_group_id(), first.data_dir().to_owned());
    drop(first);
    assert_gone(group, &folder);
    assert!(namespaces(&second).contains("default"));
}
