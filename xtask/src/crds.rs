//! `cargo xtask crds`: writes the generated CRDs, or says that they are stale.

use std::{fs, path::Path};

use agentcore_operator::crds::{self, Rendered};
use anyhow::{Context, bail};

/// Where the CRDs are kept: for `kubectl apply`, and in the chart, which can read no file outside of its own folder.
const FOLDERS: [&str; 2] = ["crds", "charts/agentcore-operator/files/crds"];

/// Writes the CRDs to each of their folders, or with `check` only compares.
pub(crate) fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let rendered = crds::render()?;
    let mut stale = Vec::new();
    for folder in FOLDERS {
        stale.extend(write(root, folder, &rendered, check)?);
    }
    if !stale.is_empty() {
        bail!("{}\nrun `cargo xtask crds` and commit the result", stale.join("\n"));
    }
    Ok(())
}

/// Makes the folder hold these CRDs and nothing else; with `check` it changes nothing and tells what it would change.
fn write(root: &Path, folder: &str, rendered: &[Rendered], check: bool) -> anyhow::Result<Vec<String>> {
    let place = root.join(folder);
    if !check {
        fs::create_dir_all(&place).with_context(|| format!("cannot create {}", place.display()))?;
    }
    let mut stale = Vec::new();
    for crd in rendered {
        let path = place.join(&crd.file);
        if fs::read_to_string(&path).ok().as_deref() == Some(&crd.yaml) {
            continue;
        }
        if check {
            stale.push(format!("{folder}/{} differs from the types", crd.file));
        } else {
            fs::write(&path, &crd.yaml).with_context(|| format!("cannot write {}", path.display()))?;
            eprintln!("wrote {folder}/{}", crd.file);
        }
    }
    // Without the folder every file of it is stale, which is said already.
    for entry in fs::read_dir(&place).into_iter().flatten() {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if rendered.iter().any(|crd| crd.file == name) {
            continue;
        }
        if check {
            stale.push(format!("{folder}/{name} belongs to no kind"));
        } else {
            fs::remove_file(place.join(&name))?;
            eprintln!("removed {folder}/{name}, which belongs to no kind");
        }
    }
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::{Rendered, write};

    #[test]
    fn a_folder_is_written_once_and_stale_files_are_told() {
        let root = env::temp_dir().join(format!("agentcore-operator-xtask-{}", process::id()));
        let crds = [Rendered { file: "a.yaml".into(), yaml: "a: 1\n".into() }];
        let run = |check| write(&root, "x/crds", &crds, check).unwrap();
        let stale: [&[&str]; 2] = [
            &["x/crds/a.yaml differs from the types"],
            &["x/crds/a.yaml differs from the types", "x/crds/old.yaml belongs to no kind"],
        ];
        for stale in stale {
            assert_eq!(run(true), stale);
            assert!(run(false).is_empty());
            assert!(run(true).is_empty());
            fs::write(root.join("x/crds/a.yaml"), "a: 2\n").unwrap();
            fs::write(root.join("x/crds/old.yaml"), "").unwrap();
        }
        fs::remove_dir_all(root).unwrap();
    }
}
