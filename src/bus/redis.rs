//! Head notices over Redis or Valkey publish/subscribe, on a channel per database epoch.

use std::path::Path;

use futures_util::{FutureExt, StreamExt};
use redis::{AsyncCommands, Client, TlsCertificates};

use crate::bus::connection::{BusConnection, BusError};

/// Builds a client of `redis://:password@host`, or `rediss://` over TLS with certificates checked
/// against the authorities of `ca_file`, or else the system's.
pub fn build_client(url: &str, ca_file: Option<&Path>) -> Result<Client, BusError> {
    let Some(path) = ca_file else { return Ok(Client::open(url)?) };
    let with_path = |error: std::io::Error| format!("{}: {error}", path.display());
    let root_cert = Some(std::fs::read(path).map_err(with_path)?);
    Ok(Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert })?)
}

/// Opens a bus connection; `epoch` separates databases that share one Redis.
pub async fn open_connection(client: Client, epoch: &str) -> Result<BusConnection, BusError> {
    let channel = format!("touchline:{epoch}");
    let mut subscriber = client.get_async_pubsub().await?;
    subscriber.subscribe(&channel).await?;
    let messages = subscriber.into_on_message();
    let incoming =
        messages.filter_map(async |message| message.get_payload::<String>().ok()).boxed();
    let publisher = client.get_multiplexed_async_connection().await?;
    let publish = move |text: String| {
        let (mut publisher, channel) = (publisher.clone(), channel.clone());
        async move {
            let _: i64 = publisher.publish(channel, text).await?;
            Ok(())
        }
        .boxed()
    };
    Ok(BusConnection { publish: Box::new(publish), incoming })
}
