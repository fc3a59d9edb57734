//! The core on a loopback port.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::settings::Settings;
use crate::sim::{Delivery, Sim};

/// The longest body that a request can have, in bytes.
const LONGEST_BODY: usize = 1024 * 1024;

/// How a server is started.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// The port on 127.0.0.1. 0: any free one.
    pub port: u16,
    /// What the simulator is told.
    pub settings: Settings,
    /// Who sees each request with its answer.
    pub observer: Option<Observer>,
}

/// Somebody who is shown each request together with its answer, in the order in which they took effect.
///
/// No other request is answered meanwhile, so it must be quick, and must not look at the server itself. The answer
/// is as the core gave it: its [`Delivery`] says whether it was sent at all.
#[derive(Clone)]
pub struct Observer(Arc<See>);

type See = dyn Fn(&Request<Bytes>, &Response<Bytes>) + Send + Sync;

impl Observer {
    /// An observer that calls this.
    pub fn new(see: impl Fn(&Request<Bytes>, &Response<Bytes>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(see))
    }
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Observer")
    }
}

/// Two are the same if they are one.
impl PartialEq for Observer {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The port is not to be had.
    #[error("could not listen on 127.0.0.1:{port}: {error}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        error: std::io::Error,
    },
    /// The settings make no sense.
    #[error(transparent)]
    Settings(#[from] crate::settings::SettingsError),
}

/// A running server. It ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    sim: Arc<Mutex<Sim>>,
    address: SocketAddr,
    accepting: JoinHandle<Infallible>,
}

impl Server {
    /// Starts a server on 127.0.0.1 with an empty world, in the current tokio runtime.
    pub async fn start(options: Options) -> Result<Self, ServerError> {
        options.settings.check()?;
        Self::open(options.port, Sim::new(options.settings), options.observer).await
    }

    /// Starts a server on 127.0.0.1 with a world that exists already, in the current tokio runtime.
    pub async fn start_with(port: u16, sim: Sim) -> Result<Self, ServerError> {
        Self::open(port, sim, None).await
    }

    async fn open(port: u16, sim: Sim, observer: Option<Observer>) -> Result<Self, ServerError> {
        let failed = |error| ServerError::Listen { port, error };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let sim = Arc::new(Mutex::new(sim));
        let world = World { sim: Arc::clone(&sim), observer };
        let accepting = tokio::spawn(accept(listener, world));
        Ok(Self { sim, address, accepting })
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Its URL, without a slash at the end: what an SDK takes as its endpoint.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks at the world, or changes it, at the present time. No request is answered meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&mut Sim) -> T) -> T {
        let mut sim = self.sim.lock().unwrap_or_else(PoisonError::into_inner);
        sim.advance(Timestamp::now());
        look(&mut sim)
    }

    /// Ends the server and its connections.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // The handle says that the task was cancelled, which is what was wanted.
        let _ended = (&mut self.accepting).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What all connections share.
#[derive(Debug, Clone)]
struct World {
    sim: Arc<Mutex<Sim>>,
    observer: Option<Observer>,
}

impl World {
    /// Answers one request at the present time.
    fn handle(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let mut sim = self.sim.lock().unwrap_or_else(PoisonError::into_inner);
        let response = sim.answer(Timestamp::now(), request);
        if let Some(Observer(see)) = &self.observer {
            see(request, &response);
        }
        response
    }
}

/// Takes connections until it is dropped, and they with it.
async fn accept(listener: TcpListener, world: World) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, world.clone()));
                }
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}

/// The connection is to end without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was ended on purpose")]
struct Ended;

async fn serve(stream: TcpStream, world: World) {
    // Answers are small and waited for.
    let _best_effort = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(request, world.clone()));
    // An error here is a client that went away, or a connection that was ended on purpose.
    let _ended = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, world: World) -> Result<Response<Full<Bytes>>, Ended> {
    let (parts, body) = request.into_parts();
    // What was saved is as long as it is.
    let limit = if parts.uri.path() == "/_sim/load" { usize::MAX } else { LONGEST_BODY };
    let body = match Limited::new(body, limit).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            let text = format!("{{\"message\":\"a body can have {LONGEST_BODY} bytes at most\"}}");
            let mut response = Response::new(Full::new(Bytes::from(text)));
            *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            return Ok(response);
        }
        Err(_) => return Err(Ended),
    };
    let response = world.handle(&Request::from_parts(parts, body));
    let delivery = response.extensions().get::<Delivery>().copied().unwrap_or_default();
    if !delivery.delay.is_zero() {
        tokio::time::sleep(delivery.delay).await;
    }
    if delivery.reset { Err(Ended) } else { Ok(response.map(Full::new)) }
}
