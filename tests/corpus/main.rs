//! Replays real cricket matches ball by ball against the rules.
//!
//! The archive is fetched by `./check`, so these tests are ignored by default: `./check corpus`
//! plays every sixteenth match, `./check long corpus` all of them.
#![expect(clippy::unwrap_used, reason = "what goes wrong while setting up fails the test")]

mod league;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use touchline::import;
use touchline::import::{CommandScript, CricsheetFile, InvalidFile, Roster};

/// Matches whose result differs from the one in their file, with the reason.
const DIFFER: [(&str, &str); 1] = [
    // A six off the last ball took the score from 88 past the target of 89; the file counts the
    // margin in runs above par, as if rain had stopped the match there.
    ("336022", "Kings XI Punjab won by wickets, not by 6 runs"),
];

/// Minimum number of files in the archive.
const LEAST: usize = 1200;

/// Directory into which `./check` unpacks the archive.
fn archive() -> PathBuf {
    let named = std::env::var_os("TOUCHLINE_CRICSHEET").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/cricsheet"))
}

/// Returns the archive's files by name.
fn files() -> BTreeMap<String, String> {
    let folder = archive();
    let listed = std::fs::read_dir(&folder);
    let listed =
        listed.unwrap_or_else(|error| panic!("{}: {error}: run ./check", folder.display()));
    let paths = listed.map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    paths.map(read).collect()
}

fn play(text: &str) -> Result<CommandScript, InvalidFile> {
    let sheet = CricsheetFile::parse(text)?;
    import::build_script(&sheet, &Roster::with_temporary_ids(&sheet)?)
}

#[test]
#[ignore = "needs the archive that ./check fetches"]
fn real_matches_reach_the_result_in_their_files() {
    let differs = |name: &str| DIFFER.iter().any(|(other, _)| *other == name);
    let step = std::env::var("TOUCHLINE_CORPUS_STEP").map_or(1, |step| step.parse().unwrap());
    let mut chosen: Vec<_> = files().into_iter().step_by(step).collect();
    let count = chosen.len();
    assert!(count * step >= LEAST, "only {count} matches");
    let faults = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = chosen.len().div_ceil(threads);
    std::thread::scope(|scope| {
        while !chosen.is_empty() {
            let rest = chosen.split_off(share.min(chosen.len()));
            let own = std::mem::replace(&mut chosen, rest);
            scope.spawn(|| {
                for (name, text) in own {
                    match play(&text) {
                        Ok(_) if differs(&name) => {
                            faults.lock().unwrap().push(format!("{name} no longer differs"));
                        }
                        Err(misfit) if !differs(&name) => {
                            faults.lock().unwrap().push(format!("{name}: {misfit}"));
                        }
                        _ => {}
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
}

#[test]
#[ignore = "needs the archive that ./check fetches"]
fn an_inconsistent_file_is_rejected_with_the_location_of_the_error() {
    let (_, text) = files().into_iter().next().unwrap();
    let changed = |pointer: &str, value: serde_json::Value| {
        let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
        *file.pointer_mut(pointer).unwrap() = value;
        play(&file.to_string()).map(drop).unwrap_err().location
    };
    let ball = "/innings/0/overs/2/deliveries/3";
    #[rustfmt::skip]
    let cases = [
        (format!("{ball}/batter"),       serde_json::json!("Nobody"), "innings 1, over 2, ball 4"),
        (format!("{ball}/runs/total"),   serde_json::json!(999),      "innings 1"),
        ("/innings/1/team".to_owned(),   serde_json::json!("Nobody"), "innings 2"),
        ("/meta/data_version".to_owned(), serde_json::json!("0.9"),   "meta.data_version"),
    ];
    for (pointer, value, place) in cases {
        assert_eq!(changed(&pointer, value), place, "{pointer}");
    }
    assert_eq!(play("{\n\"meta\": 3}").unwrap_err().location, "line 2, column 9");
}
