//! Notices through Redis (or Valkey): published on a channel named after the database.

use std::path::Path;

use futures_util::FutureExt;
use futures_util::StreamExt;
use redis::AsyncCommands;
use redis::Client;
use redis::TlsCertificates;

use crate::bus::link::Broken;
use crate::bus::link::Line;

/// How the server is reached: `redis://:password@host`, or `rediss://` over TLS, where its
/// certificate is checked by the authorities of the file, or else by the system's.
pub fn client(url: &str, ca_file: Option<&Path>) -> Result<Client, Broken> {
    let Some(path) = ca_file else { return Ok(Client::open(url)?) };
    let named = |error: std::io::Error| format!("{}: {error}", path.display());
    let root_cert = Some(std::fs::read(path).map_err(named)?);
    Ok(Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert })?)
}

/// Opens a line. `epoch` keeps databases that share a Redis apart.
pub async fn line(client: Client, epoch: &str) -> Result<Line, Broken> {
    let channel = format!("touchline:{epoch}");
    let mut listening = client.get_async_pubsub().await?;
    listening.subscribe(&channel).await?;
    let heard = listening.into_on_message();
    let heard = heard.filter_map(async |message| message.get_payload::<String>().ok()).boxed();
    let speaking = client.get_multiplexed_async_connection().await?;
    let say = move |text: String| {
        let (mut speaking, channel) = (speaking.clone(), channel.clone());
        async move {
            let _: i64 = speaking.publish(channel, text).await?;
            Ok(())
        }
        .boxed()
    };
    Ok(Line { say: Box::new(say), heard })
}
