//! A list that only grows, and whose clones share all but its last few things.

use std::sync::Arc;

/// Things in one part. Twice as many make a clone of the last part dearer, half as many the
/// list of parts longer; a match of five days has about a hundred parts.
const CHUNK_SIZE: usize = 32;

/// A growing list that is cheap to clone.
#[derive(Debug, PartialEq, Eq)]
pub struct ChunkedList<T>(Vec<Arc<Vec<Arc<T>>>>);

impl<T> ChunkedList<T> {
    pub fn push(&mut self, item: Arc<T>) {
        match self.0.last_mut().filter(|chunk| chunk.len() < CHUNK_SIZE) {
            Some(part) => Arc::make_mut(part).push(item),
            None => self.0.push(Arc::new(vec![item])),
        }
    }

    pub fn len(&self) -> usize {
        let full_items = self.0.len().saturating_sub(1) * CHUNK_SIZE;
        full_items + self.0.last().map_or(0, |chunk| chunk.len())
    }

    pub fn get(&self, index: usize) -> Option<&Arc<T>> {
        self.0.get(index / CHUNK_SIZE)?.get(index % CHUNK_SIZE)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.0.iter().flat_map(|chunk| chunk.iter())
    }
}

impl<T> Default for ChunkedList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Clone for ChunkedList<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
