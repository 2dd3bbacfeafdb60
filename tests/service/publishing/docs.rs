//! The tables in `docs/protocol.md` of which messages each write publishes where.

use std::collections::BTreeMap;

/// The two tables of the page.
pub struct Docs {
    /// Topics per message type and change, with `<id>` for each number.
    messages: BTreeMap<(String, Option<String>), Vec<String>>,
    /// Message types and changes per write, in order.
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
                let mut insert_row =
                    |change| messages.insert((kind.clone(), change), topics.clone());
                let known = if changes.is_empty() {
                    insert_row(None)
                } else {
                    changes.iter().find_map(|change| insert_row(Some(change.clone())))
                };
                assert_eq!(known, None, "two rows for {kind}");
            }
        }
        let mut writes = BTreeMap::new();
        for row in rows(text, "| write | publishes") {
            let mut documented: Vec<(String, Option<String>)> = Vec::new();
            for word in words(row[1]) {
                match documented
                    .last_mut()
                    .filter(|_| !messages.keys().any(|(kind, _)| *kind == word))
                {
                    Some((_, change)) => *change = Some(word),
                    None => documented.push((word, None)),
                }
            }
            let known = writes.insert(row[0].replace('`', ""), documented);
            assert_eq!(known, None, "two rows for {}", row[0]);
        }
        Self { messages, writes }
    }

    /// Returns the messages of a write, by its row without backticks.
    #[track_caller]
    pub fn messages_of(&self, write: &str) -> &[(String, Option<String>)] {
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

/// Returns the cells of the table whose head starts with this text.
fn rows<'a>(text: &'a str, head: &str) -> Vec<Vec<&'a str>> {
    let table = text.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    let lines: Vec<_> = table.take_while(|line| line.starts_with('|')).collect();
    assert!(!lines.is_empty(), "no table in docs/protocol.md starts with {head}");
    lines.iter().map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// Returns the words between backticks.
fn words(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}
