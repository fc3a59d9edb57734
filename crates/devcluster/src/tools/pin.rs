//! What a `go.mod` file pins.

use super::table::GoTool;
use crate::error::Error;

/// The versions in a tool's `go.mod`. They are read from it, so that they are
/// written down in one place only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pin {
    /// The tool's version, for example `v1.37.1`.
    pub(crate) version: String,
    /// The oldest Go version that builds it, for example `1.26.0`.
    pub(crate) go: String,
}

impl Pin {
    pub(crate) fn read(tool: &GoTool) -> Result<Self, Error> {
        let value = |keyword: &str| {
            find(tool.go_mod, keyword).ok_or_else(|| Error::Pin { tool: tool.name, line: keyword.to_owned() })
        };
        Ok(Self { version: value(tool.module)?, go: value("go")? })
    }

    /// The first number of the version.
    pub(crate) fn major(&self) -> &str {
        self.number(0)
    }

    /// The second number of the version.
    pub(crate) fn minor(&self) -> &str {
        self.number(1)
    }

    fn number(&self, index: usize) -> &str {
        self.version.trim_start_matches('v').split('.').nth(index).unwrap_or_default()
    }
}

/// The word after the keyword on the line that starts with it, in or outside of
/// a `require` block. A `tool` block names packages without a version and is passed over.
fn find(go_mod: &str, keyword: &str) -> Option<String> {
    go_mod.lines().find_map(|line| {
        let line = line.trim().trim_start_matches("require ");
        let mut words = line.split("//").next()?.split_whitespace();
        if words.next()? == keyword { words.next().map(str::to_owned) } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    const GO_MOD: &str = "\
// go 9.9.9 in a comment
module tools.invalid/x

go 1.26.0

tool example.com/main

require example.com/alone v1.0.0

require (
\texample.com/main/v2 v2.0.0 // indirect
\texample.com/main v1.2.3 // indirect
)
";

    #[test]
    fn versions_are_found_wherever_go_mod_may_have_them() {
        for (keyword, expected) in [
            ("go", Some("1.26.0")),
            ("example.com/alone", Some("v1.0.0")),
            ("example.com/main", Some("v1.2.3")),
            ("example.com/other", None),
        ] {
            assert_eq!(find(GO_MOD, keyword).as_deref(), expected, "{keyword}");
        }
    }
}
