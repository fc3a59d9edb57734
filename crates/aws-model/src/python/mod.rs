//! The Python environment with the packages that `tools/python/requirements.txt` pins.
//!
//! It is a virtual environment in `${XDG_CACHE_HOME:-$HOME/.cache}/agentcore-operator/python`, named for a digest of
//! the requirements, so that a changed pin is a new environment and needs no clean-up. pip installs into it what the
//! index that it is configured for has, and only what has the pinned digest.
//!
//! A virtual environment contains its own path and can't be moved, so it is built in place: a marker file, written
//! last, tells a whole one from the remains of a build that was killed.

mod lock;

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use sha2::{Digest, Sha256};

use self::lock::{lock, note};
use crate::error::Error;

const REQUIREMENTS: &str = include_str!("../../../../tools/python/requirements.txt");

/// Written when all is installed.
const MARKER: &str = "complete";

/// The end of a log that an error message shows.
const LOG_LINES: usize = 30;

/// The Python interpreter of the environment, which is built if it is not there.
///
/// Building takes some ten seconds and a package index, once, and tells about it on stderr. Of several callers at
/// once, in this and in other processes, one builds and the others wait for it.
pub fn locate() -> Result<PathBuf, Error> {
    // Empty counts as unset: that is how a shell or a CI file clears a variable.
    let var = |name| env::var_os(name).filter(|value| !value.is_empty());
    let root = cache(var("XDG_CACHE_HOME"), var("HOME"))?;
    let folder = root.join(key(REQUIREMENTS));
    ensure(&folder, |log| install(&folder, var("PATH").as_deref(), log))
}

/// The folder of the environment's packages, below which botocore has its data.
pub(crate) fn packages(python: &Path) -> Result<PathBuf, Error> {
    // <environment>/bin/python
    let libraries = python.ancestors().nth(2).unwrap_or(python).join("lib");
    let versions = fs::read_dir(&libraries).map_err(Error::io("read", &libraries))?;
    let mut folders = versions.flatten().map(|version| version.path().join("site-packages"));
    Ok(folders.find(|folder| folder.is_dir()).unwrap_or(libraries))
}

fn cache(cache_home: Option<OsString>, home: Option<OsString>) -> Result<PathBuf, Error> {
    // The XDG specification: a relative path is to be ignored.
    let cache = cache_home.map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = cache.or_else(|| home.map(|home| Path::new(&home).join(".cache")));
    Ok(cache.ok_or(Error::NoCacheFolder)?.join("agentcore-operator").join("python"))
}

fn key(requirements: &str) -> String {
    hex::encode(Sha256::digest(requirements)).chars().take(16).collect()
}

/// The interpreter in the folder, after `build` has made it there if it had to. `build` gets the path of a log file.
fn ensure(folder: &Path, build: impl FnOnce(&Path) -> Result<(), Error>) -> Result<PathBuf, Error> {
    let root = folder.parent().unwrap_or(folder);
    fs::create_dir_all(root).map_err(Error::io("make the folder", root))?;
    let _lock = lock(&folder.with_extension("lock"), "the Python environment")?;
    let (python, marker) = (folder.join("bin").join("python"), folder.join(MARKER));
    // The interpreter is a link to the system's, which may have gone since.
    if !(marker.is_file() && python.is_file()) {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("remove", folder)(error));
            }
            _ => {}
        }
        build(&folder.with_extension("log"))?;
        fs::write(&marker, "").map_err(Error::io("write", &marker))?;
    }
    Ok(python)
}

fn install(folder: &Path, search_path: Option<&OsStr>, log: &Path) -> Result<(), Error> {
    let folders = env::split_paths(search_path.unwrap_or_default());
    let python = folders.map(|folder| folder.join("python3")).find(|path| path.is_file());
    let python = python.ok_or(Error::PythonMissing)?;
    let started = Instant::now();
    note("Making the Python environment of tools/python/requirements.txt; it is kept for all checkouts.");
    let output = File::create(log).map_err(Error::io("write", log))?;
    run(Command::new(python).args(["-m", "venv"]).arg(folder), &output, log)?;
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).map_err(Error::io("write", &requirements))?;
    let mut pip = Command::new(folder.join("bin").join("python"));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps"]);
    // Wheels only: a source package would run code of its own here.
    pip.args(["--require-hashes", "--only-binary", ":all:", "-r"]).arg(&requirements);
    run(&mut pip, &output, log)?;
    note(&format!("The Python environment is made, in {} s.", started.elapsed().as_secs()));
    Ok(())
}

