//! A connection's socket, shared by the HTTP dispatcher and the hub.
//!
//! The dispatcher writes heads, snapshots and what is missed. When it has handed everything to
//! the kernel and the body only waits, the wire is at rest and the hub may write frames straight
//! to the socket: one system call a delivery, without waking a task (docs/adr/0006).

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Context;
use std::task::Poll;
use std::task::ready;
use std::time::Duration;

use socket2::SockRef;
use socket2::Socket;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;

/// What the dispatcher reads from and writes to.
#[derive(Debug)]
pub struct Wire(Rc<Line>);

/// The hub's end of a wire.
#[derive(Debug)]
pub struct Line {
    tcp: TcpStream,
    /// The body has nothing to say and waits for the hub.
    waiting: Cell<bool>,
    /// All that the dispatcher wanted written has been taken by the kernel.
    drained: Cell<bool>,
}

/// How much of a piece the kernel took.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    All,
    /// The first so many bytes; the rest has to wait until the reader has read.
    Part(usize),
    /// The connection is broken; the dispatcher will notice too.
    Broken,
}

/// Sets what every connection of a listening socket is to have: accepted sockets take it over
/// (socket(7), tcp(7)), which spares each of a crowd three system calls.
///
/// - `send_buffer`: bytes the kernel may hold for a reader; 0 leaves it to the system.
/// - `stuck`: how long a reader may take nothing before the kernel cuts it; zero for never.
pub fn prepare(listening: &Socket, send_buffer: usize, stuck: Duration) -> io::Result<()> {
    listening.set_tcp_nodelay(true)?;
    if send_buffer > 0 {
        listening.set_send_buffer_size(send_buffer)?;
    }
    if !stuck.is_zero() {
        listening.set_tcp_user_timeout(Some(stuck))?;
    }
    Ok(())
}

impl Wire {
    pub fn new(tcp: TcpStream) -> Self {
        Self(Rc::new(Line { tcp, waiting: Cell::new(false), drained: Cell::new(false) }))
    }

    pub fn line(&self) -> Rc<Line> {
        Rc::clone(&self.0)
    }
}

impl Line {
    /// The body says whether it waits; only then may the hub write.
    pub fn set_waiting(&self, waiting: bool) {
        self.waiting.set(waiting);
    }

    pub fn is_at_rest(&self) -> bool {
        self.waiting.get() && self.drained.get()
    }

    /// Writes what the kernel takes at once. Only when at rest.
    pub fn write(&self, bytes: &[u8]) -> Written {
        match self.tcp.try_write(bytes) {
            Ok(taken) if taken == bytes.len() => Written::All,
            Ok(taken) => Written::Part(taken),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Written::Part(0),
            Err(_) => Written::Broken,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.tcp.poll_read_ready(cx))?;
            match self.0.tcp.try_read_buf(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return Poll::Ready(other.map(|_| ())),
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.drained.set(false);
        loop {
            ready!(self.0.tcp.poll_write_ready(cx))?;
            match self.0.tcp.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return Poll::Ready(other),
            }
        }
    }

    /// The dispatcher flushes only after its own buffer is empty, so this is the moment from
    /// which bytes of the hub can't overtake its.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.drained.set(true);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = SockRef::from(&self.0.tcp).shutdown(std::net::Shutdown::Write);
        Poll::Ready(match result {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            other => other,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::net::SocketAddr;

    use socket2::Domain;
    use socket2::Type;
    use tokio::io::AsyncReadExt;
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;

    async fn pair() -> (Wire, TcpStream) {
        let listening = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listening.set_nonblocking(true).unwrap();
        prepare(&listening, 4096, Duration::from_secs(5)).unwrap();
        listening.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        listening.listen(1).unwrap();
        let listener = TcpListener::from_std(listening.into()).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        (Wire::new(server), client)
    }

    #[tokio::test]
    async fn g6_connections_take_over_the_limits_of_their_listener() {
        let (wire, _client) = pair().await;
        let line = wire.line();
        let socket = SockRef::from(&line.tcp);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(5)));
        assert!(socket.send_buffer_size().unwrap() <= 16 * 1024);
        assert!(socket.tcp_nodelay().unwrap());
    }

    #[tokio::test]
    async fn a_wire_is_at_rest_once_the_dispatcher_has_flushed_and_the_body_waits() {
        let (mut wire, mut client) = pair().await;
        let line = wire.line();
        assert!(!line.is_at_rest(), "nothing has been flushed yet");
        line.set_waiting(true);
        wire.write_all(b"head ").await.unwrap();
        assert!(!line.is_at_rest(), "the dispatcher may have more");
        wire.flush().await.unwrap();
        assert!(line.is_at_rest());
        assert_eq!(line.write(b"frame"), Written::All);
        line.set_waiting(false);
        assert!(!line.is_at_rest(), "the body has something to say");

        let mut seen = [0; 10];
        client.read_exact(&mut seen).await.unwrap();
        assert_eq!(&seen, b"head frame");
    }

    #[tokio::test]
    async fn g6_what_the_kernel_does_not_take_is_given_back() {
        let (mut wire, mut client) = pair().await;
        let line = wire.line();
        wire.write_all(b"x").await.unwrap();
        let piece = vec![b'x'; 100_000];
        let mut taken = 1;
        loop {
            match line.write(&piece) {
                Written::All => taken += piece.len(),
                Written::Part(0) => break,
                Written::Part(part) => taken += part,
                Written::Broken => panic!("the reader is still there"),
            }
        }
        // The dispatcher's next write waits for the reader, and then goes through.
        let blocked =
            poll_fn(|cx| Poll::Ready(Pin::new(&mut wire).poll_write(cx, b"y").is_pending()));
        assert!(blocked.await);
        let reader = tokio::spawn(async move {
            let mut seen = Vec::new();
            client.read_to_end(&mut seen).await.unwrap();
            seen
        });
        wire.write_all(b"y").await.unwrap();
        wire.shutdown().await.unwrap();
        drop((wire, line));
        let seen = reader.await.unwrap();
        assert_eq!((seen.len(), seen.last()), (taken + 1, Some(&b'y')));
    }
}
