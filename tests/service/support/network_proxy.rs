//! A TCP proxy that can drop all traffic silently, like a pulled cable.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct NetworkProxy {
    port: u16,
    cut: watch::Sender<bool>,
}

impl NetworkProxy {
    /// Forwards to this local port.
    pub async fn in_front_of(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy =
            Self { port: listener.local_addr().unwrap().port(), cut: watch::Sender::new(false) };
        let cut = proxy.cut.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, port, cut.clone()));
            }
        });
        proxy
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops all traffic in both directions without closing anything.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    /// Resumes; data in flight is delivered now.
    pub fn restore(&self) {
        self.cut.send_replace(false);
    }
}

async fn connect(client: TcpStream, port: u16, mut cut: watch::Receiver<bool>) {
    let _ = cut.wait_for(|cut| !cut).await;
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (client, server) = (client.into_split(), server.into_split());
    tokio::spawn(copy(client.0, server.1, cut.clone()));
    copy(server.0, client.1, cut).await;
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut cut: watch::Receiver<bool>) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut bytes).await.unwrap_or_default();
        let _ = cut.wait_for(|cut| !cut).await;
        if read == 0 || to.write_all(&bytes[..read]).await.is_err() {
            // Dropping closes this half; the other direction ends by itself.
            return;
        }
    }
}
