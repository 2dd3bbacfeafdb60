//! Closed sets in columns: stored as their texts, in both databases.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::dsl::AsExprOf;
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

use crate::domain::announcements::{AnnouncementType, Priority};
use crate::domain::leaderboard::Verdict;
use crate::domain::matches::{MatchStatus, OfficialRole};
use crate::domain::purchases::{PurchaseStatus, TicketStatus};
use crate::domain::teams::MemberRole;
use crate::domain::users::UserRole;
use crate::domain::visibility::Visibility;

/// Implements diesel's traits by hand: its derives would have to stand at the enums, outside the
/// store.
macro_rules! stored_as_text {
    ($($set:ty),+ $(,)?) => {
        $(
            impl<DB: Backend> ToSql<Text, DB> for $set
            where
                str: ToSql<Text, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    let text: &'static str = self.as_str();
                    <str as ToSql<Text, DB>>::to_sql(text, out)
                }
            }

            impl<DB: Backend> FromSql<Text, DB> for $set
            where
                String: FromSql<Text, DB>,
            {
                fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                    let text = String::from_sql(bytes)?;
                    text.parse::<Self>().map_err(|error| format!("{text:?} {error}").into())
                }
            }

            impl<DB: Backend> Queryable<Text, DB> for $set
            where
                Self: FromSql<Text, DB>,
            {
                type Row = Self;

                fn build(row: Self) -> deserialize::Result<Self> {
                    Ok(row)
                }
            }

            impl AsExpression<Text> for $set {
                type Expression = AsExprOf<&'static str, Text>;

                fn as_expression(self) -> Self::Expression {
                    AsExpression::<Text>::as_expression(self.as_str())
                }
            }

            impl AsExpression<Text> for &$set {
                type Expression = AsExprOf<&'static str, Text>;

                fn as_expression(self) -> Self::Expression {
                    AsExpression::<Text>::as_expression(self.as_str())
                }
            }
        )+
    };
}

stored_as_text!(
    AnnouncementType,
    MatchStatus,
    MemberRole,
    OfficialRole,
    Priority,
    PurchaseStatus,
    TicketStatus,
    UserRole,
    Verdict,
    Visibility,
);
