//! One page of a list.

use serde_json::Value;

use crate::store::error::QueryResult;
use crate::store::model::ListPage;

/// Items with their ids, one more than fits on the page if there is a next page.
pub type ItemsResult = QueryResult<Vec<(i64, Value)>>;

/// Builds a page of at most `limit` items; one more was read to see if there is a next page.
pub fn into_page(mut items: Vec<(i64, Value)>, limit: i64) -> ListPage {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| has_more).map(|(id, _)| *id);
    ListPage { items: items.into_iter().map(|(_, item)| item).collect(), next }
}
