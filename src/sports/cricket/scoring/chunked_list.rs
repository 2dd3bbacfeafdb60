//! An append-only list whose clones share all but the last few items.

use std::sync::Arc;

/// Items per chunk: more make it dearer to copy the last chunk, fewer make the list of chunks
/// longer. A match of five days has about a hundred chunks.
const CHUNK_SIZE: usize = 32;

/// An append-only list that is cheap to clone.
#[derive(Debug, PartialEq, Eq)]
pub struct ChunkedList<T>(Vec<Arc<Vec<Arc<T>>>>);

impl<T> ChunkedList<T> {
    /// Appends an item; copies the last chunk if a clone shares it.
    pub fn push(&mut self, item: Arc<T>) {
        match self.0.last_mut().filter(|chunk| chunk.len() < CHUNK_SIZE) {
            Some(chunk) => Arc::make_mut(chunk).push(item),
            None => self.0.push(Arc::new(vec![item])),
        }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        let full_items = self.0.len().saturating_sub(1) * CHUNK_SIZE;
        full_items + self.0.last().map_or(0, |chunk| chunk.len())
    }

    /// Item at `index`, from 0.
    pub fn get(&self, index: usize) -> Option<&Arc<T>> {
        self.0.get(index / CHUNK_SIZE)?.get(index % CHUNK_SIZE)
    }

    /// All items in order.
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
