//! Options of the store and of the streams, from the configuration.

use std::time::Duration;

use crate::auth;
use crate::config::Config;
use crate::store::{DatabaseTimeouts, StoreOptions};
use crate::stream::StreamSettings;

/// The options to open the configured database with. With `SQLite` it may create the secret file
/// next to the database.
pub fn store_options(config: &Config) -> anyhow::Result<StoreOptions> {
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    Ok(StoreOptions {
        url: config.database_url.reveal().to_owned(),
        max_connections: config.database_connections,
        ca_file: config.database_ca_file.clone(),
        timeouts: DatabaseTimeouts {
            connection: seconds(config.database_wait_seconds),
            statement: seconds(config.database_statement_seconds),
        },
        secret: auth::shared_secret(config)?,
    })
}

/// The settings of streams.
pub fn stream_settings(config: &Config) -> StreamSettings {
    let streams = &config.streams;
    StreamSettings {
        heartbeat_seconds: streams.heartbeat_seconds,
        lifetime_seconds: streams.lifetime_seconds,
        retry_min_ms: streams.retry_min_ms,
        retry_max_ms: streams.retry_max_ms,
        ring_messages: streams.ring_messages,
        ring_bytes: streams.ring_bytes,
        replay_max: streams.replay_max,
        replay_page: streams.replay_page,
    }
}
