//! What the tests share: one cluster, and a client that keeps the API server's own words.

pub mod api;
pub mod audit;
pub mod cluster;
pub mod operator;
pub mod world;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::OnceLock,
    time::{SystemTime, UNIX_EPOCH},
};

/// The root of the checkout.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of this run, in the target directory, so that logs outlive a failed test. Runs at the same time have one
/// each; what earlier runs left goes.
pub fn scratch() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let all = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("whole");
        fs::create_dir_all(&all).unwrap();
        for earlier in fs::read_dir(&all).unwrap().map(|entry| entry.unwrap()) {
            if !Path::new("/proc").join(earlier.file_name()).exists() {
                // Another run may be doing the same.
                let _ = fs::remove_dir_all(earlier.path());
            }
        }
        let folder = all.join(process::id().to_string());
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    })
}

/// What chance begins with in tests that draw something: `SEED`, or another one in each run.
pub fn seed() -> u64 {
    let given = env::var("SEED").ok().map(|seed| seed.parse().unwrap());
    given.unwrap_or_else(|| u64::from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos()))
}
