//! What a cache entry has to contain: the size and SHA-256 of each program.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// Describes the programs in the folder, one to a line: digest, size, name.
pub(crate) fn describe(folder: &Path, names: &[&str]) -> io::Result<String> {
    let mut text = String::new();
    for name in names {
        let (digest, size) = digest_file(&folder.join(name))?;
        let _ = writeln!(text, "{digest} {size} {name}");
    }
    Ok(text)
}

/// Compares the folder with its description. The error says what is wrong.
pub(crate) fn verify(folder: &Path, names: &[&str], manifest: &str) -> Result<(), String> {
    let mut lines = manifest.lines();
    for name in names {
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(digest), Some(size), Some(listed)) = (words.next(), words.next(), words.next()) else {
            return Err(format!("its manifest has no line for {name}"));
        };
        if listed != *name {
            return Err(format!("its manifest has {listed} where {name} should be"));
        }
        // The size first: it finds a truncated program without reading it.
        let metadata = fs::metadata(folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
        if metadata.len().to_string() != size {
            return Err(format!("{name} has {} bytes instead of {size}", metadata.len()));
        }
        let (actual, _) = digest_file(&folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
        if actual != digest {
            return Err(format!("{name} does not have the digest that it was built with"));
        }
    }
    Ok(())
}

fn digest_file(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok((hex::encode(digest.finalize()), size));
        };
        digest.update(bytes);
        size += bytes.len() as u64;
    }
}
