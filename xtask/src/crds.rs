//! `cargo xtask crds`: writes the generated CRDs, or says that they are stale.

use std::{fs, path::Path};

use agentcore_operator::crds;
use anyhow::{Context, bail};

/// Writes `crds/*.yaml`, or with `check` only compares.
pub(crate) fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let folder = root.join("crds");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let rendered = crds::render()?;

    let mut stale = Vec::new();
    for crd in &rendered {
        let path = folder.join(&crd.file);
        if fs::read_to_string(&path).ok().as_deref() == Some(&crd.yaml) {
            continue;
        }
        if check {
            stale.push(format!("crds/{} differs from the types", crd.file));
        } else {
            fs::write(&path, &crd.yaml).with_context(|| format!("cannot write {}", path.display()))?;
            eprintln!("wrote crds/{}", crd.file);
        }
    }
    for entry in fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if rendered.iter().any(|crd| crd.file == name) {
            continue;
        }
        if check {
            stale.push(format!("crds/{name} belongs to no kind"));
        } else {
            fs::remove_file(folder.join(&name))?;
            eprintln!("removed crds/{name}, which belongs to no kind");
        }
    }
    if !stale.is_empty() {
        bail!("{}\nrun `cargo xtask crds` and commit the result", stale.join("\n"));
    }
    Ok(())
}
