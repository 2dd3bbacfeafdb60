//! A connection's socket, shared by the HTTP dispatcher and the hub, one at a time.
//!
//! The dispatcher writes heads, snapshots and what a subscriber missed. Once all of that is with
//! the kernel and the body only waits, the hub writes frames straight to the socket: one system
//! call per delivery, without waking a task (docs/adr/0006).
//!
//! The handshake, as `Turn`:
//! 1. A body that is polled has the turn: [`DirectWriter::start_body_turn`].
//! 2. A body that waits offers it: [`DirectWriter::offer_to_hub`].
//! 3. The hub has it once the dispatcher has flushed, at once where it has nothing to flush.
//! 4. It stays with the hub until the body is polled again or the kernel refuses bytes; what the
//!    kernel refused goes through the body, so the hub wakes it.
//!
//! Only a subscriber calls 1, 2 and `try_write`; only [`ClientSocket`] knows of flushes.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The dispatcher's end of a connection.
#[derive(Debug)]
pub struct ClientSocket(Rc<DirectWriter>);

/// The hub's end of a connection.
#[derive(Debug)]
pub struct DirectWriter<S: ?Sized = TcpStream> {
    turn: Cell<Turn>,
    socket: S,
}

/// The hub's end of a connection, as a subscriber keeps it.
pub type HubWriter = Rc<DirectWriter<dyn TryWrite>>;

/// A socket that takes what fits into the kernel's buffer.
pub trait TryWrite {
    /// Bytes that were taken; `WouldBlock` where none were.
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize>;
}

/// Whose turn it is to write to the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The body's, whose bytes the dispatcher writes.
    Body {
        /// The kernel has all that the dispatcher wrote.
        flushed: bool,
    },
    /// The dispatcher's, until it has flushed: the body waits.
    Dispatcher,
    /// The hub's: the body waits, and the kernel has all bytes.
    Hub,
}

/// How much of a write the kernel took.
#[derive(Debug, PartialEq, Eq)]
pub enum WriteProgress {
    Complete,
    /// The first so many bytes; the rest has to wait until the client has read.
    Partial(usize),
    /// The connection is broken; the dispatcher will notice too.
    Failed,
}

impl Turn {
    fn after_body_poll(self) -> Self {
        match self {
            Self::Hub => Self::Body { flushed: true },
            Self::Dispatcher => Self::Body { flushed: false },
            Self::Body { .. } => self,
        }
    }

    fn after_offer(self) -> Self {
        match self {
            Self::Body { flushed: true } | Self::Hub => Self::Hub,
            Self::Body { flushed: false } | Self::Dispatcher => Self::Dispatcher,
        }
    }

    fn after_dispatcher_write(self) -> Self {
        match self {
            Self::Body { .. } => Self::Body { flushed: false },
            Self::Dispatcher | Self::Hub => Self::Dispatcher,
        }
    }

    fn after_dispatcher_flush(self) -> Self {
        match self {
            Self::Body { .. } => Self::Body { flushed: true },
            Self::Dispatcher | Self::Hub => Self::Hub,
        }
    }
}

/// Sets the options of a listening socket's connections: accepted sockets inherit them (socket(7),
/// tcp(7)), which saves three system calls per connection.
///
/// - `send_buffer`: bytes the kernel may hold for a client; 0 leaves it to the system.
/// - `user_timeout`: how long a client may take nothing before the kernel closes its connection;
///   zero means never.
pub fn set_socket_options(
    listening: &Socket,
    send_buffer: usize,
    user_timeout: Duration,
) -> io::Result<()> {
    listening.set_tcp_nodelay(true)?;
    if send_buffer > 0 {
        listening.set_send_buffer_size(send_buffer)?;
    }
    if !user_timeout.is_zero() {
        listening.set_tcp_user_timeout(Some(user_timeout))?;
    }
    Ok(())
}

impl ClientSocket {
    /// A connection whose first turn is the body's.
    pub fn new(tcp: TcpStream) -> Self {
        Self(Rc::new(DirectWriter::new(tcp)))
    }

    /// The hub's end of this connection.
    pub fn direct_writer(&self) -> HubWriter {
        Rc::<DirectWriter>::clone(&self.0)
    }
}

impl<S> DirectWriter<S> {
    /// A writer whose first turn is the body's.
    pub(super) fn new(socket: S) -> Self {
        Self { turn: Cell::new(Turn::Body { flushed: false }), socket }
    }
}

impl<S: ?Sized> DirectWriter<S> {
    /// Gives the turn to the body, which is being polled.
    pub fn start_body_turn(&self) {
        self.turn.set(self.turn.get().after_body_poll());
    }

    /// Leaves the turn to the hub, once the dispatcher has flushed: the body waits.
    pub fn offer_to_hub(&self) {
        self.turn.set(self.turn.get().after_offer());
    }

