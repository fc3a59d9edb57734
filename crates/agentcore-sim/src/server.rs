//! The core on a loopback port.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, EXPECT};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::settings::Settings;
use crate::sim::{Delivery, Sim};

/// The longest body that a request can have, in bytes.
const LONGEST_BODY: usize = 1024 * 1024;
/// The longest one of a service that takes parts of layers: they have up to 20 MiB, and more in base64.
const LONGEST_PART: usize = 32 * 1024 * 1024;
/// The longest body that an agent can be called with, in bytes.
const LONGEST_PAYLOAD: usize = 100 * 1024 * 1024;
/// How long a body that is too long may be, so that its sender is still heard out and answered.
const PATIENCE: usize = 2 * LONGEST_PAYLOAD;

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
/// is as the core gave it: its [`Delivery`] says whether it was sent at all. What a request does that takes effect
/// later than it came is in the journal only.
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
        Self::start_with(options.port, Sim::new(options.settings), options.observer).await
    }

    /// Starts a server on 127.0.0.1 with a world that exists already, in the current tokio runtime.
    pub async fn start_with(port: u16, sim: Sim, observer: Option<Observer>) -> Result<Self, ServerError> {
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
                match accepted {
                    Ok((stream, _)) => drop(connections.spawn(serve(stream, world.clone()))),
                    // Too many connections, most likely: some will end.
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
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
    let mut server = hyper::server::conn::http1::Builder::new();
    // Who has sent all that it wants to may say so, and waits for the answer nevertheless.
    let connection = server.half_close(true).serve_connection(TokioIo::new(stream), service);
    let _ended = connection.await;
}

async fn answer(request: Request<Incoming>, world: World) -> Result<Response<Full<Bytes>>, Ended> {
    let (parts, body) = request.into_parts();
    let limit = match parts.uri.path() {
        // What was saved is as long as it is.
        "/_sim/load" => usize::MAX,
        path if path.ends_with("/invocations") => LONGEST_PAYLOAD,
        _ if parts.headers.contains_key("x-amz-target") => LONGEST_PART,
        _ => LONGEST_BODY,
    };
    let waits = parts.headers.contains_key(EXPECT);
    let Some(body) = read(body, limit, waits).await? else {
        let text = format!("{{\"message\":\"The body can have {limit} bytes at most\"}}");
        let mut response = Response::new(Full::new(Bytes::from(text)));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Ok(response);
    };
    let response = world.handle(&Request::from_parts(parts, body));
    let delivery = response.extensions().get::<Delivery>().copied().unwrap_or_default();
    if !delivery.delay.is_zero() {
        tokio::time::sleep(delivery.delay).await;
    }
    if delivery.reset { Err(Ended) } else { Ok(response.map(Full::new)) }
}

/// The body, or none if it is too long. Then the sender is listened to until it has said everything, because many
/// look for an answer only then; unless it `waits` to be told whether it may go on.
async fn read(mut body: Incoming, limit: usize, waits: bool) -> Result<Option<Bytes>, Ended> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit && (waits || announced > PATIENCE) {
        return Ok(None);
    }
    let (mut bytes, mut length) = (BytesMut::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Ended)?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= limit {
            bytes.extend_from_slice(&data);
        } else if length > limit.max(PATIENCE) {
            break;
        }
    }
    Ok((length <= limit).then(|| bytes.freeze()))
}
