//! AWS's words, made fit for a condition.

/// Leaves out of AWS's words what changes from call to call, or tells too much: request ids, session names, encoded
/// authorization messages, and the values that it refuses, which may be secret. A condition that changes with each
/// attempt would be a write with each attempt.
pub(super) fn stable(message: &str) -> String {
    let message = without_values(message);
    let mut text = message.trim();
    for cut in ["Encoded authorization failure message", "(Service:", "RequestId:", "Request ID:", "request id:"] {
        if let Some((before, _)) = text.split_once(cut) {
            text = before.trim_end_matches([' ', '.', ',', '(', ';']);
        }
    }
    let words: Vec<String> = text.split_whitespace().map(without_session).collect();
    let mut text = words.join(" ");
    if text.len() > 1024 {
        text.truncate(text.floor_char_boundary(1021));
        text.push_str("...");
    }
    text
}

/// `Value '***' at 'member' failed to satisfy constraint: ...` for AWS's sentence with the value in it. A value may hold
/// quotes itself: where its end is not certain, more is cut.
fn without_values(message: &str) -> String {
    let mut told = String::new();
    let mut rest = message;
    // Lower-casing ASCII keeps every place.
    while let Some(start) = rest.to_ascii_lowercase().find("value '") {
        let value = start + "value '".len();
        let (before, after) = rest.split_at(value);
        told.push_str(before);
        told.push_str("***");
        let sentence = after.find("' failed to satisfy").and_then(|end| after.get(..end)?.rfind("' at '"));
        let end = sentence.or_else(|| after.rfind('\'')).unwrap_or(after.len());
        rest = after.get(end..).unwrap_or_default();
    }
    told + rest
}

/// `arn:aws:sts::123456789012:assumed-role/operator/1732500000` without the session's name.
fn without_session(word: &str) -> String {
    match word.split_once(":assumed-role/") {
        Some((before, after)) => {
            let role = after.split('/').next().unwrap_or(after);
            format!("{before}:assumed-role/{role}")
        }
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_values_are_not_told() {
        for (message, told) in [
            (
                "1 validation error detected: Value '{KEY=it's ' at 's secret}' at 'environmentVariables' failed to \
                 satisfy constraint: Map value must have length less than or equal to 5000",
                "1 validation error detected: Value '***' at 'environmentVariables' failed to satisfy constraint: \
                 Map value must have length less than or equal to 5000",
            ),
            (
                "2 validation errors detected: Value 'secret' at 'a' failed to satisfy constraint: x; Value 'secret' \
                 at 'b.c' failed to satisfy constraint: y",
                "2 validation errors detected: Value '***' at 'a' failed to satisfy constraint: x; Value '***' at \
                 'b.c' failed to satisfy constraint: y",
            ),
            ("The value 'don't tell secret' is bad", "The value '***' is bad"),
            ("value 'secret without an end", "value '***"),
            (
                "Value at '/name' failed to satisfy constraint: Member must not be null",
                "Value at '/name' failed to satisfy constraint: Member must not be null",
            ),
        ] {
            assert_eq!(stable(message), told);
        }
    }

    #[test]
    fn messages_are_the_same_each_time() {
        let one = stable(
            "User: arn:aws:sts::123456789012:assumed-role/operator/1732500000 is not authorized to perform: \
             bedrock-agentcore:CreateMemory. Encoded authorization failure message: abc",
        );
        let other = stable(
            "User: arn:aws:sts::123456789012:assumed-role/operator/1732500099 is not authorized to perform: \
             bedrock-agentcore:CreateMemory. Encoded authorization failure message: xyz",
        );
        assert_eq!(one, other);
        assert!(one.contains("assumed-role/operator is not"), "{}", one);
        assert!(stable(&"ä".repeat(2000)).len() <= 1024);
    }
}
