//! Notices through Redis (or Valkey): published on a channel named after the database.

use futures_util::FutureExt;
use futures_util::StreamExt;
use redis::AsyncCommands;
use redis::Client;

use crate::bus::link::Broken;
use crate::bus::link::Line;

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
