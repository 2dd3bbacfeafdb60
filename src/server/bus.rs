//! Chooses how nodes wake each other.

use std::path::Path;

use anyhow::Context;
use anyhow::anyhow;
use anyhow::bail;
use futures_util::FutureExt;

use crate::bus;
use crate::bus::link::Connect;
use crate::config::Config;
use crate::config::Secret;
use crate::store::Options;
use crate::store::Store;

/// How lines to the other nodes are opened; none for a node that is alone.
pub fn lines(config: &Config, store: &Store) -> anyhow::Result<Option<Connect>> {
    let url = config.bus_url.as_ref().map(Secret::reveal);
    let own = store.lines();
    match url {
        None => Ok(own),
        Some("none") => Ok(None),
        Some(_) if own.is_none() => bail!(
            "SQLite is for one node, which needs no bus: leave TOUCHLINE_BUS_URL out, \
             or keep everything in PostgreSQL (TOUCHLINE_DATABASE_URL=postgres://…)"
        ),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            let options = Options { url: url.to_owned(), ..super::options(config)? };
            Ok(Some(store.lines_to(&options).context("The bus can't be used")?))
        }
        Some(url) if url.starts_with("redis://") || url.starts_with("rediss://") => {
            Ok(Some(through_redis(url, config.bus_ca_file.as_deref(), store.epoch())?))
        }
        Some(_) => bail!("TOUCHLINE_BUS_URL: use postgres://…, redis://…, rediss://… or none"),
    }
}

fn through_redis(url: &str, ca_file: Option<&Path>, epoch: &str) -> anyhow::Result<Connect> {
    let client = bus::redis::client(url, ca_file)
        .map_err(|error| anyhow!(error).context("The bus can't be used"))?;
    let epoch = epoch.to_owned();
    Ok(Box::new(move || {
        let (client, epoch) = (client.clone(), epoch.clone());
        async move { bus::redis::line(client, &epoch).await }.boxed()
    }))
}
