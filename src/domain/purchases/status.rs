//! The statuses of purchases and of tickets, and the transitions between them.

use crate::domain::closed_set::closed_set;
use crate::domain::rejection::Rejection;

/// The status of a purchase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PurchaseStatus {
    #[default]
    Pending,
    Confirmed,
    Cancelled,
    Refunded,
}

closed_set!(PurchaseStatus {
    Pending => "pending",
    Confirmed => "confirmed",
    Cancelled => "cancelled",
    Refunded => "refunded",
});

/// The status of a bought ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TicketStatus {
    Valid,
    /// Checked in.
    Used,
    #[default]
    Void,
}

closed_set!(TicketStatus { Valid => "valid", Used => "used", Void => "void" });

impl PurchaseStatus {
    /// The statuses that may follow; a status without any is final.
    fn successors(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Confirmed, Self::Cancelled],
            Self::Confirmed => &[Self::Refunded],
            Self::Cancelled | Self::Refunded => &[],
        }
    }

    /// Rejects a transition that isn't allowed, with `wrong-state`.
    pub fn check_transition(self, next: Self) -> Result<(), Rejection> {
        let allowed = self.successors();
        if allowed.contains(&next) {
            return Ok(());
        }
        let detail = if allowed.is_empty() {
            format!("the purchase is {self}, which is final")
        } else {
            let allowed: Vec<_> = allowed.iter().map(|status| status.as_str()).collect();
            format!("the purchase is {self}: it can only be {}", allowed.join(" or "))
        };
        Err(Rejection::conflict("wrong-state", detail))
    }

    /// Whether a purchase with this status no longer holds its tickets.
    pub fn releases_tickets(self) -> bool {
        matches!(self, Self::Cancelled | Self::Refunded)
    }
}

impl TicketStatus {
    /// Rejects making a ticket `next` if its own status or its purchase's forbids it.
    pub fn check_transition(self, next: Self, purchase: PurchaseStatus) -> Result<(), Rejection> {
        match (self, purchase, next) {
            (Self::Used, _, _) => {
                Err(Rejection::conflict("ticket-used", "the ticket has been used"))
            }
            (Self::Void, _, _) => Err(Rejection::conflict("ticket-void", "the ticket is void")),
            (Self::Valid, PurchaseStatus::Confirmed, _) | (Self::Valid, _, Self::Void) => Ok(()),
            (Self::Valid, status, _) => {
                let detail = format!("the purchase is {status}: it must be confirmed first");
                Err(Rejection::conflict("not-confirmed", detail))
            }
        }
    }
}
