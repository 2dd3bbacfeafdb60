//! What operators are told, held against the code: metrics in documents, dashboard and alerts, and
//! the times of the service's unit.
#![expect(clippy::unwrap_used, reason = "a file that can't be read fails the test, as it should")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use touchline::metrics::Metrics;

/// All files of these folders and names, below the repository's.
fn texts(places: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for place in places {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
        if path.is_dir() {
            for entry in fs::read_dir(&path).unwrap() {
                let path = entry.unwrap().path();
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        } else {
            found.push(((*place).to_owned(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// Each metric by the name that documents give it, with all names it is asked for by. A relay has
/// all that other nodes have, and some more.
fn metrics() -> BTreeMap<String, Vec<String>> {
    let text = Metrics::for_relay().encode_text();
    let lines = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let names = lines.map(|line| {
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
    let metrics: BTreeMap<_, _> = names.collect();
    assert!(metrics.len() > 15, "{metrics:?}");
    metrics
}

/// Every word that begins as metrics do.
fn named(text: &str) -> BTreeSet<String> {
    let word = |at: usize| {
        let rest = &text[at..];
        let end = rest.find(|c: char| c != '_' && !c.is_ascii_lowercase());
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    text.match_indices("touchline_").map(|(at, _)| word(at)).collect()
}

#[test]
fn every_metric_is_documented() {
    let told: BTreeSet<_> =
        texts(&["docs/operations"]).iter().flat_map(|(_, text)| named(text)).collect();
    let missing: Vec<_> = metrics().into_keys().filter(|name| !told.contains(name)).collect();
    assert!(missing.is_empty(), "not in docs/operations: {missing:#?}");
}

#[test]
fn no_document_dashboard_or_alert_names_a_metric_that_is_not_there() {
    let known: BTreeSet<_> = metrics().into_values().flatten().collect();
    let mut faults = Vec::new();
    for (file, text) in texts(&["docs/operations", "docs/operations.md", "docs/grafana"]) {
        faults.extend(named(&text).difference(&known).map(|name| format!("{file}: {name}")));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn alerts_and_dashboard_ask_for_reasons_that_there_are() {
    let text = Metrics::new().encode_text();
    let mut asked = 0;
    for (file, rules) in texts(&["docs/grafana"]) {
        for label in ["reason", "outcome"] {
            // In JSON the quotes have a backslash.
            let rules = rules.replace("\\\"", "\"");
            for rest in rules.split(&format!("{label}=\"")).skip(1) {
                let value = rest.split('"').next().unwrap();
                asked += 1;
                assert!(text.contains(&format!("{label}=\"{value}\"")), "{file}: {label} {value}");
            }
        }
    }
    assert!(asked > 1, "there is something to check");
}

/// The first number after `name` in a text.
fn number_after(text: &str, name: &str) -> u64 {
    let (_, rest) = text.split_once(name).unwrap_or_else(|| panic!("no {name}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number after {name}"))
}

#[test]
fn supervisors_wait_for_the_drain() {
    let [unit, compose, environment] = ["touchline@.service", "compose.yaml", "touchline.env"]
        .map(|name| texts(&[&format!("docs/deploy/{name}")]).pop().unwrap().1);
    let drain = number_after(&environment, "TOUCHLINE_DRAIN_SECONDS=");
    // The drain waits 2 s more for blocked sockets, and the server 5 s for what is under way.
    let least = drain + 2 + 5;
    assert!(number_after(&unit, "TimeoutStopSec=") >= least, "{least} s");
    assert!(number_after(&compose, "stop_grace_period: ") >= least, "{least} s");
    let streams = number_after(&environment, "TOUCHLINE_STREAMS=");
    assert!(number_after(&unit, "LimitNOFILE=") >= streams + 1000);
}
