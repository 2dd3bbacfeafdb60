//! The listening socket, the workers, and the setup of each connection.

use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_http::{HttpService, KeepAlive, Protocol};
use actix_server::Server;
use actix_service::{ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, Extensions, ServiceRequest, ServiceResponse};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::config::Config;
use crate::http::node_state::NodeState;
use crate::stream::commands::HubCommand;
use crate::stream::direct_writer::ClientSocket;
use crate::stream::hub::Hub;
use crate::stream::{StreamContext, direct_writer};

/// Connections waiting to be accepted; thousands of clients may reconnect in the same second.
const ACCEPT_BACKLOG: i32 = 8192;

/// Size at which the dispatcher's write buffer stops polling the response body.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;

/// Longer than proxies keep idle connections, so that the proxy closes them, not this server.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(75);

/// Time-out for receiving a request's head: short against slow clients that hold connections, yet
/// long enough for a machine that is overloaded for some seconds.
const REQUEST_HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens the listening socket; accepted connections inherit its buffer size and time-out.
pub fn bind(config: &Config) -> io::Result<TcpListener> {
    let address = config.listen;
    let socket = socket2::Socket::new(
        socket2::Domain::for_address(address),
        socket2::Type::STREAM,
        Some(socket2::Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    let user_timeout = Duration::from_secs(config.streams.stuck_seconds.into());
    direct_writer::set_socket_options(&socket, config.streams.send_buffer_bytes, user_timeout)?;
    socket.bind(&address.into())?;
    socket.listen(ACCEPT_BACKLOG)?;
    Ok(socket.into())
}

/// Starts the workers, each with its own hub and the application that `build_app` builds for it.
pub fn start_workers<F, T>(
    node: &NodeState,
    listener: TcpListener,
    build_app: F,
) -> io::Result<Server>
where
    F: Fn(Rc<Hub>) -> actix_web::App<T> + Send + Clone + 'static,
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = Error,
            InitError = (),
        > + 'static,
{
    let workers = worker_count(&node.config);
    let (hubs, inboxes): (Vec<_>, Vec<_>) =
        (0..workers).map(|_| mpsc::unbounded_channel::<HubCommand>()).unzip();
    let stream_context = Arc::clone(&node.stream_context);
    stream_context.feeder.connect_hubs(hubs);
    let inboxes: Vec<_> = inboxes.into_iter().enumerate().collect();
    let inboxes = Arc::new(Mutex::new(inboxes));
    let builder = Server::build();
    let stop = builder.graceful_shutdown_signal();
    builder
        .workers(workers)
        .backlog(ACCEPT_BACKLOG.unsigned_abs())
        .max_concurrent_connections(usize::MAX >> 1)
        .shutdown_timeout(5)
        .disable_signals()
        .listen("touchline", listener, move || {
            let hub = start_hub(&stream_context, &inboxes);
            let stop = stop.clone();
            let service = HttpService::build()
                // Idle connections would delay the shutdown for its whole time-out.
                .graceful_shutdown_signal(move || {
                    let stop = stop.clone();
                    async move { stop.notified().await }
                })
                .keep_alive(KeepAlive::Timeout(KEEP_ALIVE_TIMEOUT))
                // A closed client is noticed at once, not at the second write after it.
                .h1_allow_half_closed(false)
                .h1_write_buffer_size(WRITE_BUFFER_BYTES)
                .client_disconnect_timeout(Duration::from_secs(1))
                .client_request_timeout(REQUEST_HEAD_TIMEOUT)
                .on_connect_ext(|socket: &ClientSocket, data: &mut Extensions| {
                    data.insert(socket.direct_writer());
                })
                .finish(map_config(build_app(hub), |()| AppConfig::default()));
            fn_service(move |tcp: TcpStream| async move {
                let peer = tcp.peer_addr().ok();
                Ok((ClientSocket::new(tcp), Protocol::Http1, peer))
            })
            .and_then(service)
        })
        .map(actix_server::ServerBuilder::run)
}

/// The configured number of workers, or one per core.
fn worker_count(config: &Config) -> usize {
    match config.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    }
}

/// Starts the hub of a worker; runs on the worker's own thread.
fn start_hub(
    stream_context: &Arc<StreamContext>,
    inboxes: &Mutex<Vec<(usize, mpsc::UnboundedReceiver<HubCommand>)>>,
) -> Rc<Hub> {
    let inbox = inboxes.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let (worker, inbox) = inbox.unwrap_or_else(|| {
        tracing::error!("A worker was restarted: it serves requests but no streams");
        (usize::MAX, mpsc::unbounded_channel().1)
    });
    Hub::spawn(worker, Arc::clone(stream_context), inbox)
}
