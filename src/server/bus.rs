//! Chooses the bus that nodes notify each other over.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use futures_util::FutureExt;

use crate::bus;
use crate::bus::connection::ConnectFn;
use crate::config::{Config, Secret};
use crate::server::options::store_options;
use crate::store::{Store, StoreOptions};

/// How to connect to the bus of `bus_url`, or else of the database; `None` for a single node.
pub fn bus_connect_fn(config: &Config, store: &Store) -> anyhow::Result<Option<ConnectFn>> {
    let url = config.bus_url.as_ref().map(Secret::reveal);
    let default_bus = store.bus_connect_fn();
    match url {
        None => Ok(default_bus),
        Some("none") => Ok(None),
        Some(_) if default_bus.is_none() => bail!(
            "SQLite supports a single node only, which needs no bus: unset TOUCHLINE_BUS_URL, \
             or use PostgreSQL (TOUCHLINE_DATABASE_URL=postgres://…)"
        ),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            let options = StoreOptions { url: url.to_owned(), ..store_options(config)? };
            Ok(Some(store.bus_connect_fn_to(&options).context("can't use the bus")?))
        }
        Some(url) if url.starts_with("redis://") || url.starts_with("rediss://") => {
            Ok(Some(redis_connect_fn(url, config.bus_ca_file.as_deref(), store.epoch())?))
        }
        Some(_) => bail!("TOUCHLINE_BUS_URL must be postgres://…, redis://…, rediss://… or none"),
    }
}

fn redis_connect_fn(url: &str, ca_file: Option<&Path>, epoch: &str) -> anyhow::Result<ConnectFn> {
    let client = bus::redis::build_client(url, ca_file)
        .map_err(|error| anyhow!(error).context("can't use the bus"))?;
    let epoch = epoch.to_owned();
    Ok(Box::new(move || {
        let (client, epoch) = (client.clone(), epoch.clone());
        async move { bus::redis::open_connection(client, &epoch).await }.boxed()
    }))
}
