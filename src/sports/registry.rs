//! The list of sports.

use crate::sports::cricket::Cricket;
use crate::sports::football::Football;
use crate::sports::rules::SportRules;
use crate::sports::score_only::ScoreOnly;

/// All sports. A new one is a file or folder, its `mod` line, and one entry here.
pub static ALL_SPORTS: [SportRules; 3] = [
    SportRules::for_sport::<Football>(),
    SportRules::for_sport::<Cricket>(),
    SportRules::for_sport::<ScoreOnly>(),
];

impl SportRules {
    /// Rules of all sports.
    pub fn all() -> &'static [Self] {
        &ALL_SPORTS
    }

    /// Rules of the sport with this code: `football`, `generic` …
    pub fn find(code: &str) -> Option<&'static Self> {
        ALL_SPORTS.iter().find(|rules| rules.code == code)
    }
}
