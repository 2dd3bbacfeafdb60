//! The house's rules that a compiler doesn't know, checked over every file of `src/`.
#![expect(clippy::unwrap_used, reason = "a file that can't be read fails the test, as it should")]

mod docs;
mod names;
#[path = "../support/route_table.rs"]
mod route_table;
mod routes;
mod sports;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

const EVERYTHING: &[&str] = &["*"];

/// Each folder or file of `src/`, top to bottom, with what it may name after `crate::`.
#[rustfmt::skip]
const ARROWS: &[(&str, &[&str])] = &[
    ("lib",     EVERYTHING),
    ("main",    &["config", "demo", "server", "store"]),
    ("cli_commands", &["auth", "config", "domain", "import", "input", "server", "store"]),
    ("demo",    &["domain", "sports", "store"]),
    ("server",  EVERYTHING),
    ("http",    &["App", "auth", "config", "domain", "input", "limits", "metrics", "problem", "relay", "sports", "store", "stream"]),
    ("auth",    &["App", "config", "domain", "input", "limits", "problem", "store"]),
    ("problem", &["domain", "store", "stream"]),
    ("import",  &["domain", "sports", "store"]),
    ("relay",   &["bus", "domain", "metrics", "store", "stream", "tls"]),
    ("stream",  &["bus", "domain", "metrics", "store"]),
    ("store",   &["bus", "domain", "input", "metrics", "sports", "tls"]),
    ("bus",     &["domain", "metrics"]),
    ("sports",  &["domain", "input"]),
    ("input",   &["domain"]),
    ("domain",  &[]),
    ("config",  &["domain"]),
    ("metrics", &[]),
    ("limits",  &["config", "domain"]),
    ("tls",     &[]),
];

/// Folders whose subfolders are layered: each may import those before it, never those after it.
const ROOMS: &[(&str, &[&str])] =
    &[("sports/cricket", &["laws", "innings", "scoring", "report", "actions"])];

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

/// Files of `src/` by module path, and which imports which.
///
/// A module included by `#[path]` counts as the file that includes it: `postgres::queries` as
/// `postgres/mod.rs`. That hides one cycle, which is by design (docs/adr/0010): `Mutation` requires
/// `Run` of `store/queries/commit.rs`, where `run_mutation` takes a `Mutation`.
#[derive(Default)]
struct ModuleGraph {
    /// Module path from the crate's root (`sports::cricket::laws`) to its file.
    files: BTreeMap<String, String>,
    uses: BTreeMap<String, ModuleUses>,
}

/// Paths that one file uses, without its tests.
#[derive(Default)]
struct ModuleUses {
    module: Vec<String>,
    /// As written: `crate::a::b::X`, `super::X`, `child::X`.
    paths: Vec<Vec<String>>,
    /// Imported and re-exported names, with their paths; child modules can use them too.
    imported_names: BTreeMap<String, Vec<String>>,
}

impl ModuleGraph {
    fn of(sources: &[Source]) -> Self {
        let mut graph = Self::default();
        for source in sources.iter().filter(|source| source.path != "main.rs") {
            let stem = source.path.trim_end_matches(".rs");
            let stem = stem.strip_suffix("/mod").unwrap_or(stem);
            let module: Vec<_> =
                stem.split('/').filter(|name| *name != "lib").map(str::to_owned).collect();
            graph.files.insert(module.join("::"), source.path.clone());
            let mut uses = ModuleUses { module, ..ModuleUses::default() };
            uses.visit_file(&syn::parse_file(&source.text).unwrap());
            graph.uses.insert(source.path.clone(), uses);
        }
        graph
    }

    /// Files of the same top-level folder that `file` imports.
    fn edges(&self, file: &str) -> BTreeSet<&str> {
        let uses = &self.uses[file];
        let folder = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
        let targets = uses.paths.iter().filter_map(|path| self.defining_file(uses, path, 0));
        targets.filter(|target| *target != file && folder(target) == folder(file)).collect()
    }

