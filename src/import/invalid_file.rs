//! The error of a file that can't be imported.

use std::fmt;

/// Why a file can't be imported, and where in it the error is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFile {
    /// `innings 2, over 14, ball 3`; overs count from 0 as in the file.
    pub location: String,
    /// What is wrong there, for the operator.
    pub reason: String,
}

impl InvalidFile {
    /// An error at a location of the file.
    pub fn new(location: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { location: location.into(), reason: reason.into() }
    }
}

impl fmt::Display for InvalidFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.reason)
    }
}

impl std::error::Error for InvalidFile {}
