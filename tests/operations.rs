//! Checks the operators' files against the code: metrics in docs, dashboard and alerts, and
//! time-outs in the deployment files.
#![expect(clippy::unwrap_used, reason = "an unreadable file should fail the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use touchline::metrics::Metrics;

/// Names and texts of these files, and of the files in these folders; paths are relative to the
/// repository.
fn read_files(paths: &[&str]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for relative_path in paths {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(relative_path);
        if path.is_dir() {
            for entry in fs::read_dir(&path).unwrap() {
                let path = entry.unwrap().path();
                files.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        } else {
            files.push(((*relative_path).to_owned(), fs::read_to_string(&path).unwrap()));
        }
    }
    files
}

/// Each metric by its documented name, with the names of its time series. A relay has all metrics
/// of other nodes, and some of its own.
fn metrics() -> BTreeMap<String, Vec<String>> {
    let text = Metrics::for_relay().encode_text();
    let lines = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let metrics = lines.map(|line| {
        let (name, kind) = line.split_once(' ').unwrap();
        match kind {
            "counter" => (format!("{name}_total"), vec![format!("{name}_total")]),
            "histogram" => {
                let parts = ["", "_bucket", "_sum", "_count"];
                (name.to_owned(), parts.map(|part| format!("{name}{part}")).to_vec())
            }
            _ => (name.to_owned(), vec![name.to_owned()]),
        }
    });
    let metrics: BTreeMap<_, _> = metrics.collect();
    assert!(metrics.len() > 15, "{metrics:?}");
    metrics
}

/// The metric names in a text: all words that start with `touchline_`.
fn metric_names(text: &str) -> BTreeSet<String> {
    let name_at = |at: usize| {
        let rest = &text[at..];
        let end = rest.find(|c: char| c != '_' && !c.is_ascii_lowercase());
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    text.match_indices("touchline_").map(|(at, _)| name_at(at)).collect()
}

#[test]
fn every_metric_is_documented() {
    let files = read_files(&["docs/operations"]);
    let documented: BTreeSet<_> = files.iter().flat_map(|(_, text)| metric_names(text)).collect();
    let missing: Vec<_> = metrics().into_keys().filter(|name| !documented.contains(name)).collect();
    assert!(missing.is_empty(), "not in docs/operations: {missing:#?}");
}

#[test]
fn docs_dashboard_and_alerts_name_existing_metrics_only() {
    let existing: BTreeSet<_> = metrics().into_values().flatten().collect();
    let mut unknown = Vec::new();
    for (file, text) in read_files(&["docs/operations", "docs/operations.md", "docs/grafana"]) {
        let names = metric_names(&text);
        unknown.extend(names.difference(&existing).map(|name| format!("{file}: {name}")));
    }
    assert!(unknown.is_empty(), "unknown metrics: {unknown:#?}");
}

#[test]
fn dashboard_and_alerts_use_existing_label_values_only() {
    let text = Metrics::new().encode_text();
    let mut checked_values = 0;
    for (file, queries) in read_files(&["docs/grafana"]) {
        for label in ["reason", "outcome"] {
            // Quotes are escaped in JSON.
            let queries = queries.replace("\\\"", "\"");
            for rest in queries.split(&format!("{label}=\"")).skip(1) {
                let value = rest.split('"').next().unwrap();
                checked_values += 1;
                assert!(text.contains(&format!("{label}=\"{value}\"")), "{file}: {label} {value}");
            }
        }
    }
    assert!(checked_values > 1, "no label values found");
}

/// The number right after `name` in a text.
fn number_after(text: &str, name: &str) -> u64 {
    let (_, rest) = text.split_once(name).unwrap_or_else(|| panic!("no {name}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number after {name}"))
}

#[test]
fn stop_time_outs_and_descriptor_limits_cover_the_settings() {
    let [unit, compose, environment] = ["touchline@.service", "compose.yaml", "touchline.env"]
        .map(|name| read_files(&[&format!("docs/deploy/{name}")]).pop().unwrap().1);
    let drain_seconds = number_after(&environment, "TOUCHLINE_DRAIN_SECONDS=");
    // The drain waits 2 s more for blocked sockets, then the server 5 s for running requests.
    let min_seconds = drain_seconds + 2 + 5;
    assert!(number_after(&unit, "TimeoutStopSec=") >= min_seconds, "{min_seconds} s");
    assert!(number_after(&compose, "stop_grace_period: ") >= min_seconds, "{min_seconds} s");
    let streams = number_after(&environment, "TOUCHLINE_STREAMS=");
    assert!(number_after(&unit, "LimitNOFILE=") >= streams + 1000);
}
