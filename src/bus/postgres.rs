//! Notices through `PostgreSQL`'s LISTEN and NOTIFY, on a connection of their own.
//!
//! A notice is sent after the commit and for many of them at once: transactions that notify take
//! one lock at their commit, which nearly halved the writes of 32 writers.

use std::pin::pin;

use futures_util::FutureExt;
use futures_util::StreamExt;
use futures_util::stream;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::sync::mpsc;
use tokio_postgres::AsyncMessage;
use tokio_postgres::Client;
use tokio_postgres::Connection;

use crate::bus::link::Broken;
use crate::bus::link::Line;

/// Names the notices in the database.
const CHANNEL: &str = "touchline";

/// Notices waiting to be read; more are dropped, which does no harm.
const WAITING: usize = 1024;

/// Makes a line of a connection that is open and runs nowhere yet.
pub async fn line<S, T>(client: Client, connection: Connection<S, T>) -> Result<Line, Broken>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (notices, mut heard) = mpsc::channel(WAITING);
    tokio::spawn(drive(connection, notices));
    client.batch_execute(&format!("listen {CHANNEL}")).await?;
    let client = std::sync::Arc::new(client);
    let say = move |text: String| {
        let client = std::sync::Arc::clone(&client);
        async move {
            client.execute("select pg_notify($1, $2)", &[&CHANNEL, &text]).await?;
            Ok(())
        }
        .boxed()
    };
    let heard = stream::poll_fn(move |cx| heard.poll_recv(cx)).boxed();
    Ok(Line { say: Box::new(say), heard })
}

/// Runs the connection until it ends; what it hears goes to `notices`.
async fn drive<S, T>(mut connection: Connection<S, T>, notices: mpsc::Sender<String>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut messages = pin!(stream::poll_fn(move |cx| connection.poll_message(cx)));
    while let Some(Ok(message)) = messages.next().await {
        if let AsyncMessage::Notification(notice) = message
            && notice.channel() == CHANNEL
        {
            let _ = notices.try_send(notice.payload().to_owned());
        }
    }
}
