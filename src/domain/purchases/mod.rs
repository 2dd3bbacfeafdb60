//! Ticket sales of an event, and the state machines of purchases and tickets. Pure.

mod status;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
pub use status::{PurchaseStatus, TicketStatus};

use crate::domain::number;
use crate::domain::rejection::Rejection;

/// The tickets that an event sells. Without ticket types, any type name is accepted, without a
/// price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketSales {
    /// Tickets of all types together; `None` means unlimited.
    pub capacity: Option<i64>,
    /// Maximum number of tickets per purchase; `None` means `DEFAULT_MAX_QUANTITY`.
    pub max_quantity: Option<i64>,
    pub ticket_types: Vec<TicketType>,
}

/// A kind of ticket with its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketType {
    /// `adult`, `child` …
    pub name: String,
    /// Price per ticket.
    pub price: Option<Money>,
    /// Tickets of this type; `None` means limited by the event's capacity only.
    pub capacity: Option<i64>,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// In minor units (cents).
    pub amount: i64,
    /// ISO 4217: `EUR`
    pub currency: String,
}

/// Maximum number of tickets per purchase if the event sets none.
const DEFAULT_MAX_QUANTITY: i64 = 10;

/// Highest value that an event can set as its maximum number of tickets per purchase.
pub const MAX_TICKETS_PER_PURCHASE: i64 = 100;

/// The tickets of an event that can be bought now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TicketOffer<'a> {
    /// Maximum number of tickets per purchase.
    pub max_quantity: i64,
    /// Remaining tickets of all types together; `None` means unlimited.
    pub left: Option<i64>,
    /// Empty if any type name is accepted.
    pub ticket_types: Vec<OfferedTicketType<'a>>,
}

/// A ticket type with the number of remaining tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfferedTicketType<'a> {
    pub name: &'a str,
    pub price: Option<&'a Money>,
    /// Remaining by its own capacity and the event's; `None` means unlimited.
    pub left: Option<i64>,
}

/// 32 characters that can't be confused: without 0 and O, 1 and I.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Characters of a ticket code, 5 bits each: 80 bits can't be guessed, yet 16 characters can be
/// typed.
const CODE_LENGTH: usize = 16;

/// Number of tickets already held by pending or confirmed purchases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldTickets {
    /// Of all types.
    pub in_event: i64,
    /// Of the requested type.
    pub of_type: i64,
}

impl TicketSales {
    /// The total price of `quantity` tickets of a type; `None` if the type has no price.
    ///
    /// Fails with `invalid-field` if the event doesn't sell such an order, and with `sold-out` if
    /// too few tickets remain.
    pub fn quote(
        &self,
        ticket_type: &str,
        quantity: i64,
        held: HeldTickets,
    ) -> Result<Option<Money>, Rejection> {
        let offered_type = self.ticket_types.iter().find(|kind| kind.name == ticket_type);
        if offered_type.is_none() && !self.ticket_types.is_empty() {
            let names: Vec<_> = self.ticket_types.iter().map(|kind| kind.name.as_str()).collect();
            let detail = format!("must be one of {}", names.join(", "));
            return Err(Rejection::field("/ticket_type", detail));
        }
        let max_quantity = self.max_quantity_per_purchase();
        if !(1..=max_quantity).contains(&quantity) {
            return Err(Rejection::field(
                "/quantity",
                format!("must be a number from 1 to {max_quantity}"),
            ));
        }
        match self.remaining(offered_type, held) {
            Some(remaining) if quantity > remaining => Err(sold_out(ticket_type, remaining)),
            _ => offered_type
                .and_then(|kind| kind.price.as_ref())
                .map(|price| price.checked_times(quantity))
                .transpose(),
        }
    }

    fn max_quantity_per_purchase(&self) -> i64 {
        self.max_quantity.unwrap_or(DEFAULT_MAX_QUANTITY)
    }

    /// Remaining tickets of a type, by its own or the event's limit; `None` if unlimited.
    fn remaining(&self, ticket_type: Option<&TicketType>, held: HeldTickets) -> Option<i64> {
        let of_type =
            ticket_type.and_then(|kind| kind.capacity).map(|capacity| capacity - held.of_type);
        let in_event = self.capacity.map(|capacity| capacity - held.in_event);
        let remaining = [of_type, in_event].into_iter().flatten().min();
        remaining.map(|left| left.max(0))
    }

    /// The current offer, given the number of held tickets per type.
    pub fn current_offer(&self, held: &HashMap<String, i64>) -> TicketOffer<'_> {
        let in_event = held.values().sum();
        let offered = self.ticket_types.iter().map(|kind| {
            let TicketType { name, price, .. } = kind;
            let of_type = held.get(name).copied().unwrap_or_default();
            let remaining = self.remaining(Some(kind), HeldTickets { in_event, of_type });
            OfferedTicketType { name, price: price.as_ref(), left: remaining }
        });
        TicketOffer {
            max_quantity: self.max_quantity_per_purchase(),
            left: self.remaining(None, HeldTickets { in_event, of_type: 0 }),
            ticket_types: offered.collect(),
        }
    }

    /// Whether there is any capacity, so that held tickets must be counted.
    pub fn is_limited(&self) -> bool {
        self.capacity.is_some() || self.ticket_types.iter().any(|kind| kind.capacity.is_some())
    }
}

fn sold_out(ticket_type: &str, remaining: i64) -> Rejection {
    let detail = match remaining {
        0 => format!("no ticket ({ticket_type}) is left"),
        1 => format!("only 1 ticket ({ticket_type}) is left"),
        _ => format!("only {remaining} tickets ({ticket_type}) are left"),
    };
    Rejection::conflict("sold-out", detail)
}

impl Money {
    /// The price of several tickets; rejected beyond [`number::MAX_INTEGER`] minor units.
    fn checked_times(&self, quantity: i64) -> Result<Self, Rejection> {
        let amount =
            self.amount.checked_mul(quantity).filter(|amount| *amount <= number::MAX_INTEGER);
        let amount =
            amount.ok_or_else(|| Rejection::field("/quantity", "the total price is too high"))?;
        Ok(Self { amount, currency: self.currency.clone() })
    }
}

/// Encodes the lowest 80 of these random bits as a ticket code.
pub fn encode_code(bits: u128) -> String {
    let digit = |index: usize| usize::try_from((bits >> (5 * index)) & 31).unwrap_or_default();
    (0..CODE_LENGTH).map(|index| char::from(CODE_ALPHABET[digit(index)])).collect()
}

/// Parses a typed ticket code, in any case; `None` if it can't be one.
pub fn parse_code(text: &str) -> Option<String> {
    let code = text.to_ascii_uppercase();
    let is_valid =
        code.len() == CODE_LENGTH && code.bytes().all(|byte| CODE_ALPHABET.contains(&byte));
    is_valid.then_some(code)
}

#[cfg(test)]
mod tests;
