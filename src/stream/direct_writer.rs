//! A connection's socket, shared by the HTTP dispatcher and the hub.
//!
//! The dispatcher writes heads, snapshots and what is missed. When it has handed everything to
//! the kernel and the body only waits, the wire is at rest and the hub may write frames straight
//! to the socket: one system call a delivery, without waking a task (docs/adr/0006).

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What the dispatcher reads from and writes to.
#[derive(Debug)]
pub struct ClientSocket(Rc<DirectWriter>);

/// The hub's end of a wire.
#[derive(Debug)]
pub struct DirectWriter {
    tcp: TcpStream,
    /// The body has nothing to say and waits for the hub.
    is_body_waiting: Cell<bool>,
    /// All that the dispatcher wanted written has been taken by the kernel.
    is_dispatcher_flushed: Cell<bool>,
}

/// How much of a piece the kernel took.
#[derive(Debug, PartialEq, Eq)]
pub enum WriteProgress {
    Complete,
    /// The first so many bytes; the rest has to wait until the reader has read.
    Partial(usize),
    /// The connection is broken; the dispatcher will notice too.
    Failed,
}

/// Sets what every connection of a listening socket is to have: accepted sockets take it over
/// (socket(7), tcp(7)), which spares each of a crowd three system calls.
///
/// - `send_buffer`: bytes the kernel may hold for a reader; 0 leaves it to the system.
/// - `stuck`: how long a reader may take nothing before the kernel cuts it; zero for never.
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
    pub fn new(tcp: TcpStream) -> Self {
        Self(Rc::new(DirectWriter {
            tcp,
            is_body_waiting: Cell::new(false),
            is_dispatcher_flushed: Cell::new(false),
        }))
    }

    pub fn direct_writer(&self) -> Rc<DirectWriter> {
        Rc::clone(&self.0)
    }
}

impl DirectWriter {
    /// The body says whether it waits; only then may the hub write.
    pub fn set_body_waiting(&self, waiting: bool) {
        self.is_body_waiting.set(waiting);
    }

    pub fn is_idle(&self) -> bool {
        self.is_body_waiting.get() && self.is_dispatcher_flushed.get()
    }

    /// Writes what the kernel takes at once. Only when at rest.
    pub fn try_write(&self, bytes: &[u8]) -> WriteProgress {
        match self.tcp.try_write(bytes) {
            Ok(taken) if taken == bytes.len() => WriteProgress::Complete,
            Ok(taken) => WriteProgress::Partial(taken),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => WriteProgress::Partial(0),
            Err(_) => WriteProgress::Failed,
        }
    }
}

impl AsyncRead for ClientSocket {
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

impl AsyncWrite for ClientSocket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.is_dispatcher_flushed.set(false);
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
        self.0.is_dispatcher_flushed.set(true);
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
        let writer = client_socket.direct_writer();
        let socket = SockRef::from(&writer.tcp);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(5)));
        assert!(socket.send_buffer_size().unwrap() <= 16 * 1024);
        assert!(socket.tcp_nodelay().unwrap());
    }

    #[tokio::test]
    async fn a_socket_is_idle_once_the_dispatcher_flushed_and_the_body_waits() {
        let (mut socket, mut client) = connected_pair().await;
        let writer = socket.direct_writer();
        assert!(!writer.is_idle(), "nothing has been flushed yet");
        writer.set_body_waiting(true);
        socket.write_all(b"head ").await.unwrap();
        assert!(!writer.is_idle(), "the dispatcher may have more");
        socket.flush().await.unwrap();
        assert!(writer.is_idle());
        assert_eq!(writer.try_write(b"frame"), WriteProgress::Complete);
        writer.set_body_waiting(false);
        assert!(!writer.is_idle(), "the body has something to say");

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
                WriteProgress::Failed => panic!("the reader is still there"),
            }
        }
        // The dispatcher's next write waits for the reader, and then goes through.
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