    /// File that defines `path` as used in module `from`; `None` for items of other crates.
    fn defining_file(&self, from: &ModuleUses, path: &[String], depth: usize) -> Option<&str> {
        let mut absolute = from.module.clone();
        let mut rest = path;
        let first = rest.first()?;
        let is_local = ["crate", "self", "super"].contains(&first.as_str());
        let child = [&absolute[..], &rest[..1]].concat().join("::");
        if !is_local && !self.files.contains_key(&child) {
            // `module::function` after a `use` of the module.
            let module = from.imported_names.get(first).filter(|_| depth < 8)?;
            return self.defining_file(from, &[module, &rest[1..]].concat(), depth + 1);
        }
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" => absolute.clear(),
                "self" => {}
                "super" => drop(absolute.pop()),
                _ => break,
            }
            rest = others;
        }
        while let Some((first, others)) = rest.split_first() {
            let next = [&absolute[..], std::slice::from_ref(first)].concat();
            if !self.files.contains_key(&next.join("::")) {
                break;
            }
            (absolute, rest) = (next, others);
        }
        let file = self.files.get(&absolute.join("::"))?;
        let uses = &self.uses[file];
        // A re-export is defined elsewhere.
        let imported = rest.first().and_then(|name| uses.imported_names.get(name));
        match imported.filter(|_| depth < 8) {
            Some(target) => self.defining_file(uses, target, depth + 1),
            None => Some(file),
        }
    }

    /// Sets of two or more files that all reach one another, by top-level folder.
    fn cycles(&self) -> BTreeMap<&str, Vec<BTreeSet<&str>>> {
        let reachable: BTreeMap<&str, BTreeSet<&str>> =
            self.uses.keys().map(|file| (file.as_str(), self.reachable_from(file))).collect();
        let mut cycles: BTreeMap<&str, Vec<BTreeSet<&str>>> = BTreeMap::new();
        for (file, reached) in &reachable {
            let back = reached.iter().copied().filter(|other| reachable[other].contains(file));
            let cycle: BTreeSet<_> = back.collect();
            let folder = file.split('/').next().unwrap_or_default();
            let known = cycles.entry(folder).or_default();
            if cycle.len() > 1 && !known.contains(&cycle) {
                known.push(cycle);
            }
        }
        cycles.retain(|_, found| !found.is_empty());
        cycles
    }

    fn reachable_from(&self, file: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = self.edges(file).into_iter().collect();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(self.edges(next));
            }
        }
        reached
    }
}

impl ModuleUses {
    fn add_use_tree(&mut self, prefix: &[String], tree: &syn::UseTree, is_reexport: bool) {
        let (name, ident) = match tree {
            syn::UseTree::Path(path) => {
                let prefix = [prefix, &[path.ident.to_string()]].concat();
                return self.add_use_tree(&prefix, &path.tree, is_reexport);
            }
            syn::UseTree::Group(group) => {
                for member in &group.items {
                    self.add_use_tree(prefix, member, is_reexport);
                }
                return;
            }
            syn::UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
            syn::UseTree::Rename(rename) => (rename.rename.to_string(), rename.ident.to_string()),
            syn::UseTree::Glob(_) => (String::new(), String::new()),
        };
        let mut path = prefix.to_vec();
        if ident != "self" && !ident.is_empty() {
            path.push(ident);
        }
        let name = if name == "self" { path.last().cloned().unwrap_or_default() } else { name };
        self.imported_names.insert(name, path.clone());
        if !is_reexport {
            self.paths.push(path);
        }
    }
}

impl<'ast> Visit<'ast> for ModuleUses {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(module) => &module.attrs,
            syn::Item::Use(import) => &import.attrs,
            syn::Item::Fn(function) => &function.attrs,
            syn::Item::Impl(block) => &block.attrs,
            _ => return syn::visit::visit_item(self, item),
        };
        let is_test = |attribute: &syn::Attribute| {
            let syn::Meta::List(list) = &attribute.meta else { return false };
            list.path.is_ident("cfg") && list.tokens.to_string() == "test"
        };
        if !attributes.iter().any(is_test) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        // A re-export of a child is not a dependency on it.
        let is_reexport = !matches!(import.vis, syn::Visibility::Inherited);
        self.add_use_tree(&[], &import.tree, is_reexport);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.paths.push(path.segments.iter().map(|one| one.ident.to_string()).collect());
        }
        syn::visit::visit_path(self, path);
    }
}

#[test]
fn no_import_cycles_inside_a_folder() {
    let sources = sources();
    let graph = ModuleGraph::of(&sources);
    let faults = graph.cycles().into_iter().map(|(folder, found)| {
        let count: usize = found.iter().map(BTreeSet::len).sum();
        format!("src/{folder}: {count} files in cycles: {found:#?}")
    });
    none_of(faults.collect());
}

#[test]
fn rooms_are_entered_one_way() {
    let sources = sources();
    let graph = ModuleGraph::of(&sources);
    let mut faults = Vec::new();
    for (folder, rooms) in ROOMS {
        let room_of = |file: &str| {
            let inner = file.strip_prefix(folder)?.strip_prefix('/')?;
            rooms.iter().position(|room| *room == inner.split('/').next().unwrap_or_default())
        };
        for file in graph.uses.keys() {
            let Some(room) = room_of(file) else { continue };
            let later = graph.edges(file).into_iter().filter(|target| room_of(target) > Some(room));
            faults.extend(later.map(|target| format!("src/{file} may not name src/{target}")));
        }
    }
    none_of(faults);
}
