//! Nothing outside a sport's own folder names the sport.

use std::fs;
use std::path::Path;

use crate::{Source, none_of, sources, without_tests};

/// What names sports all the same, as a path or the beginning of one below `src/`, and why.
const MAY_NAME_SPORTS: [(&str, &str); 4] = [
    ("sports/registry.rs", "it is the list of them"),
    ("sports/mod.rs", "it declares their modules"),
    (
        "import/",
        "a file format is of one sport, and its importer above the store, which no sport is",
    ),
    ("demo/", "it plays certain sports, and is above the store, which no sport is"),
];

/// A sport by its names in the code.
struct SportName {
    /// `src/sports/<module>.rs` or the folder of that name.
    module: String,
    type_name: String,
    /// Stored with its matches.
    code: String,
}

impl SportName {
    /// The sport that a file declares, if it does.
    fn declared_in(source: &Source) -> Option<Self> {
        let module = source.path.strip_prefix("sports/")?.split(['/', '.']).next()?;
        let (_, rest) = source.code.split_once("impl Sport for ")?;
        let type_name = rest.split_whitespace().next()?;
        let (_, rest) = rest.split_once("const CODE: &'static str = \"")?;
        let code = rest.split('"').next()?;
        let [module, type_name, code] = [module, type_name, code].map(str::to_owned);
        Some(Self { module, type_name, code })
    }

    fn owns(&self, path: &str) -> bool {
        let rest = path.strip_prefix("sports/").and_then(|rest| rest.strip_prefix(&self.module));
        rest.is_some_and(|rest| rest.starts_with(['/', '.']))
    }

    /// Whether a line names it. The code counts only as a text, because it may be a common word.
    fn is_named_in(&self, line: &str) -> bool {
        let quoted = ['"', '`'].map(|quote| format!("{quote}{}{quote}", self.code));
        line.to_lowercase().contains(&self.module)
            || line.contains(&self.type_name)
            || quoted.iter().any(|code| line.contains(code.as_str()))
    }
}

fn sports(sources: &[Source]) -> Vec<SportName> {
    let sports: Vec<_> = sources.iter().filter_map(SportName::declared_in).collect();
    assert!(sports.len() >= 3, "football, cricket and the score alone");
    sports
}

/// The texts beside the code, with their paths below `src/`.
fn descriptions(folder: &Path, root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(descriptions(&path, root));
        } else if path.extension().is_some_and(|extension| extension == "txt") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn only_a_sport_names_itself() {
    let sources = sources();
    let sports = sports(&sources);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // With comments, without tests, which try the rules on some sport.
    let mut files: Vec<_> =
        sources.iter().map(|source| (source.path.clone(), without_tests(&source.text))).collect();
    files.extend(descriptions(&root, &root));
    let mut faults = Vec::new();
    for (path, text) in &files {
        if MAY_NAME_SPORTS.iter().any(|(allowed, _)| path.starts_with(allowed)) {
            continue;
        }
        for sport in sports.iter().filter(|sport| !sport.owns(path)) {
            let named = text.lines().filter(|line| sport.is_named_in(line));
            faults.extend(named.map(|line| format!("src/{path} names {}: {line}", sport.module)));
        }
    }
    none_of(faults);
}

#[test]
fn each_exception_is_needed() {
    let sources = sources();
    let sports = sports(&sources);
    let unused = MAY_NAME_SPORTS.iter().filter(|(allowed, _)| {
        let mut files = sources.iter().filter(|source| source.path.starts_with(allowed));
        let names_one = |line: &str| sports.iter().any(|sport| sport.is_named_in(line));
        !files.any(|source| source.text.lines().any(names_one))
    });
    none_of(unused.map(|(path, reason)| format!("src/{path} names no sport: {reason}")).collect());
}
