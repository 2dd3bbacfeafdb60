//! Purchases of tickets. Their outcomes hold ticket codes.

use uuid::Uuid;

use crate::domain::permission::Permission;
use crate::domain::purchases::{self, PurchaseStatus, TicketStatus};
use crate::input::{self, FieldReader};
use crate::store::mutation::{Mutation, RequestMutation, TextFields};

/// Buys tickets of one type.
#[derive(Clone, Debug)]
pub struct CreatePurchase {
    pub event_id: i64,
    pub ticket_type: String,
    pub quantity: i64,
}

impl Mutation for CreatePurchase {
    fn permission(&self) -> Permission {
        Permission::BuyTickets(self.event_id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![("/ticket_type", Some(&self.ticket_type))]
    }

    fn answers_with_secret(&self) -> bool {
        true
    }
}

impl RequestMutation for CreatePurchase {
    type Path = i64;

    const CREATED_BELOW: Option<&'static str> = Some("/api/purchases");

    fn read(event_id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let ticket_type = fields.required("ticket_type", input::name());
        let quantity =
            fields.required("quantity", input::integer(1..=purchases::MAX_TICKETS_PER_PURCHASE));
        Self { event_id, ticket_type, quantity }
    }
}

/// Sets the status of a purchase.
#[derive(Clone, Debug)]
pub struct SetPurchaseStatus {
    pub id: Uuid,
    pub status: PurchaseStatus,
}

impl Mutation for SetPurchaseStatus {
    fn permission(&self) -> Permission {
        Permission::EditPurchase(self.id)
    }

    fn answers_with_secret(&self) -> bool {
        true
    }
}

impl RequestMutation for SetPurchaseStatus {
    type Path = Uuid;

    fn read(id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        Self { id, status: fields.required("status", input::one_of()) }
    }
}

/// Checks a ticket in, or voids it.
#[derive(Clone, Debug)]
pub struct SetTicketStatus {
    /// The purchase that the ticket belongs to.
    pub purchase_id: Uuid,
    pub code: String,
    /// `Used` or `Void`.
    pub status: TicketStatus,
}

impl Mutation for SetTicketStatus {
    fn permission(&self) -> Permission {
        Permission::EditPurchase(self.purchase_id)
    }

    fn answers_with_secret(&self) -> bool {
        true
    }
}