fn run(command: &mut Command, output: &File, log: &Path) -> Result<(), Error> {
    let handle = || output.try_clone().map_err(Error::io("write", log));
    let program = PathBuf::from(command.get_program());
    let status = command
        .stdin(std::process::Stdio::null())
        .stdout(handle()?)
        .stderr(handle()?)
        // Settings of the developer's that would put the packages somewhere else.
        .env_remove("PYTHONHOME")
        .env_remove("PYTHONPATH")
        .env_remove("PIP_TARGET")
        .env_remove("PIP_USER")
        .status()
        .map_err(Error::io("run", &program))?;
    if status.success() {
        return Ok(());
    }
    let text = fs::read_to_string(log).unwrap_or_default();
    let mut end: Vec<&str> = text.lines().rev().take(LOG_LINES).collect();
    end.reverse();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    Err(Error::Install { command: words.join(" "), status, log: log.to_owned(), end: end.join("\n") })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Makes what looks like an environment, and counts.
    fn made(folder: &Path, builds: &AtomicUsize) -> Result<PathBuf, Error> {
        ensure(folder, |_| {
            builds.fetch_add(1, Ordering::SeqCst);
            // Long enough for every other thread to come to the lock meanwhile.
            std::thread::sleep(std::time::Duration::from_millis(200));
            fs::create_dir_all(folder.join("bin")).unwrap();
            fs::write(folder.join("bin/python"), "").unwrap();
            Ok(())
        })
    }

    #[test]
    fn of_many_callers_at_once_one_builds_and_later_ones_use_it() {
        let (root, builds) = (tempfile::tempdir().unwrap(), AtomicUsize::new(0));
        let folder = root.path().join("environment");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| made(&folder, &builds).unwrap());
            }
        });
        assert_eq!(made(&folder, &builds).unwrap(), folder.join("bin/python"));
        assert_eq!(builds.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn what_a_killed_build_left_and_what_lost_its_interpreter_is_built_again() {
        let (root, builds) = (tempfile::tempdir().unwrap(), AtomicUsize::new(0));
        let folder = root.path().join("environment");
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::write(folder.join("bin/python"), "").unwrap();
        fs::write(folder.join("left"), "").unwrap();
        made(&folder, &builds).unwrap();
        assert!(!folder.join("left").exists());
        fs::remove_file(folder.join("bin/python")).unwrap();
        made(&folder, &builds).unwrap();
        assert_eq!(builds.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_build_that_fails_leaves_no_environment() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("environment");
        let failed = ensure(&folder, |_| install(&folder, Some(OsStr::new("/nowhere")), Path::new("log")));
        let message = failed.unwrap_err().to_string();
        for part in ["python3", "tools/python/requirements.txt", "install"] {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
        assert!(!folder.join(MARKER).exists());
    }

    #[test]
    fn the_cache_follows_the_xdg_rules() {
        let expected = Path::new("/home/dev/.cache/agentcore-operator/python");
        assert_eq!(cache(None, Some("/home/dev".into())).unwrap(), expected);
        assert_eq!(cache(Some("relative".into()), Some("/home/dev".into())).unwrap(), expected);
        let expected = Path::new("/caches/agentcore-operator/python");
        assert_eq!(cache(Some("/caches".into()), Some("/home/dev".into())).unwrap(), expected);
        assert!(matches!(cache(None, None), Err(Error::NoCacheFolder)));
    }

    #[test]
    fn every_requirement_is_pinned_with_a_digest() {
        let pins = REQUIREMENTS.lines().filter(|line| line.contains("==")).count();
        let digests = REQUIREMENTS.lines().filter(|line| line.contains("--hash=sha256:")).count();
        assert!(pins > 2 && pins == digests, "{pins} pins, {digests} digests");
    }
}
