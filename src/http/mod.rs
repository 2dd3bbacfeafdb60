//! HTTP in: thin, no SQL, no rules.

pub mod pages;
