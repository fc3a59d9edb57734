//! The cache entry of a tool: verified when it is used, built when it is not good.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::go::{go_arch, go_os};
use super::manifest;
use super::table::GoTool;
use crate::error::Error;
use crate::note::note;

const MANIFEST: &str = "manifest";
const PROGRAMS: &str = "bin";

/// Checking an entry takes less than this, so who waits longer waits for a build.
const QUIET_WAIT: Duration = Duration::from_secs(3);

/// The place of one version of one tool for one platform.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The folder of all entries.
    root: PathBuf,
    /// The entry's own folder in it.
    key: String,
    programs: Vec<&'static str>,
}

/// What was found at the entry's place.
enum State {
    Good,
    Absent,
    Damaged(String),
}

impl Entry {
    /// The entry of the tool. Its name contains a digest of all that decides what
    /// is built, so a changed pin or flag is a new entry and needs no clean-up.
    pub(crate) fn of(tool: &GoTool, root: &Path) -> Result<Self, Error> {
        let pin = tool.pin()?;
        let mut digest = Sha256::new();
        for part in [tool.go_mod, tool.go_sum, &(tool.ldflags)(&pin)] {
            digest.update(part);
        }
        for program in tool.programs {
            digest.update(program.name);
            digest.update(program.package);
        }
        let recipe: String = hex::encode(digest.finalize()).chars().take(12).collect();
        Ok(Self {
            root: root.to_owned(),
            key: format!("{}-{}-{}-{}-{recipe}", tool.name, pin.version, go_os(), go_arch()),
            programs: tool.programs.iter().map(|program| program.name).collect(),
        })
    }

    /// The folder with the programs, after `build` has put them there if it had to.
    ///
    /// `build` gets a staging folder, into whose `bin` folder it puts the programs,
    /// and the path of a log file. Of several callers at once, in this and in other
    /// processes, one builds and the others wait for it.
    pub(crate) fn ensure(&self, build: impl FnOnce(&Path, &Path) -> Result<(), Error>) -> Result<PathBuf, Error> {
        fs::create_dir_all(&self.root).map_err(Error::io("make the folder", &self.root))?;
        // Held until the end of this function; the system releases it if this process dies.
        let _lock = self.lock()?;
        match self.state()? {
            State::Good => {}
            State::Absent => self.fill(build)?,
            State::Damaged(reason) => {
                note(&format!("The cached {} is damaged ({reason}); it is built again.", self.folder().display()));
                self.fill(build)?;
            }
        }
        Ok(self.folder().join(PROGRAMS))
    }

    fn folder(&self) -> PathBuf {
        self.root.join(&self.key)
    }

    /// Waits for the lock of this entry. The lock file stays: removing it would let
    /// a waiting process lock a file that no later process can see.
    fn lock(&self) -> Result<File, Error> {
        let path = self.root.join(format!("{}.lock", self.key));
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::io("open", &path))?;
        let started = Instant::now();
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(50)),
                Err(TryLockError::Error(source)) => return Err(Error::io("lock", &path)(source)),
            }
            if !told && started.elapsed() > QUIET_WAIT {
                note(&format!("Waiting for another process that builds {}.", self.key));
                told = true;
            }
        }
    }

    fn state(&self) -> Result<State, Error> {
        let folder = self.folder();
        if !folder.try_exists().map_err(Error::io("look at", &folder))? {
            return Ok(State::Absent);
        }
        let manifest = match fs::read_to_string(folder.join(MANIFEST)) {
            Ok(manifest) => manifest,
            Err(error) => return Ok(State::Damaged(format!("its manifest: {error}"))),
        };
        Ok(match manifest::verify(&folder.join(PROGRAMS), &self.programs, &manifest) {
            Ok(()) => State::Good,
            Err(reason) => State::Damaged(reason),
        })
    }

    /// Builds beside the entry and renames, so that the entry is there as a whole or
    /// not at all. To be called with the lock held.
    fn fill(&self, build: impl FnOnce(&Path, &Path) -> Result<(), Error>) -> Result<(), Error> {
        self.remove_leftovers();
        let staging = tempfile::Builder::new()
            .prefix(&self.staging_prefix())
            .tempdir_in(&self.root)
            .map_err(Error::io("make a folder in", &self.root))?;
        let programs = staging.path().join(PROGRAMS);
        fs::create_dir(&programs).map_err(Error::io("make the folder", &programs))?;
        build(staging.path(), &self.root.join(format!("{}.log", self.key)))?;
        self.install(staging)
    }

    /// Removes what a killed builder left behind; the lock says that none is at work.
    /// An error is no reason not to build: each build has a folder name of its own,
    /// because the guard of a killed builder removes that builder's folder, too.
    fn remove_leftovers(&self) {
        let prefix = self.staging_prefix();
        for folder in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            if folder.file_name().to_string_lossy().starts_with(&prefix) {
                let _ = fs::remove_dir_all(folder.path());
            }
        }
    }

    fn staging_prefix(&self) -> String {
        format!("{}.staging-", self.key)
    }

    fn install(&self, staging: TempDir) -> Result<(), Error> {
        let programs = staging.path().join(PROGRAMS);
        let manifest = manifest::describe(&programs, &self.programs)
            .map_err(Error::io("read all programs that were built in", &programs))?;
        let path = staging.path().join(MANIFEST);
        fs::write(&path, manifest).map_err(Error::io("write", &path))?;
        let folder = self.folder();
        remove(&folder)?;
        fs::rename(staging.path(), &folder).map_err(Error::io("move the finished build to", &folder))?;
        // The folder has another name now, which is not to be removed.
        let _ = staging.keep();
        Ok(())
    }
}

