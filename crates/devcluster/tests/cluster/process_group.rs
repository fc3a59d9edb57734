//! The processes of a group, as the system tells them.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, test_kill_process_group};

use crate::eventually;

/// Nothing of a cluster is left: no process and no file.
pub(crate) fn assert_gone(group: u32, folder: &Path) {
    eventually("no process of the group is left", || members(group).is_empty());
    eventually("the folder is gone", || !folder.exists());
}

/// The processes of the group: id and name.
///
/// Zombies do not count: which process reaps orphans, and when, is up to the machine.
pub(crate) fn members(group: u32) -> Vec<(String, String)> {
    if !Path::new("/proc/self/stat").exists() {
        let pid = Pid::from_raw(group.try_into().unwrap()).unwrap();
        return test_kill_process_group(pid).map(|()| (group.to_string(), String::new())).into_iter().collect();
    }
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let stats = processes.filter_map(|process| fs::read_to_string(process.path().join("stat")).ok());
    // `pid (name) state ppid pgrp ...`, and the name may contain anything.
    let members = stats.filter_map(|stat| {
        let (pid, rest) = stat.split_once(" (").unwrap();
        let (name, rest) = rest.rsplit_once(") ").unwrap();
        let fields: Vec<_> = rest.split(' ').collect();
        let member = fields[2] == group.to_string() && fields[0] != "Z";
        member.then(|| (pid.to_owned(), name.to_owned()))
    });
    members.collect()
}

/// The id of the program in the group. The system cuts names after 15 characters.
pub(crate) fn pid_in_group(group: u32, program: &str) -> String {
    let members = members(group);
    match members.iter().find(|(_, name)| name.starts_with(program)) {
        Some((pid, _)) => pid.clone(),
        None => panic!("{program} is not in the group: {members:?}"),
    }
}
