//! Every query, one file per noun; compiled once per database (see `super`).

/// Implements `Run` for each mutation by calling the given function.
macro_rules! runs {
    ($($mutation:ty => $run:path),* $(,)?) => {
        $(impl super::commit::Run for $mutation {
            fn run<'a>(
                &'a self,
                conn: &'a mut super::dialect::Conn,
                context: super::commit::RunContext<'a>,
            ) -> super::commit::Running<'a> {
                Box::pin($run(conn, context, self))
            }
        })*
    };
}

pub mod announcements;
pub mod backfill;
pub mod channel_states;
pub mod commit;
pub mod entries;
pub mod events;
pub mod full_matches;
pub mod idempotency;
pub mod identities;
pub mod leaderboards;
pub mod lists;
pub mod log;
pub mod managers;
pub mod match_states;
pub mod matches;
pub mod members;
pub mod officials;
pub mod participation;
pub mod players;
pub mod prune;
pub mod publicity;
pub mod purchases;
pub mod readable;
pub mod registrations;
pub mod results;
pub mod rights;
pub mod schedule;
pub mod sessions;
pub mod settings;
pub mod snapshots;
pub mod state_updates;
pub mod teams;
pub mod tickets;
pub mod users;
pub mod verify;

use super::dialect;
