//! What a process takes of the machine, as Linux tells.

use std::fs;

use anyhow::Context;

/// The memory and the CPU time of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Usage {
    /// The memory that it has now, in MiB.
    pub(crate) rss_mib: f64,
    /// The most that it ever had.
    pub(crate) peak_mib: f64,
    /// The time that it has run on a CPU.
    pub(crate) cpu_seconds: f64,
}

impl Usage {
    /// That of a running process.
    pub(crate) fn of(pid: u32) -> anyhow::Result<Self> {
        let read = |file: &str| {
            let path = format!("/proc/{pid}/{file}");
            fs::read_to_string(&path).with_context(|| format!("cannot read {path}: memory is measured on Linux only"))
        };
        let ticks = rustix::param::clock_ticks_per_second();
        parse(&read("status")?, &read("stat")?, ticks).with_context(|| format!("/proc/{pid} has an unknown form"))
    }
}

#[allow(clippy::cast_precision_loss, reason = "a process has no 2^52 KiB and has not run so many ticks")]
fn parse(status: &str, stat: &str, ticks: u64) -> Option<Usage> {
    let mib = |member: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(member))?;
        let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kib as f64 / 1024.0)
    };
    // The name of the program stands in parentheses and can have anything in it. The state follows, as the third field.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut time = || fields.next()?.parse::<u64>().ok();
    Some(Usage {
        rss_mib: mib("VmRSS:")?,
        peak_mib: mib("VmHWM:")?,
        cpu_seconds: (time()? + time()?) as f64 / ticks as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::{Usage, parse};

    #[test]
    fn linux_tells_memory_and_time() {
        let status = "Name:\tx\nVmHWM:\t   30720 kB\nVmRSS:\t   20480 kB\n";
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 150 50 9 9 20 0 1 0 5";
        let usage = parse(status, stat, 100).unwrap();
        assert_eq!(usage, Usage { rss_mib: 20.0, peak_mib: 30.0, cpu_seconds: 2.0 });
        assert_eq!(parse("", stat, 100), None);
        let own = Usage::of(std::process::id()).unwrap();
        assert!(own.rss_mib > 0.5 && own.rss_mib <= own.peak_mib, "{own:?}");
    }
}