/// Removes a folder that may not be there.
fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", folder)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::table::{ETCD, KUBERNETES};
    use super::*;

    /// Builds programs that contain their names, and counts.
    fn ensure(entry: &Entry, builds: &AtomicUsize) -> Result<PathBuf, Error> {
        entry.ensure(|staging, _| {
            builds.fetch_add(1, Ordering::SeqCst);
            // Long enough for every other thread to come to the lock meanwhile.
            sleep(Duration::from_millis(200));
            for name in &entry.programs {
                fs::write(staging.join("bin").join(name), name).unwrap();
            }
            Ok(())
        })
    }

    #[test]
    fn a_good_entry_is_built_once_and_used_again() {
        let (root, builds) = (tempfile::tempdir().unwrap(), AtomicUsize::new(0));
        let entry = Entry::of(&KUBERNETES, root.path()).unwrap();
        for _ in 0..3 {
            let folder = ensure(&entry, &builds).unwrap();
            assert_eq!(fs::read_to_string(folder.join("kubectl")).unwrap(), "kubectl");
        }
        assert_eq!(builds.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn every_kind_of_damage_is_found_and_repaired() {
        let root = tempfile::tempdir().unwrap();
        let entry = Entry::of(&KUBERNETES, root.path()).unwrap();
        let program = entry.folder().join("bin").join("kubectl");
        let manifest = entry.folder().join(MANIFEST);
        let damages: [(&str, &dyn Fn()); 6] = [
            ("same size, other content", &|| fs::write(&program, "KUBECTL").unwrap()),
            ("truncated", &|| fs::write(&program, "kube").unwrap()),
            ("missing program", &|| fs::remove_file(&program).unwrap()),
            ("missing manifest", &|| fs::remove_file(&manifest).unwrap()),
            ("cut manifest", &|| fs::write(&manifest, "").unwrap()),
            ("other tool's manifest", &|| fs::write(&manifest, "0 0 etcd\n").unwrap()),
        ];
        let builds = AtomicUsize::new(0);
        ensure(&entry, &builds).unwrap();
        for (index, (what, damage)) in damages.iter().enumerate() {
            damage();
            ensure(&entry, &builds).unwrap();
            assert_eq!(builds.load(Ordering::SeqCst), index + 2, "{what}");
            assert_eq!(fs::read_to_string(&program).unwrap(), "kubectl", "{what}");
        }
    }

    #[test]
    fn of_many_builders_at_once_one_builds() {
        let (root, builds) = (tempfile::tempdir().unwrap(), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                // An entry for each thread: its lock is a file handle of its own, as in another process.
                scope.spawn(|| ensure(&Entry::of(&ETCD, root.path()).unwrap(), &builds).unwrap());
            }
        });
        assert_eq!(builds.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_build_that_fails_or_forgets_a_program_leaves_no_entry() {
        let root = tempfile::tempdir().unwrap();
        let entry = Entry::of(&ETCD, root.path()).unwrap();
        let failed = entry.ensure(|_, _| Err(Error::NoCacheFolder));
        assert!(matches!(failed, Err(Error::NoCacheFolder)));
        let message = entry.ensure(|_, _| Ok(())).unwrap_err().to_string();
        assert!(message.contains("bin"), "{message}");
        let left: Vec<_> = fs::read_dir(root.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left, [format!("{}.lock", entry.key).as_str()]);
    }

    #[test]
    fn what_a_killed_builder_left_is_not_taken_over() {
        let (root, builds) = (tempfile::tempdir().unwrap(), AtomicUsize::new(0));
        let entry = Entry::of(&ETCD, root.path()).unwrap();
        let left = root.path().join(format!("{}killed", entry.staging_prefix())).join("bin");
        fs::create_dir_all(&left).unwrap();
        fs::write(left.join("half-built"), "").unwrap();
        let folder = ensure(&entry, &builds).unwrap();
        assert!(!folder.join("half-built").exists());
        assert!(!left.exists());
    }

    #[test]
    fn a_changed_recipe_is_a_new_entry() {
        let changed = GoTool {
            name: ETCD.name,
            programs: ETCD.programs,
            of_cluster: ETCD.of_cluster,
            first_build: ETCD.first_build,
            module: ETCD.module,
            go_mod: ETCD.go_mod,
            go_sum: "changed",
            ldflags: ETCD.ldflags,
        };
        let key = |tool| Entry::of(tool, Path::new("/")).unwrap().key;
        assert_ne!(key(&ETCD), key(&changed));
        assert!(key(&ETCD).starts_with(&format!("etcd-{}-{}-", ETCD.version().unwrap(), go_os())));
    }
}
