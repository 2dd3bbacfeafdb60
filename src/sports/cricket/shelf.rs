//! A list that only grows, and whose clones share all but its last few things.

use std::sync::Arc;

/// Things in one part. Twice as many make a clone of the last part dearer, half as many the
/// list of parts longer; a match of five days has about a hundred parts.
const PART: usize = 32;

/// A growing list that is cheap to clone.
#[derive(Debug, PartialEq, Eq)]
pub struct Shelf<T>(Vec<Arc<Vec<Arc<T>>>>);

impl<T> Shelf<T> {
    pub fn push(&mut self, thing: Arc<T>) {
        match self.0.last_mut().filter(|part| part.len() < PART) {
            Some(part) => Arc::make_mut(part).push(thing),
            None => self.0.push(Arc::new(vec![thing])),
        }
    }

    pub fn len(&self) -> usize {
        let full = self.0.len().saturating_sub(1) * PART;
        full + self.0.last().map_or(0, |part| part.len())
    }

    pub fn get(&self, index: usize) -> Option<&Arc<T>> {
        self.0.get(index / PART)?.get(index % PART)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.0.iter().flat_map(|part| part.iter())
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
