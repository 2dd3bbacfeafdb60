//! What `docs/protocol.md` says of who is told what.

use std::collections::BTreeMap;

/// The two tables of the page.
pub struct Docs {
    /// For a type and its change, the topics that are told, with `<id>` for each number.
    messages: BTreeMap<(String, Option<String>), Vec<String>>,
    /// For each write, the types it tells with their changes, in this order.
    writes: BTreeMap<String, Vec<(String, Option<String>)>>,
}

impl Docs {
    pub fn read() -> Self {
        let text = include_str!("../../../docs/protocol.md");
        let mut messages = BTreeMap::new();
        for row in rows(text, "| type | change |") {
            let topics: Vec<_> = words(row[3]).filter(|word| word.contains("<id>")).collect();
            let changes: Vec<_> = words(row[1]).collect();
            for kind in words(row[0]) {
                let mut tells = |change| messages.insert((kind.clone(), change), topics.clone());
                let known = if changes.is_empty() {
                    tells(None)
                } else {
                    changes.iter().find_map(|change| tells(Some(change.clone())))
                };
                assert_eq!(known, None, "two rows for {kind}");
            }
        }
        let mut writes = BTreeMap::new();
        for row in rows(text, "| write | tells") {
            let mut told: Vec<(String, Option<String>)> = Vec::new();
            for word in words(row[1]) {
                match told.last_mut().filter(|_| !messages.keys().any(|(kind, _)| *kind == word)) {
                    Some((_, change)) => *change = Some(word),
                    None => told.push((word, None)),
                }
            }
            let known = writes.insert(row[0].replace('`', ""), told);
            assert_eq!(known, None, "two rows for {}", row[0]);
        }
        Self { messages, writes }
    }

    /// What a write tells, by the text of its row without backticks.
    #[track_caller]
    pub fn told_by(&self, write: &str) -> &[(String, Option<String>)] {
        self.writes.get(write).unwrap_or_else(|| panic!("no row for the write: {write}"))
    }

    #[track_caller]
    pub fn topics_of(&self, kind: &str, change: Option<&str>) -> &[String] {
        let key = (kind.to_owned(), change.map(str::to_owned));
        self.messages.get(&key).unwrap_or_else(|| panic!("no row for the message: {key:?}"))
    }

    pub fn writes(&self) -> impl Iterator<Item = &str> {
        self.writes.keys().map(String::as_str)
    }

    pub fn messages(&self) -> impl Iterator<Item = &(String, Option<String>)> {
        self.messages.keys()
    }
}

/// The cells of the table whose head begins so.
fn rows<'a>(text: &'a str, head: &str) -> Vec<Vec<&'a str>> {
    let table = text.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    let lines: Vec<_> = table.take_while(|line| line.starts_with('|')).collect();
    assert!(!lines.is_empty(), "no table in docs/protocol.md begins with {head}");
    lines.iter().map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// What stands between backticks.
fn words(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}