    /// Whether the hub may write.
    pub fn is_hub_turn(&self) -> bool {
        self.turn.get() == Turn::Hub
    }

    /// Notes that the dispatcher writes, so that the hub waits for its flush.
    pub(super) fn note_dispatcher_write(&self) {
        self.turn.set(self.turn.get().after_dispatcher_write());
    }

    /// Notes that the kernel has all that the dispatcher wrote.
    pub(super) fn note_dispatcher_flush(&self) {
        self.turn.set(self.turn.get().after_dispatcher_flush());
    }
}

impl<S: TryWrite + ?Sized> DirectWriter<S> {
    /// Writes what the kernel takes at once; for the hub, in its turn. Where the kernel refuses
    /// bytes, the turn goes back to the body.
    pub fn try_write(&self, bytes: &[u8]) -> WriteProgress {
        let progress = match self.socket.try_write(bytes) {
            Ok(taken) if taken == bytes.len() => return WriteProgress::Complete,
            Ok(taken) => WriteProgress::Partial(taken),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => WriteProgress::Partial(0),
            Err(_) => WriteProgress::Failed,
        };
        self.start_body_turn();
        progress
    }
}

impl TryWrite for TcpStream {
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.try_write(bytes)
    }
}

impl AsyncRead for ClientSocket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.socket.poll_read_ready(cx))?;
            match self.0.socket.try_read_buf(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return Poll::Ready(other.map(|_| ())),
            }
        }
    }
}

impl AsyncWrite for ClientSocket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.note_dispatcher_write();
        loop {
            ready!(self.0.socket.poll_write_ready(cx))?;
            match self.0.socket.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return Poll::Ready(other),
            }
        }
    }

    /// The dispatcher flushes only when its buffer is empty, so from now on the hub's bytes can't
    /// overtake the dispatcher's.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.note_dispatcher_flush();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = SockRef::from(&self.0.socket).shutdown(std::net::Shutdown::Write);
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

    use socket2::{Domain, Type};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn connected_pair() -> (ClientSocket, TcpStream) {
        let listening = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listening.set_nonblocking(true).unwrap();
        set_socket_options(&listening, 4096, Duration::from_secs(5)).unwrap();
        listening.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        listening.listen(1).unwrap();
        let listener = TcpListener::from_std(listening.into()).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        (ClientSocket::new(server), client)
    }

    #[tokio::test]
    async fn g6_accepted_sockets_inherit_the_listener_options() {
        let (client_socket, _client) = connected_pair().await;
        let socket = SockRef::from(&client_socket.0.socket);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(5)));
        assert!(socket.send_buffer_size().unwrap() <= 16 * 1024);
        assert!(socket.tcp_nodelay().unwrap());
    }

    #[tokio::test]
    async fn it_is_the_hubs_turn_once_the_body_waits_and_the_dispatcher_has_flushed() {
        let (mut socket, mut client) = connected_pair().await;
        let writer = socket.direct_writer();
        assert!(!writer.is_hub_turn(), "nothing has been flushed yet");
        writer.offer_to_hub();
        socket.write_all(b"head ").await.unwrap();
        assert!(!writer.is_hub_turn(), "the dispatcher may have more");
        socket.flush().await.unwrap();
        assert!(writer.is_hub_turn());
        assert_eq!(writer.try_write(b"frame"), WriteProgress::Complete);
        writer.start_body_turn();
        assert!(!writer.is_hub_turn(), "the body is being polled");

        let mut received = [0; 10];
        client.read_exact(&mut received).await.unwrap();
        assert_eq!(&received, b"head frame");
    }

    #[tokio::test]
    async fn g6_a_partial_write_reports_the_bytes_taken() {
        let (mut socket, mut client) = connected_pair().await;
        let writer = socket.direct_writer();
        socket.write_all(b"x").await.unwrap();
        let piece = vec![b'x'; 100_000];
        let mut taken = 1;
        loop {
            match writer.try_write(&piece) {
                WriteProgress::Complete => taken += piece.len(),
                WriteProgress::Partial(0) => break,
                WriteProgress::Partial(part) => taken += part,
                WriteProgress::Failed => panic!("the client is still connected"),
            }
        }
        // The dispatcher's next write waits until the client reads, and then goes through.
        let blocked =
            poll_fn(|cx| Poll::Ready(Pin::new(&mut socket).poll_write(cx, b"y").is_pending()));
        assert!(blocked.await);
        let reader = tokio::spawn(async move {
            let mut received = Vec::new();
            client.read_to_end(&mut received).await.unwrap();
            received
        });
        socket.write_all(b"y").await.unwrap();
        socket.shutdown().await.unwrap();
        drop((socket, writer));
        let seen = reader.await.unwrap();
        assert_eq!((seen.len(), seen.last()), (taken + 1, Some(&b'y')));
    }
}
