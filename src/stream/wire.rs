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

impl Wire {
    pub fn new(tcp: TcpStream, send_buffer: usize, stuck: Duration) -> Self {
        let socket = SockRef::from(&tcp);
        // A socket that refuses an option still works, only less well.
        let _ = tcp.set_nodelay(true);
        if send_buffer > 0 {
            let _ = socket.set_send_buffer_size(send_buffer);
        }
        if !stuck.is_zero() {
            let _ = socket.set_tcp_user_timeout(Some(stuck));
        }
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
