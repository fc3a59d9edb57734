//! Building a tool's programs with the developer's Go toolchain.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;

use super::progress::Progress;
use super::table::{GoProgram, GoTool};
use crate::error::Error;
use crate::group::ProcessGroup;
use crate::log_tail::LogTail;
use crate::note::note;
use crate::process::{POLL, Process};

/// A `go` command that is new enough for a tool.
#[derive(Debug)]
pub(crate) struct Go {
    command: PathBuf,
    version: String,
}

impl Go {
    /// Finds `go` in the search path and asks for its version.
    pub(crate) fn find(search_path: Option<&OsStr>, tool: &GoTool) -> Result<Self, Error> {
        let pin = tool.pin()?;
        let title = format!("{} {}", tool.name, pin.version);
        let folders = env::split_paths(search_path.unwrap_or_default());
        let Some(command) = folders.map(|folder| folder.join("go")).find(|path| path.is_file()) else {
            return Err(Error::GoMissing { tool: title, needed: pin.go, programs: tool.program_names() });
        };
        let output = Command::new(&command)
            .args(["env", "GOVERSION"])
            .env("GOTOOLCHAIN", "local")
            // Outside of any module, whose own demands would be looked at.
            .current_dir("/")
            .output()
            .map_err(Error::process("ask for the version of", &command.to_string_lossy()))?;
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if release(&version) < release(&pin.go) {
            let found = if version.is_empty() { "a go that does not tell its version" } else { &version };
            return Err(Error::GoTooOld {
                tool: title,
                needed: pin.go,
                found: format!("{found} ({})", command.display()),
                programs: tool.program_names(),
            });
        }
        Ok(Self { command, version })
    }

    /// Builds the tool's programs into `<staging>/bin`.
    pub(crate) fn build(&self, tool: &GoTool, staging: &Path, log: &Path) -> Result<(), Error> {
        let version = tool.version()?;
        note(&format!(
            "Building {} {version} from tools/{}/go.mod with {}. The first time this takes {}; \
             the result is kept for all checkouts.",
            tool.name, tool.name, self.version, tool.first_build
        ));
        // `go build` needs a module around it: the pinned versions are those of the main module.
        let module = staging.join("module");
        fs::create_dir_all(&module).map_err(Error::io("make the folder", &module))?;
        for (name, text) in [("go.mod", tool.go_mod), ("go.sum", tool.go_sum)] {
            let path = module.join(name);
            fs::write(&path, text).map_err(Error::io("write", &path))?;
        }
        // A new log: `Process` appends.
        fs::write(log, "").map_err(Error::io("write", log))?;
        for (index, program) in tool.programs.iter().enumerate() {
            let step = format!("  {} ({} of {})", program.name, index + 1, tool.programs.len());
            self.build_program(tool, program, staging, log, Progress::start(step))?;
        }
        fs::remove_dir_all(&module).map_err(Error::io("remove", &module))
    }

    fn build_program(
        &self,
        tool: &GoTool,
        program: &GoProgram,
        staging: &Path,
        log: &Path,
        mut progress: Progress,
    ) -> Result<(), Error> {
        let pin = tool.pin()?;
        let mut command = Command::new(&self.command);
        command
            .arg("build")
            .args(["-trimpath", "-buildvcs=false", "-ldflags"])
            .arg((tool.ldflags)(&pin))
            .arg("-o")
            .arg(staging.join("bin").join(program.name))
            .arg(program.package)
            .current_dir(staging.join("module"))
            // Static programs that need no C compiler, built by the Go that was checked.
            .env("CGO_ENABLED", "0")
            .env("GOTOOLCHAIN", "local")
            // For this machine and from this module, whatever the developer's settings say.
            .env("GOOS", go_os())
            .env("GOARCH", go_arch())
            .env("GOFLAGS", "-mod=readonly")
            .env("GOWORK", "off");
        // In a group, so that the compiler does not run on when this process is killed.
        let group = ProcessGroup::start(staging)?;
        let mut build = Process::spawn("go", &mut command, &group, log)?;
        let status = loop {
            if let Some(status) = build.status()? {
                break status;
            }
            progress.tick();
            sleep(POLL);
        };
        if !status.success() {
            return Err(Error::BuildFailed {
                program: program.name.to_owned(),
                tool: format!("{} {}", tool.name, pin.version),
                status,
                log: Box::new(LogTail::read(log)),
            });
        }
        progress.finish();
        Ok(())
    }
}

/// Go's name for this operating system.
pub(crate) fn go_os() -> &'static str {
    match env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

/// Go's name for this processor architecture.
pub(crate) fn go_arch() -> &'static str {
    match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The numbers of a Go version: `go1.26.8`, `1.26.0`, `go1.27rc1`, `devel go1.28-a1b2c3`.
/// What cannot be read is older than everything.
fn release(version: &str) -> [u32; 3] {
    let numbers = version.split_once("go").map_or(version, |(_, after)| after);
    let mut release = [0; 3];
    for (slot, part) in release.iter_mut().zip(numbers.split('.')) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        *slot = digits.parse().unwrap_or(0);
    }
    release
}

#[cfg(test)]
mod tests {
    use super::super::table::{ETCD, KUBERNETES};
    use super::*;

    /// A folder with a `go` command that runs the script. A shell writes it: if this
    /// process did, a child that another test starts meanwhile could hold the file
    /// open, and running it would fail with "text file busy".
    fn fake_go(script: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > go && chmod +x go";
        let status = Command::new("/bin/sh").args(["-c", write, "sh", script]).current_dir(&folder).status().unwrap();
        assert!(status.success());
        folder
    }

    #[test]
    fn go_versions_are_ordered() {
        for (older, newer) in
            [("go1.25.9", "1.26.0"), ("1.9", "1.10"), ("nonsense", "1.0"), ("go1.26.0", "devel go1.27-ab12")]
        {
            assert!(release(older) < release(newer), "{older} {newer}");
        }
        assert_eq!(release("go1.27rc1"), release("1.27"));
    }

    #[test]
    fn an_old_go_is_named_with_the_version_that_is_needed() {
        let folder = fake_go("echo go1.19.3");
        let message = Go::find(Some(folder.path().as_os_str()), &KUBERNETES).unwrap_err().to_string();
        let command = folder.path().join("go");
        let needed = KUBERNETES.pin().unwrap().go;
        for part in ["1.19.3", &needed, command.to_str().unwrap(), "https://go.dev/dl"] {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
    }

    #[test]
    fn a_failed_build_gives_the_end_of_the_log_and_its_path() {
        let folder = fake_go("if [ \"$1\" = env ]; then echo go99.0; else echo no such host >&2; exit 7; fi");
        let go = Go::find(Some(folder.path().as_os_str()), &ETCD).unwrap();
        let (staging, log) = (folder.path().join("staging"), folder.path().join("build.log"));
        let message = go.build(&ETCD, &staging, &log).unwrap_err().to_string();
        for part in ["no such host", log.to_str().unwrap(), "exit status: 7", "etcd v"] {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
    }
}
