//! Chooses how nodes wake each other.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use futures_util::FutureExt;

use crate::bus;
use crate::bus::connection::ConnectFn;
use crate::config::{Config, Secret};
use crate::store::{Store, StoreOptions};

/// How lines to the other nodes are opened; none for a node that is alone.
pub fn bus_connect_fn(config: &Config, store: &Store) -> anyhow::Result<Option<ConnectFn>> {
    let url = config.bus_url.as_ref().map(Secret::reveal);
    let default_bus = store.bus_connect_fn();
    match url {
        None => Ok(default_bus),
        Some("none") => Ok(None),
        Some(_) if default_bus.is_none() => bail!(
            "SQLite is for one node, which needs no bus: leave TOUCHLINE_BUS_URL out, \
             or keep everything in PostgreSQL (TOUCHLINE_DATABASE_URL=postgres://…)"
        ),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            let options = StoreOptions { url: url.to_owned(), ..super::store_options(config)? };
            Ok(Some(store.bus_connect_fn_to(&options).context("The bus can't be used")?))
        }
        Some(url) if url.starts_with("redis://") || url.starts_with("rediss://") => {
            Ok(Some(redis_connect_fn(url, config.bus_ca_file.as_deref(), store.epoch())?))
        }
        Some(_) => bail!("TOUCHLINE_BUS_URL: use postgres://…, redis://…, rediss://… or none"),
    }
}

fn redis_connect_fn(url: &str, ca_file: Option<&Path>, epoch: &str) -> anyhow::Result<ConnectFn> {
    let client = bus::redis::build_client(url, ca_file)
        .map_err(|error| anyhow!(error).context("The bus can't be used"))?;
    let epoch = epoch.to_owned();
    Ok(Box::new(move || {
        let (client, epoch) = (client.clone(), epoch.clone());
        async move { bus::redis::open_connection(client, &epoch).await }.boxed()
    }))
}
