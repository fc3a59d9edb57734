//! The bans that matter, without a tool to install: one TLS stack, one HTTP stack. (`deny.toml` has them all, for
//! cargo-deny.)

use std::{collections::BTreeSet, process::Command};

use crate::support::{cluster::ok, root};

/// Names and versions of all packages that the workspace builds on this platform, tests and tools included.
///
/// Asked of cargo rather than read from Cargo.lock, which also lists optional packages that no feature turns on.
fn built() -> BTreeSet<(String, String)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = [
        "tree",
        "--workspace",
        "--all-features",
        "--edges=normal,build,dev",
        "--prefix=none",
        "--format={p}",
        "--locked",
    ];
    let tree = ok(Command::new(cargo).args(arguments).current_dir(root()));
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.trim_start_matches('v').to_owned()))
        })
        .collect()
}

#[test]
fn one_tls_stack_and_one_http_stack() {
    let packages = built();
    assert!(packages.len() > 100, "only {} packages", packages.len());
    println!("{} packages", packages.len());
    let versions = |name: &str| -> Vec<&str> {
        packages.iter().filter(|(found, _)| found == name).map(|(_, version)| version.as_str()).collect()
    };
    for banned in ["ring", "openssl", "openssl-sys", "native-tls", "serde_yaml", "chrono"] {
        assert_eq!(versions(banned), [""; 0], "{banned} is banned: see who brings it with `cargo tree -i {banned}`");
    }
    for single in ["rustls", "hyper", "tokio", "kube", "k8s-openapi", "schemars", "aws-lc-rs"] {
        assert_eq!(versions(single).len(), 1, "{single} must be there once: {:?}", versions(single));
    }
    assert!(versions("hyper").iter().all(|version| version.starts_with("1.")), "{:?}", versions("hyper"));
    assert!(versions("rustls").iter().all(|version| version.starts_with("0.23.")), "{:?}", versions("rustls"));
}
