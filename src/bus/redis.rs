//! Notices through Redis (or Valkey): published on a channel named after the database.

use std::path::Path;

use futures_util::{FutureExt, StreamExt};
use redis::{AsyncCommands, Client, TlsCertificates};

use crate::bus::connection::{BusConnection, BusError};

/// How the server is reached: `redis://:password@host`, or `rediss://` over TLS, where its
/// certificate is checked by the authorities of the file, or else by the system's.
pub fn build_client(url: &str, ca_file: Option<&Path>) -> Result<Client, BusError> {
    let Some(path) = ca_file else { return Ok(Client::open(url)?) };
    let with_path = |error: std::io::Error| format!("{}: {error}", path.display());
    let root_cert = Some(std::fs::read(path).map_err(with_path)?);
    Ok(Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert })?)
}

/// Opens a line. `epoch` keeps databases that share a Redis apart.
pub async fn open_connection(client: Client, epoch: &str) -> Result<BusConnection, BusError> {
    let channel = format!("touchline:{epoch}");
    let mut subscriber = client.get_async_pubsub().await?;
    subscriber.subscribe(&channel).await?;
    let incoming = subscriber.into_on_message();
    let heard = incoming.filter_map(async |message| message.get_payload::<String>().ok()).boxed();
    let publisher = client.get_multiplexed_async_connection().await?;
    let publish = move |text: String| {
        let (mut speaking, channel) = (publisher.clone(), channel.clone());
        async move {
            let _: i64 = speaking.publish(channel, text).await?;
            Ok(())
        }
        .boxed()
    };
    Ok(BusConnection { publish: Box::new(publish), incoming: heard })
}
