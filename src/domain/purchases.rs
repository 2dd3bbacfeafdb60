//! What tickets an event sells, and the ways of a purchase and its tickets: pure.

use serde::Deserialize;
use serde::Serialize;

/// What an event sells. Without types any is taken, without a price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sales {
    /// Tickets of all types together; none for no limit.
    pub capacity: Option<i64>,
    /// The most tickets of one purchase.
    pub max_quantity: Option<i64>,
    pub ticket_types: Vec<TicketType>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketType {
    /// `adult`, `child` …
    pub name: String,
    pub price: Option<Money>,
    /// Tickets of this type; none for no limit but the event's.
    pub capacity: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// In minor units (cents).
    pub amount: i64,
    /// ISO 4217: `EUR`
    pub currency: String,
}
