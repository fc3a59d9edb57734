//! Questions and writes as AWS gets them: the kinds' own SDK calls, over a connection in process.
//!
//! A call is a conversation: a request, its reply, perhaps another request, and at last the answer. What comes after
//! which replies is always the same, so each turn is computed once, by the SDK, and then looked up. Where a turn is not
//! known yet the call runs from its beginning, with the replies so far, until it asks for another one.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, UNIX_EPOCH},
};

use agentcore_engine::{
    fault::Fault,
    kind::View,
    known::{Identity, TagMap},
    step::{Call, Outcome},
};
use agentcore_operator::{
    aws::{
        Aws, Control,
        listing::{self, Listed},
    },
    kinds::{self, Managed},
    server::metrics::Metrics,
};
use aws_config::{BehaviorVersion, Region, SdkConfig, identity::IdentityCache, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
    result::ConnectorError,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response};

use super::{refused::never_connected, world::START};

/// The region of everything.
pub const REGION: &str = "us-east-1";

/// Access keys, each of an account of its own.
const ACCESS_KEYS: [&str; 2] = ["AKIATEST", "AKIA999999999999"];

/// More requests a second than a sweep can make: nothing waits for its turn.
const NO_LIMIT: f64 = 1e12;

/// With which credentials requests are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// Those of the account in which the objects' resources are.
    Home,
    /// Another account's.
    Foreign,
}

/// What is asked of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask<K: Managed> {
    Identity,
    Get(String),
    List,
    Tags(String),
    Attachments(String),
    Call(Call<K>),
}

/// What comes of it.
#[derive(Clone, Debug)]
pub enum Said<K: Managed> {
    Identity(Result<Identity, Fault>),
    View(Result<Option<View<K>>, Fault>),
    List(Result<Vec<Listed>, Fault>),
    Tags(Result<Option<TagMap>, Fault>),
    Attachments(Result<Vec<String>, Fault>),
    Outcome(Outcome),
}

/// What comes back on a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// An answer; of its headers those that say something of its content.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: Bytes },
    /// The connection ended.
    Cut,
    /// There was no connection.
    NoConnection,
}

impl Reply {
    pub fn of(response: &Response<Bytes>) -> Self {
        let header = |name: &'static str| {
            let value = response.headers().get(name)?;
            Some((name, String::from_utf8_lossy(value.as_bytes()).into_owned()))
        };
        let headers = ["content-type", "x-amzn-errortype"].into_iter().filter_map(header).collect();
        Self::Answer { status: response.status().as_u16(), headers, body: response.body().clone() }
    }
}

/// How a call goes on.
#[derive(Clone, Debug)]
pub enum Turn<K: Managed> {
    /// It makes a request.
    Request(Rc<Request<Bytes>>),
    /// It is over.
    Over(Box<Said<K>>),
}

type Key<K> = (Whose, Ask<K>, Vec<Reply>);

/// The way to AWS of one kind.
pub struct Wire<K: Managed> {
    line: Line,
    configs: [SdkConfig; 2],
    controls: Vec<Control>,
    turns: HashMap<Key<K>, Turn<K>>,
    pub asked: u64,
}

impl<K: Managed> Wire<K> {
    pub fn new() -> Self {
        let line = Line::default();
        let configs = ACCESS_KEYS.map(|key| config(&line, key));
        let mut wire = Self { line, configs, controls: Vec::new(), turns: HashMap::new(), asked: 0 };
        wire.controls = [Whose::Home, Whose::Foreign].map(|whose| wire.connected(whose)).into();
        wire
    }

    /// How many requests and how many answers were computed.
    pub fn computed(&self) -> (usize, usize) {
        let requests = self.turns.values().filter(|turn| matches!(turn, Turn::Request(_))).count();
        (requests, self.turns.len() - requests)
    }

    /// How a call goes on after these replies.
    pub fn turn(&mut self, whose: Whose, ask: &Ask<K>, replies: &[Reply]) -> Turn<K> {
        self.asked += 1;
        let key = (whose, ask.clone(), replies.to_vec());
        if let Some(turn) = self.turns.get(&key) {
            return turn.clone();
        }
        self.line.replay(replies);
        let turn = self.run(self.call(whose, ask));
        self.turns.insert(key, turn.clone());
        turn
    }

