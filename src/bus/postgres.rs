//! Head notices over `PostgreSQL`'s LISTEN and NOTIFY, on a dedicated connection.
//!
//! A notice is sent after the commit and covers many commits: NOTIFY inside a transaction takes a
//! global lock at commit, which nearly halved the throughput of 32 writers.

use std::pin::pin;

use futures_util::{FutureExt, StreamExt, stream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, Connection};

use crate::bus::connection::{BusConnection, BusError};

/// The LISTEN/NOTIFY channel.
const NOTIFY_CHANNEL: &str = "touchline";

/// Received notices not processed yet; more are dropped, which is harmless.
const NOTICE_QUEUE_CAPACITY: usize = 1024;

/// Turns an open `PostgreSQL` connection, not spawned yet, into a bus connection.
pub async fn open_connection<S, T>(
    client: Client,
    connection: Connection<S, T>,
) -> Result<BusConnection, BusError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (notices, mut receiver) = mpsc::channel(NOTICE_QUEUE_CAPACITY);
    tokio::spawn(run_connection(connection, notices));
    client.batch_execute(&format!("listen {NOTIFY_CHANNEL}")).await?;
    let client = std::sync::Arc::new(client);
    let publish = move |text: String| {
        let client = std::sync::Arc::clone(&client);
        async move {
            client.execute("select pg_notify($1, $2)", &[&NOTIFY_CHANNEL, &text]).await?;
            Ok(())
        }
        .boxed()
    };
    let incoming = stream::poll_fn(move |cx| receiver.poll_recv(cx)).boxed();
    Ok(BusConnection { publish: Box::new(publish), incoming })
}

/// Drives the connection until it ends, and forwards received notices to `notices`.
async fn run_connection<S, T>(mut connection: Connection<S, T>, notices: mpsc::Sender<String>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut messages = pin!(stream::poll_fn(move |cx| connection.poll_message(cx)));
    while let Some(Ok(message)) = messages.next().await {
        if let AsyncMessage::Notification(notice) = message
            && notice.channel() == NOTIFY_CHANNEL
        {
            let _ = notices.try_send(notice.payload().to_owned());
        }
    }
}
