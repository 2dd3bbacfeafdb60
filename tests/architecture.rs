//! The house's rules that a compiler doesn't know, checked over every file of `src/`.
#![expect(clippy::unwrap_used, reason = "a file that can't be read fails the test, as it should")]

use std::fs;
use std::path::{Path, PathBuf};

const EVERYTHING: &[&str] = &["*"];

/// Each folder or file of `src/`, top to bottom, with what it may name after `crate::`.
#[rustfmt::skip]
const ARROWS: &[(&str, &[&str])] = &[
    ("lib",     EVERYTHING),
    ("main",    &["config", "server", "store"]),
    ("cli_commands", &["auth", "config", "domain", "import", "server", "store"]),
    ("server",  EVERYTHING),
    ("http",    &["App", "auth", "config", "domain", "limits", "metrics", "problem", "relay", "sports", "store", "stream"]),
    ("auth",    &["App", "config", "domain", "limits", "problem", "store"]),
    ("problem", &["domain", "store"]),
    ("import",  &["domain", "sports", "store"]),
    ("relay",   &["bus", "domain", "metrics", "store", "stream", "tls"]),
    ("stream",  &["bus", "domain", "metrics", "store"]),
    ("store",   &["bus", "domain", "metrics", "sports", "tls"]),
    ("bus",     &["domain", "metrics"]),
    ("sports",  &["domain"]),
    ("domain",  &[]),
    ("config",  &[]),
    ("metrics", &[]),
    ("limits",  &["config", "domain"]),
    ("tls",     &[]),
];

/// Where actix may be spoken of: at the edge, and where a stream becomes a response body.
const ACTIX: &[&str] = &["http", "auth", "problem", "server", "limits"];
const ACTIX_FILE: &str = "stream/event_stream_body.rs";

/// One file of `src/`, and what of it runs in the service.
struct Source {
    /// From `src/`, with `/` between folders.
    path: String,
    text: String,
    /// What runs in the service, without comments.
    code: String,
}

impl Source {
    /// The folder of `src/` it is in, or its own name where it stands at the top.
    fn layer(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let sources: Vec<_> = files.iter().filter_map(|file| read(&root, file)).collect();
    assert!(sources.len() > 5, "there is something to check");
    sources
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// `None` for a file that is a test module of another: `tests.rs`, or whatever is under `tests/`.
fn read(root: &Path, file: &Path) -> Option<Source> {
    let path = file.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    if path.ends_with("/tests.rs") || path.contains("/tests/") {
        return None;
    }
    let text = fs::read_to_string(file).unwrap();
    let code = without_comments(&without_tests(&text));
    Some(Source { path, text, code })
}

/// Leaves out each item that follows `#[cfg(test)]`; rustfmt ends it at its own indentation.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("#[cfg(test)]") {
            let indent = &line[..line.len() - line.trim_start().len()];
            let closing = format!("{indent}}}");
            // A declaration (`mod tests;`) is one line; a module goes on to its closing brace.
            let first =
                lines.by_ref().find(|next| !next.trim_start().starts_with("#[")).unwrap_or("");
            if first.trim_end().ends_with('{') {
                let _ = lines.by_ref().find(|next| *next == closing);
            }
            continue;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

fn without_comments(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| line.split(" // ").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// The first name after each `crate::`, which the command line calls `touchline::`; of a group,
/// the first name of each member.
fn imports(source: &Source) -> Vec<&str> {
    let own = if source.path == "main.rs" { "touchline::" } else { "crate::" };
    let mut names = Vec::new();
    for rest in source.code.split(own).skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => names.extend(group_members(group)),
            None => names.push(first_name(rest)),
        }
    }
    names
}

fn first_name(path: &str) -> &str {
    let end = path.find(|c: char| c != '_' && !c.is_alphanumeric());
    &path[..end.unwrap_or(path.len())]
}

/// The first name of each member of an import group whose opening brace has been read.
fn group_members(group: &str) -> Vec<&str> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(first_name(group[start..at].trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Whether `word` stands in the code as a name of its own, or begins one (`actix_web`).
fn mentions(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c == '_' || c.is_alphanumeric())
    })
}