    /// Polls a call until it is over or asks for a reply that nobody has.
    fn run(&self, mut call: Pin<Box<dyn Future<Output = Said<K>>>>) -> Turn<K> {
        match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(said) => Turn::Over(Box::new(said)),
            Poll::Pending => {
                let request = self.line.lock().captured.take();
                Turn::Request(Rc::new(request.expect("a call waits for nothing but replies")))
            }
        }
    }

    fn call(&self, whose: Whose, ask: &Ask<K>) -> Pin<Box<dyn Future<Output = Said<K>>>> {
        let ask = ask.clone();
        if ask == Ask::Identity {
            let aws = Aws::of(self.configs[whose as usize].clone(), Metrics::default(), NO_LIMIT);
            return Box::pin(
                async move { Said::Identity(aws.connect(REGION).await.map(|connection| connection.identity)) },
            );
        }
        let control = self.controls[whose as usize].clone();
        Box::pin(async move {
            match ask {
                Ask::Identity => unreachable!("see above"),
                Ask::Get(id) => Said::View(K::get(&control, &id, None).await),
                Ask::List => {
                    let (sweep, _) = listing::sweep::<K>(&control).await;
                    Said::List(sweep.fault.map_or(Ok(sweep.items), Err))
                }
                Ask::Tags(arn) => Said::Tags(control.list_tags(&arn).await),
                Ask::Attachments(id) => Said::Attachments(K::attachments(&control, &id).await),
                Ask::Call(call) => Said::Outcome(kinds::send(control, &call).await),
            }
        })
    }

    /// A control plane whose account is known.
    fn connected(&self, whose: Whose) -> Control {
        let aws = Aws::of(self.configs[whose as usize].clone(), Metrics::default(), NO_LIMIT);
        let mut sim = agentcore_sim::Sim::new(agentcore_sim::Settings::default());
        self.line.replay(&[]);
        for _ in 0..2 {
            let mut call = Box::pin(aws.connect(REGION));
            if let Poll::Ready(connection) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return connection.expect("the simulator knows all credentials").control;
            }
            drop(call);
            let request = self.line.lock().captured.take().expect("a request");
            self.line.replay(&[Reply::of(&sim.handle(START, request))]);
        }
        panic!("no connection to the simulator")
    }
}

/// No retries, no timeouts and a clock that stands still: repetition and time are the sweep's.
fn config(line: &Line, access_key: &str) -> SdkConfig {
    let now = UNIX_EPOCH + Duration::from_secs(START.as_second().unsigned_abs());
    let credentials = Credentials::new(access_key, "secret", None, None, "sweep");
    let connector = SharedHttpConnector::new(line.clone());
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(IdentityCache::no_cache())
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .time_source(SharedTimeSource::new(StaticTimeSource::new(now)))
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build()
}

/// The other end of the SDK's connection.
#[derive(Clone, Default)]
struct Line(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    replies: VecDeque<Reply>,
    captured: Option<Request<Bytes>>,
}

impl Line {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replay(&self, replies: &[Reply]) {
        *self.lock() = State { replies: replies.iter().cloned().collect(), captured: None };
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut state = self.lock();
        let Some(reply) = state.replies.pop_front() else {
            let request = request.try_into_http1x().expect("a request");
            state.captured =
                Some(request.map(|body| Bytes::copy_from_slice(body.bytes().expect("requests are not streamed"))));
            return HttpConnectorFuture::new(std::future::pending());
        };
        HttpConnectorFuture::ready(match reply {
            Reply::Answer { status, headers, body } => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                let response = response.body(SdkBody::from(body)).expect("a response");
                Ok(response.try_into().expect("a response"))
            }
            Reply::Cut => {
                let reset = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "connection reset by peer");
                Err(ConnectorError::io(reset.into()))
            }
            Reply::NoConnection => Err(ConnectorError::io(never_connected().into())),
        })
    }
}
