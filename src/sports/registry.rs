//! The list of sports.

use crate::domain::message::COMMON_MESSAGE_TYPES;
use crate::sports::cricket::Cricket;
use crate::sports::football::Football;
use crate::sports::lifecycle;
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

    /// Whether a message of any sport, or one that no sport owns, has this type or this label.
    pub fn names_message(word: &str) -> bool {
        COMMON_MESSAGE_TYPES.contains(&word)
            || lifecycle::names_message(word)
            || ALL_SPORTS.iter().any(|rules| (rules.names_own_message)(word))
    }

    /// Rules of the sport with this code: `football`, `generic` …
    pub fn find(code: &str) -> Option<&'static Self> {
        ALL_SPORTS.iter().find(|rules| rules.code == code)
    }
}
