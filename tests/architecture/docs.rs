//! The documents name only files that exist.

use std::fs;
use std::path::{Path, PathBuf};

use crate::none_of;

/// Folders whose files a document may name, as paths from the root.
const ROOTS: [&str; 7] = ["src/", "web/", "tests/", "docs/", "migrations/", "benches/", "nginx/"];

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
        .iter()
        .map(|name| root.join(name))
        .collect();
    collect(&root.join("docs"), &mut files);
    files
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            into.push(path);
        }
    }
}

/// The paths in a document: between backticks, below one of the roots, without placeholders.
fn named_paths(text: &str) -> impl Iterator<Item = &str> {
    let spans = text.split('`').skip(1).step_by(2);
    let words =
        spans.flat_map(|span| span.split(|c: char| c.is_whitespace() || ",:()".contains(c)));
    // What an operator makes, keys and settings, isn't there.
    let is_made = |word: &str| [".pem", ".key", "/.env"].iter().any(|end| word.ends_with(end));
    words.filter(move |word| !is_made(word)).filter(|word| {
        ROOTS.iter().any(|root| word.starts_with(root)) && !word.contains(['*', '<', '{', '…', '$'])
    })
}

#[test]
fn every_path_in_the_documents_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut faults = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap_or_default();
        let missing = named_paths(&text).filter(|path| !root.join(path).exists());
        faults.extend(missing.map(|path| format!("{}: {path}", document.display())));
    }
    none_of(faults);
}

#[test]
fn lines_of_the_documents_are_short() {
    let mut faults = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap_or_default();
        let mut is_code = false;
        for (number, line) in text.lines().enumerate() {
            is_code ^= line.trim_start().starts_with("```");
            // Tables, commands, pictures and links can't be broken.
            let is_whole = is_code
                || line.starts_with("    ")
                || line.trim_start().starts_with(['|', '!', '['])
                || line.split_whitespace().any(|word| word.chars().count() > 80);
            if !is_whole && line.chars().count() > 100 {
                faults.push(format!("{}:{}", document.display(), number + 1));
            }
        }
    }
    none_of(faults);
}
