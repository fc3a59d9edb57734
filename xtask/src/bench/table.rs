//! The figures as tables in Markdown, for people and for the documentation.

use super::figures::{Beside, Row};

const ROW: [&str; 14] = [
    "kind",
    "n",
    "profile",
    "apply to Ready p50 / p99, s",
    "AWS ready to Ready p50 / p99, s",
    "AWS calls an object",
    "throttled",
    "quota used",
    "API-server writes at rest",
    "AWS calls a minute at rest",
    "RSS idle, MiB",
    "RSS peak, MiB",
    "CPU, s",
    "start to first pass, s",
];

const BESIDE: [&str; 8] = [
    "kind",
    "n",
    "profile",
    "RSS at rest, MiB",
    "lists a minute at rest",
    "drift seen p50 / p99, s",
    "delete to gone p50 / p99, s",
    "AWS calls an object deleted",
];

const REQUESTS: [&str; 6] =
    ["kind", "n", "profile", "requests an object until Ready", "requests an object deleted", "throttled requests"];

/// The tables, rows in the order in which they were planned.
pub(crate) fn render(figures: &[(Row, Beside)]) -> String {
    let rows = figures.iter().map(|(row, beside)| {
        vec![
            row.kind.to_owned(),
            row.n.to_string(),
            row.profile.to_owned(),
            row.apply_to_ready_seconds.to_string(),
            row.aws_ready_to_ready_seconds.to_string(),
            format!("{:.2}", row.aws_calls_per_object),
            row.throttled_calls.to_string(),
            row.quota_used.map_or_else(|| "-".to_owned(), |used| format!("{used:.3}")),
            row.apiserver_writes_at_rest.to_string(),
            format!("{:.1}", row.aws_calls_per_minute_at_rest),
            format!("{:.1}", row.rss_idle_mib),
            format!("{:.1}", row.rss_peak_mib),
            format!("{:.1}", row.cpu_seconds),
            format!("{:.2}", beside.start_to_first_pass_seconds),
        ]
    });
    let besides = figures.iter().map(|(row, beside)| {
        vec![
            row.kind.to_owned(),
            row.n.to_string(),
            row.profile.to_owned(),
            format!("{:.1}", beside.rss_at_rest_mib),
            format!("{:.1}", beside.lists_per_minute_at_rest),
            beside.drift_seen_seconds.map_or_else(|| "-".to_owned(), |seen| seen.to_string()),
            beside.delete_seconds.to_string(),
            format!("{:.2}", beside.delete_calls_per_object),
        ]
    });
    let requests = figures.iter().map(|(row, beside)| {
        vec![
            row.kind.to_owned(),
            row.n.to_string(),
            row.profile.to_owned(),
            beside.made_by.to_string(),
            beside.deleted_by.to_string(),
            beside.throttled.to_string(),
        ]
    });
    format!("{}\n{}\n{}", table(&ROW, rows), table(&BESIDE, besides), table(&REQUESTS, requests))
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head_line = line(&head.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>());
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    let rows: String = rows.map(|cells| line(&cells)).collect();
    format!("{head_line}{rule}{rows}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::figures::{Beside, Percentiles, Requests, Row, Throttled},
        render,
    };

    fn figures(n: usize) -> (Row, Beside) {
        let some = Percentiles { p50: 0.5, p99: 1.25 };
        let row = Row {
            kind: "AgentMemory",
            n,
            profile: "x0.3",
            apply_to_ready_seconds: some,
            aws_ready_to_ready_seconds: some,
            aws_calls_per_object: 3.69,
            throttled_calls: 0,
            quota_used: (n > 1).then_some(0.95),
            apiserver_writes_at_rest: 0,
            aws_calls_per_minute_at_rest: 2.0,
            rss_idle_mib: 20.0,
            rss_peak_mib: 40.0,
            cpu_seconds: 1.5,
        };
        let beside = Beside {
            start_to_first_pass_seconds: 0.3,
            rss_at_rest_mib: 30.0,
            lists_per_minute_at_rest: 2.0,
            drift_seen_seconds: None,
            delete_seconds: some,
            delete_calls_per_object: 4.0,
            made_by: Requests::default(),
            deleted_by: Requests::default(),
            throttled: Throttled::default(),
        };
        (row, beside)
    }

    #[test]
    fn a_row_has_these_names() {
        let row = serde_json::to_value(figures(1).0).unwrap();
        let expected = json!({
            "kind": "AgentMemory", "n": 1, "profile": "x0.3",
            "apply_to_ready_seconds": { "p50": 0.5, "p99": 1.25 },
            "aws_ready_to_ready_seconds": { "p50": 0.5, "p99": 1.25 },
            "aws_calls_per_object": 3.69, "throttled_calls": 0, "quota_used": null,
            "apiserver_writes_at_rest": 0, "aws_calls_per_minute_at_rest": 2.0,
            "rss_idle_mib": 20.0, "rss_peak_mib": 40.0, "cpu_seconds": 1.5,
        });
        assert_eq!(row, expected);
    }

    #[test]
    fn the_tables_are_markdown() {
        let text = render(&[figures(1), figures(100)]);
        assert!(text.lines().all(|line| line.is_empty() || (line.starts_with('|') && line.ends_with('|'))), "{text}");
        assert!(text.contains("| AgentMemory | 1 | x0.3 | 0.50 / 1.25 | 0.50 / 1.25 | 3.69 | 0 | - | 0 |"), "{text}");
        assert!(text.contains("| 2.0 | - | 0.50 / 1.25 | 4.00 |"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with('|')).count(), 12);
        let columns = |line: &str| line.matches('|').count();
        let widths: Vec<usize> = text.lines().filter(|line| !line.is_empty()).map(columns).collect();
        assert_eq!(widths, [15, 15, 15, 15, 9, 9, 9, 9, 7, 7, 7, 7]);
    }
}
