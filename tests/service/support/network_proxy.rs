//! A network that can be cut: whoever connects through it isn't told, as with a pulled cable.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Proxy {
    port: u16,
    cut: watch::Sender<bool>,
}

impl Proxy {
    /// Before what listens on this port.
    pub async fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy =
            Self { port: listener.local_addr().unwrap().port(), cut: watch::Sender::new(false) };
        let cut = proxy.cut.subscribe();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(join(near, port, cut.clone()));
            }
        });
        proxy
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing passes, in either direction, and nothing ends.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    /// What was under way arrives now.
    pub fn mend(&self) {
        self.cut.send_replace(false);
    }
}

async fn join(near: TcpStream, port: u16, mut cut: watch::Receiver<bool>) {
    let _ = cut.wait_for(|cut| !cut).await;
    let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (near, far) = (near.into_split(), far.into_split());
    tokio::spawn(carry(near.0, far.1, cut.clone()));
    carry(far.0, near.1, cut).await;
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut cut: watch::Receiver<bool>) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let taken = from.read(&mut bytes).await.unwrap_or_default();
        let _ = cut.wait_for(|cut| !cut).await;
        if taken == 0 || to.write_all(&bytes[..taken]).await.is_err() {
            // Dropped, this half is shut; the other direction ends by itself.
            return;
        }
    }
}
