//! How a process with a cluster can end, and what is left then.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio, exit};
use std::thread::sleep;
use std::time::Duration;

use crate::process_group::{assert_gone, members, pid_in_group};
use crate::{run, start, stderr};

/// Says to a process of this test binary that it is the parent of the cluster.
const IS_PARENT: &str = "DEVCLUSTER_TEST_IS_PARENT";

/// A process of its own with a cluster, whose end a test looks at.
struct Parent {
    child: Child,
    group: u32,
    folder: PathBuf,
    /// A process that the parent has started after the cluster, and that outlives it.
    bystander: String,
}

/// Runs the named test, which is the one that calls this, in another process. That
/// process gets to this point too, starts a cluster, and comes to its `end`.
#[expect(clippy::zombie_processes, reason = "the bystander has to outlive this process")]
fn parent(test: &str, end: fn()) -> Parent {
    if std::env::var_os(IS_PARENT).is_none() {
        return Parent::spawn(test);
    }
    let cluster = start();
    let bystander = Command::new("sleep").arg("600").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    println!("\ngroup={}", cluster.process_group_id());
    println!("folder={}", cluster.data_dir().display());
    println!("bystander={}", bystander.id());
    end();
    unreachable!("the end of the parent was no end");
}

impl Parent {
    fn spawn(test: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(IS_PARENT, "")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut value = |key: &str| {
            let line = lines.find(|line| line.contains(key)).unwrap_or_else(|| panic!("no {key} was printed"));
            line.split_once(key).unwrap().1.to_owned()
        };
        let group = value("group=").parse().unwrap();
        Self { child, group, folder: value("folder=").into(), bystander: value("bystander=") }
    }

    /// Ends the bystander, which has to be there still.
    fn end_bystander(&self) {
        run(Command::new("kill").args(["-KILL", &self.bystander]));
    }
}

#[test]
fn a_parent_killed_with_sigkill_leaves_nothing() {
    let mut parent = parent("ends::a_parent_killed_with_sigkill_leaves_nothing", || sleep(Duration::from_mins(10)));
    // All are there before, or their absence afterwards would mean nothing.
    for program in ["etcd", "kube-apiserver", "kube-controller", "sh"] {
        pid_in_group(parent.group, program);
    }
    assert!(parent.folder.join("logs").is_dir());
    parent.child.kill().unwrap();
    assert_eq!(parent.child.wait().unwrap().signal(), Some(9));
    assert_gone(parent.group, &parent.folder);
    // It was alive all the time, and has not inherited what the guard waits for.
    parent.end_bystander();
}

#[test]
fn a_parent_that_exits_without_unwinding_leaves_nothing() {
    let mut parent = parent("ends::a_parent_that_exits_without_unwinding_leaves_nothing", || exit(0));
    assert!(parent.child.wait().unwrap().success());
    assert_gone(parent.group, &parent.folder);
    parent.end_bystander();
}

#[test]
fn a_panic_stops_the_processes_and_keeps_the_logs() {
    let parent = parent("ends::a_panic_stops_the_processes_and_keeps_the_logs", || panic!("on purpose"));
    parent.end_bystander();
    let output = parent.child.wait_with_output().unwrap();
    let logs = parent.folder.join("logs");
    assert!(stderr(&output).contains(&format!("kept in {}", logs.display())), "{}", stderr(&output));
    assert!(members(parent.group).is_empty());
    for name in ["etcd.log", "kube-apiserver.log", "kube-controller-manager.log", "audit.jsonl"] {
        assert!(logs.join(name).metadata().unwrap().len() > 0, "{name}");
    }
    // No keys and no data.
    assert_eq!(fs::read_dir(&parent.folder).unwrap().count(), 1);
    fs::remove_dir_all(&parent.folder).unwrap();
}
