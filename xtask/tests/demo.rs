//! `cargo xtask demo`, whole: where there is no network but loopback, so that what passes here reaches nothing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test a panic is the report")]

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, ErrorKind},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustix::process::{Pid, Signal, kill_process};

/// Brings loopback up in a new network namespace, makes sure that there is nothing else, and becomes the command.
const IN_NAMESPACE: &str = r#"
PATH="$PATH:/usr/sbin:/sbin"
if command -v ip >/dev/null; then
    ip link set lo up || exit 97
else
    python3 -c '
import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))' || exit 97
fi
[ "$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " ")" = lo ] || exit 98
exec "$@"
"#;

const OBJECTS: [&str; 3] = ["AgentMemory/quickstart", "CodeInterpreter/quickstart", "AgentRuntime/quickstart"];

/// One demo at a time: each runs a control plane.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `xtask demo` in a network namespace of its own. The process id is the demo's: each program becomes the next.
fn demo(arguments: &[&str]) -> Command {
    let why = "the demo is tested in a network namespace that has only loopback";
    match Command::new("unshare").args(["-rn", "true"]).output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!(
            "{why}, but `unshare -rn true` is not permitted: {}Run the tests as root (a container needs \
             `--privileged` or CAP_SYS_ADMIN), or let users make namespaces: \
             `sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000`, on Ubuntu \
             `sysctl kernel.apparmor_restrict_unprivileged_userns=0`",
            text(&output.stderr)
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("{why}, which takes the program unshare: install the package util-linux")
        }
        Err(error) => panic!("{why}, but unshare can't be run: {error}"),
    }
    let mut command = Command::new("unshare");
    command
        .args(["-rn", "/bin/sh", "-c", IN_NAMESPACE, "sh", env!("CARGO_BIN_EXE_xtask"), "demo"])
        .args(arguments)
        .env("CARGO_NET_OFFLINE", "true")
        .env("RUST_BACKTRACE", "0")
        // Somebody's account, which must not be reached.
        .env("AWS_PROFILE", "production")
        .env("AWS_ENDPOINT_URL", "https://192.0.2.1")
        .env("HTTPS_PROXY", "http://192.0.2.1:3128")
        .env("AGENTCORE_CLUSTER_ID", "production")
        .stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn both(output: &Output) -> String {
    format!("{}\n--- stderr\n{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_quickstart_becomes_ready_without_any_network() {
    let _alone = alone();
    let output = demo(&["--once"]).output().unwrap();
    let all = both(&output);
    assert_eq!(output.status.code(), Some(0), "{all}");
    assert!(!all.contains('\x1b'), "{all}");

    let printed = text(&output.stdout);
    let memory: Vec<&str> = printed.lines().filter(|line| line.contains("] AgentMemory/quickstart: ")).collect();
    let creating = memory.iter().position(|line| line.contains("Ready=Unknown, CREATING, STM+LTM (provisioning...), "));
    let active = memory.iter().position(|line| line.contains("Ready=True, ACTIVE, STM+LTM (3 strategies), "));
    assert!(creating.is_some() && creating < active, "{all}");

    let table: Vec<&str> = printed.lines().skip_while(|line| !line.starts_with("OBJECT")).skip(1).take(3).collect();
    for object in OBJECTS {
        let line = table.iter().find(|line| line.starts_with(object)).unwrap_or_else(|| panic!("{object}: {all}"));
        assert_eq!(line.split_whitespace().nth(1), Some("True"), "{all}");
    }
    assert!(table.iter().any(|line| line.contains("STM+LTM (3 strategies)")), "{all}");
    assert!(table.iter().any(|line| line.contains("version 1")), "{all}");
    assert_eq!(running(&pids(&printed)), Vec::<u32>::new());
    assert!(!log_folder(&printed).exists(), "{all}");
}

#[test]
fn ctrl_c_deletes_the_objects_and_leaves_no_process() {
    let _alone = alone();
    let mut demo = Demo(demo(&[]).stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(demo.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut printed: Vec<String> = Vec::new();
    for line in lines.by_ref() {
        printed.push(line);
        if printed.iter().any(|line| line.starts_with("It stays until you press Ctrl-C")) {
            break;
        }
    }
    let before = printed.join("\n");
    for command in ["export KUBECONFIG=", "kubectl get agentcore", "/_sim/inventory", "/_sim/journal"] {
        assert!(before.contains(command), "{command} is not in {before}");
    }
    // etcd, the API server, the controller manager, the operator, the simulator and two guards.
    let children = children(demo.0.id());
    assert!(children.len() >= 7, "{children:?}: {before}");
    assert!(pids(&before).iter().all(|pid| children.contains_key(pid)), "{children:?}: {before}");

    kill_process(Pid::from_child(&demo.0), Signal::INT).unwrap();
    let after: Vec<String> = lines.collect();
    let after = after.join("\n");
    let status = demo.0.wait().unwrap();
    assert_eq!(status.code(), Some(0), "{before}\n{after}");
    for object in OBJECTS {
        assert!(after.contains(&format!("] {object}: gone")), "{after}");
    }
    let left: Vec<_> = children.into_iter().filter(|(pid, name)| name_of(*pid).as_ref() == Some(name)).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!log_folder(&before).exists());
}

#[test]
fn what_is_late_is_named_with_its_reason() {
    let _alone = alone();
    let output = demo(&["--once", "--timeout", "1"]).output().unwrap();
    let all = both(&output);
    assert_eq!(output.status.code(), Some(1), "{all}");
    let errors = text(&output.stderr);
    assert!(errors.contains("not all objects are Ready after 1 s"), "{all}");
    for object in OBJECTS {
        let mut about = errors.lines().skip_while(|line| *line != object).skip(1);
        let reason = about.next().unwrap_or_else(|| panic!("{object} is not named: {all}"));
        assert!(reason.starts_with("  Ready=") || reason == "  not yet seen by the operator", "{reason}: {all}");
    }
    // The log is shown, and is still there.
    let folder = log_folder(&text(&output.stdout)).to_owned();
    assert!(
        errors.contains(&format!("Its log is {}/agentcore-operator.log and ends with:", folder.display())),
        "{all}"
    );
    assert!(folder.join("agentcore-operator.log").is_file(), "{all}");
    assert_eq!(running(&pids(&text(&output.stdout))), Vec::<u32>::new());
    fs::remove_dir_all(folder).unwrap();
}

/// A demo under way. If the test fails meanwhile, it is ended; its guards end the rest.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The processes that the demo says it has started.
fn pids(printed: &str) -> Vec<u32> {
    let pids: Vec<u32> =
        printed.lines().filter_map(|line| line.split_once(" runs: pid ")?.1.split_once(',')?.0.parse().ok()).collect();
    assert_eq!(pids.len(), 2, "the operator and the simulator: {printed}");
    pids
}

/// Where the demo says its logs are.
fn log_folder(printed: &str) -> &Path {
    let log = printed.lines().find_map(|line| line.split_once(", log ").map(|(_, log)| log));
    Path::new(log.unwrap_or_else(|| panic!("no log is named: {printed}"))).parent().unwrap()
}

fn running(pids: &[u32]) -> Vec<u32> {
    pids.iter().copied().filter(|pid| name_of(*pid).is_some()).collect()
}

fn name_of(pid: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/comm")).ok()
}

/// The children of a process, with their names.
fn children(pid: u32) -> BTreeMap<u32, String> {
    let mut found = BTreeMap::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            found.insert(child, name_of(child).unwrap());
        }
    }
    found
}
