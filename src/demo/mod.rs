//! The demo: a fictional league whose matches are in progress, so that all pages show live data.

pub mod cricket;
mod league;
mod scorer;
mod season;

pub use league::DemoLeague;