/// Fails with every fault, not only the first.
fn none_of(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn imports_point_downwards() {
    let mut faults = Vec::new();
    for source in sources() {
        let Some((_, may)) = ARROWS.iter().find(|(layer, _)| *layer == source.layer()) else {
            faults.push(format!("src/{} has no row in ARROWS", source.path));
            continue;
        };
        for name in imports(&source) {
            let fine = *may == EVERYTHING || name == source.layer() || may.contains(&name);
            if !fine && !name.is_empty() {
                faults.push(format!("src/{} may not name crate::{name}", source.path));
            }
        }
    }
    none_of(faults);
}

#[test]
fn no_sport_knows_another() {
    let mut faults = Vec::new();
    for source in sources() {
        let Some(own) = source.path.strip_prefix("sports/") else { continue };
        let own = own.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        for sport in ["football", "cricket", "generic"] {
            if own != "registry" && own != sport && source.code.contains(&format!("sports::{sport}")) {
                faults.push(format!("src/{} may not name {sport}", source.path));
            }
        }
    }
    none_of(faults);
}

#[test]
fn every_file_says_what_it_is() {
    let mute = sources().into_iter().filter(|source| !source.text.starts_with("//! "));
    none_of(mute.map(|source| format!("src/{} must begin with `//! `", source.path)).collect());
}

#[test]
fn only_the_store_speaks_to_the_database() {
    let others = sources().into_iter().filter(|source| source.layer() != "store");
    let faults = others.filter(|source| mentions(&source.code, "diesel"));
    none_of(faults.map(|source| format!("src/{} mentions diesel", source.path)).collect());
}

#[test]
fn only_the_edge_speaks_http() {
    let inner = sources()
        .into_iter()
        .filter(|source| !ACTIX.contains(&source.layer()) && source.path != ACTIX_FILE);
    // The usual log filter names one of its parts.
    let code = |source: &Source| source.code.replace("actix_server=warn", "");
    let faults = inner.filter(|source| mentions(&code(source), "actix"));
    none_of(faults.map(|source| format!("src/{} mentions actix", source.path)).collect());
}

#[test]
fn rules_are_pure() {
    let mut faults = Vec::new();
    for source in sources() {
        if !["domain", "sports"].contains(&source.layer()) {
            continue;
        }
        for word in ["async fn", "tokio", "Utc::now", "SystemTime", "Instant", "std::fs", "rand"] {
            if mentions(&source.code, word) {
                faults.push(format!("src/{} mentions {word}", source.path));
            }
        }
    }
    none_of(faults);
}

#[test]
fn nothing_is_unsafe() {
    // `unsafe_code` in the lint table is the attribute's name, not a use.
    let sources = sources().into_iter().filter(|source| source.path != "server/allocator.rs");
    let faults = sources.filter(|source| {
        ["unsafe {", "unsafe fn", "unsafe impl"].iter().any(|word| mentions(&source.text, word))
    });
    none_of(faults.map(|source| format!("src/{} is unsafe", source.path)).collect());
}

#[test]
fn nothing_is_left_undone() {
    let undone = ["todo!(", "unimplemented!("];
    let faults =
        sources().into_iter().filter(|source| undone.iter().any(|word| source.text.contains(word)));
    none_of(faults.map(|source| format!("src/{} is not finished", source.path)).collect());
}

#[test]
fn no_file_names_a_package_host() {
    // In two parts, so that this file doesn't name them either.
    let hosts = [("crates", ".io"), ("npmjs", ".org"), ("npmjs", ".com"), ("pypi", ".org")];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    let others = ["tests/browser/package.json", "tests/browser/package-lock.json", "check"];
    files.extend(others.map(|name| root.join(name)));
    let mut faults = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default();
        for (name, end) in hosts {
            if text.contains(&format!("{name}{end}")) {
                faults.push(format!("{} names a package host", file.display()));
            }
        }
    }
    none_of(faults);
}
