//! The AWS name of a resource whose spec gives none.

use sha2::{Digest, Sha256};

/// How many characters of the readable part are kept. With `_` and ten hexadecimal digits the name
/// has at most 48 characters, the limit of AgentCore.
const READABLE: usize = 37;

/// Derives the AWS name of the object `namespace`/`name` of `kind` in the cluster `cluster_id`.
///
/// The readable part is `{namespace}_{name}` with every character outside `[A-Za-z0-9]` replaced by `_`,
/// an `a` in front if it does not start with a letter, cut at 37 characters. The suffix, the first ten
/// digits of a SHA-256, tells objects apart whose readable parts are equal, and clusters that share an account.
///
/// The formula is frozen: where AWS can't list tags, it is how the operator finds what it created.
///
/// ```
/// use agentcore_api::names::aws_name;
/// let name = aws_name("6c1f0d1e-6d9b-4a3c-9a60-0c2f3d0b7a11", "AgentMemory", "agents", "support");
/// assert_eq!(name, "agents_support_3c939fe5d2");
/// ```
pub fn aws_name(cluster_id: &str, kind: &str, namespace: &str, name: &str) -> String {
    let mut readable: String =
        format!("{namespace}_{name}").chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !readable.starts_with(|c: char| c.is_ascii_alphabetic()) {
        readable.insert(0, 'a');
    }
    readable.truncate(READABLE);

    let digest = Sha256::digest(format!("{cluster_id}\n{kind}\n{namespace}\n{name}").as_bytes());
    let digits = hex::encode(digest);
    format!("{readable}_{digits:.10}")
}

#[cfg(test)]
mod tests {
    use super::aws_name;

    const CLUSTER: &str = "6c1f0d1e-6d9b-4a3c-9a60-0c2f3d0b7a11";

    #[test]
    fn golden() {
        let golden = [
            ("AgentMemory", "agents", "support", "agents_support_3c939fe5d2"),
            ("AgentRuntime", "1team", "a--b.c", "a1team_a__b_c_320808f419"),
            (
                "CodeInterpreter",
                "a-very-long-namespace-name-for-testing",
                "and-a-long-object-name",
                "a_very_long_namespace_name_for_testin_bdd7f00616",
            ),
        ];
        for (kind, namespace, name, expected) in golden {
            assert_eq!(aws_name(CLUSTER, kind, namespace, name), expected);
        }
    }

    #[test]
    fn every_part_of_the_identity_counts() {
        let base = aws_name(CLUSTER, "AgentMemory", "a-b", "c");
        for other in [
            aws_name("another-cluster", "AgentMemory", "a-b", "c"),
            aws_name(CLUSTER, "AgentRuntime", "a-b", "c"),
            aws_name(CLUSTER, "AgentMemory", "a", "b-c"),
            aws_name(CLUSTER, "AgentMemory", "a-b", "d"),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn fits_agentcore_whatever_the_object_is_called() {
        for name in ["x", "1", "0.0", &"n".repeat(253), "a.b-c"] {
            let derived = aws_name(CLUSTER, "AgentRuntime", "9ns", name);
            assert!(derived.len() <= 48, "{derived}");
            assert!(derived.starts_with(|c: char| c.is_ascii_alphabetic()), "{derived}");
            assert!(derived.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{derived}");
        }
    }
}
