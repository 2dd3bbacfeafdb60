//! The port, the workers, and what each connection is given.

use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::KeepAlive;
use actix_http::Protocol;
use actix_server::Server;
use actix_service::ServiceFactory;
use actix_service::ServiceFactoryExt;
use actix_service::fn_service;
use actix_service::map_config;
use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::AppConfig;
use actix_web::dev::Extensions;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::config::Config;
use crate::server::Node;
use crate::stream::Shared;
use crate::stream::hub::Hub;
use crate::stream::hub::Notice;
use crate::stream::wire;
use crate::stream::wire::Wire;

/// Connections that wait to be accepted: a whole crowd may come back in the same second.
const BACKLOG: i32 = 8192;

/// Bytes the dispatcher gathers before it writes; the body isn't asked for more above it.
const WRITE_BUFFER: usize = 16 * 1024;

/// Longer than proxies keep idle connections, so that they and not we close them.
const IDLE: Duration = Duration::from_secs(75);

/// Within which a request's head must have come: slow clients hold connections no longer, and a
/// machine that is busy for some seconds still answers.
const HEAD: Duration = Duration::from_secs(10);

/// Opens the port.
pub fn bind(config: &Config) -> io::Result<TcpListener> {
    let address = config.listen;
    let socket = socket2::Socket::new(
        socket2::Domain::for_address(address),
        socket2::Type::STREAM,
        Some(socket2::Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    let stuck = Duration::from_secs(config.streams.stuck_seconds.into());
    wire::prepare(&socket, config.streams.send_buffer_bytes, stuck)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Starts the workers, each with a hub of its own and what `service` makes for it.
pub fn serve<F, T>(node: &Node, listener: TcpListener, service: F) -> io::Result<Server>
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
    let workers = workers(&node.config);
    let (hubs, inboxes): (Vec<_>, Vec<_>) =
        (0..workers).map(|_| mpsc::unbounded_channel::<Notice>()).unzip();
    let shared = Arc::clone(&node.shared);
    shared.feeder.connect(hubs);
    let inboxes: Vec<_> = inboxes.into_iter().enumerate().collect();
    let inboxes = Arc::new(Mutex::new(inboxes));
    let builder = Server::build();
    let stop = builder.graceful_shutdown_signal();
    builder
        .workers(workers)
        .backlog(BACKLOG.unsigned_abs())
        .max_concurrent_connections(usize::MAX >> 1)
        .shutdown_timeout(5)
        .disable_signals()
        .listen("touchline", listener, move || {
            let hub = start_hub(&shared, &inboxes);
            let stop = stop.clone();
            let service = HttpService::build()
                // Connections that nobody speaks on would hold up the end for its whole time-out.
                .graceful_shutdown_signal(move || {
                    let stop = stop.clone();
                    async move { stop.notified().await }
                })
                .keep_alive(KeepAlive::Timeout(IDLE))
                // A client that closed is gone at once, not at the second write after.
                .h1_allow_half_closed(false)
                .h1_write_buffer_size(WRITE_BUFFER)
                .client_disconnect_timeout(Duration::from_secs(1))
                .client_request_timeout(HEAD)
                .on_connect_ext(|wire: &Wire, data: &mut Extensions| {
                    data.insert(wire.line());
                })
                .finish(map_config(service(hub), |()| AppConfig::default()));
            fn_service(move |tcp: TcpStream| async move {
                let peer = tcp.peer_addr().ok();
                Ok((Wire::new(tcp), Protocol::Http1, peer))
            })
            .and_then(service)
        })
        .map(actix_server::ServerBuilder::run)
}

/// One a core, unless it is said.
fn workers(config: &Config) -> usize {
    match config.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    }
}

/// This worker's hub; called on the worker's own thread.
fn start_hub(
    shared: &Arc<Shared>,
    inboxes: &Mutex<Vec<(usize, mpsc::UnboundedReceiver<Notice>)>>,
) -> Rc<Hub> {
    let inbox = inboxes.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let (worker, inbox) = inbox.unwrap_or_else(|| {
        tracing::error!("A worker was started anew: it can answer requests but not feed streams");
        (usize::MAX, mpsc::unbounded_channel().1)
    });
    Hub::start(worker, Arc::clone(shared), inbox)
}
