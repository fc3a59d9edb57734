//! Clients by region, and whose credentials they have.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use agentcore_engine::{
    fault::{Class, Fault},
    known::Identity,
};
use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};

use super::{
    control::Control,
    guard::{Keys, Witness},
    limits::Limits,
    sdk_error,
    sdk_error::CREDENTIALS_CHANGED,
};
use crate::{server::metrics::Metrics, slot};

/// How long one attempt may take. With the operation's own bound it ends within the 30 seconds in which a create
/// may be under way.
const ATTEMPT: Duration = Duration::from_secs(10);

/// How long all attempts of one operation may take.
const OPERATION: Duration = Duration::from_secs(25);

/// How long it is believed that an access key belongs to an account; it always does, but keys are also revoked.
const IDENTITY: Duration = Duration::from_mins(15);

/// How long a failure to learn whose the credentials are is believed, so that many objects don't ask at once.
const FAILURE: Duration = Duration::from_secs(1);

/// How old an answer must be to be doubted.
const DOUBT: Duration = Duration::from_secs(5);

/// AWS, as the operator reaches it.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
    metrics: Metrics,
    limits: Limits,
    /// By account.
    keys: Arc<Mutex<HashMap<String, Keys>>>,
    regions: Arc<Mutex<HashMap<String, Region>>>,
}

/// What is known of a region. One task at a time asks; the others wait for its answer.
type Region = Arc<tokio::sync::Mutex<Option<Known>>>;

/// The last answer, and when it came.
#[derive(Debug)]
struct Known {
    answer: Result<Connection, Fault>,
    since: Instant,
}

impl Known {
    fn is_fresh(&self) -> bool {
        self.since.elapsed() < if self.answer.is_ok() { IDENTITY } else { FAILURE }
    }
}

/// A region, with credentials whose account is known.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Whose credentials they are.
    pub identity: Identity,
    /// The control plane.
    pub control: Control,
}

impl Aws {
    /// Reads the standard configuration of AWS's SDKs: environment, profiles, web identity, container. Of AWS's quotas
    /// of requests it uses this share.
    pub async fn new(metrics: Metrics, quota_share: f64) -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(3))
                    .operation_attempt_timeout(ATTEMPT)
                    .operation_timeout(OPERATION)
                    .build(),
            )
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .load()
            .await;
        Self::of(config, metrics, quota_share)
    }

    /// AWS as this configuration reaches it: through its HTTP client, with its clock.
    pub fn of(config: SdkConfig, metrics: Metrics, quota_share: f64) -> Self {
        let limits = Limits::new(quota_share, metrics.clone());
        Self { config, metrics, limits, keys: Arc::default(), regions: Arc::default() }
    }

    /// The operator's own region, if the configuration names one.
    pub fn region(&self) -> Option<String> {
        self.config.region().map(ToString::to_string)
    }

    /// The connection to a region. Asks AWS whose the credentials are, unless that is known.
    pub async fn connect(&self, region: &str) -> Result<Connection, Fault> {
        let place = Arc::clone(self.lock().entry(region.to_owned()).or_default());
        let mut known = if let Ok(known) = place.try_lock() {
            known
        } else {
            // Another one asks, and AWS may not answer: others have their turn meanwhile.
            slot::aside(async { drop(place.lock().await) }).await;
            place.lock().await
        };
        if let Some(known) = known.as_ref().filter(|known| known.is_fresh()) {
            return known.answer.clone();
        }
        let answer = Box::pin(self.identify(region)).await;
        *known = Some(Known { answer: answer.clone(), since: Instant::now() });
        answer
    }

    async fn identify(&self, region: &str) -> Result<Connection, Fault> {
        let config = self.config.to_builder().region(aws_config::Region::new(region.to_owned())).build();
        let witness = Witness::default();
        let started = Instant::now();
        let request = aws_sdk_sts::Client::new(&config).get_caller_identity().customize();
        let answer = request.interceptor(witness.clone()).send().await;
        let answer = answer.map_err(|error| sdk_error::fault("GetCallerIdentity", &error, witness.departures()));
        let code = answer.as_ref().err().map_or("OK", |fault| fault.code.as_str());
        self.metrics.aws_call("GetCallerIdentity", code, started.elapsed());
        let answer = answer?;
        let (Some(account), Some(arn), Some(key)) = (answer.account, answer.arn, witness.access_key()) else {
            return Err(Fault::incomplete("GetCallerIdentity", "the answer lacks the account or the ARN"));
        };
        let partition = arn.split(':').nth(1).unwrap_or("aws").to_owned();
        let sdk = aws_sdk_bedrockagentcorecontrol::Client::new(&config);
        let limiter = self.limits.of(&account, region);
        let keys = self.keys_of(&account);
        keys.learn(&key);
        let connection = Connection {
            identity: Identity { account, partition },
            control: Control::new(sdk, key.into(), keys, limiter, self.metrics.clone()),
        };
        tracing::info!(region, account = %connection.identity.account, caller = %arn, "AWS credentials checked");
        Ok(connection)
    }

    /// Asks anew whose the credentials are when next somebody wants to know, unless they were asked a moment ago.
    pub fn doubt(&self, region: &str) {
        let place = self.lock().get(region).cloned();
        if let Some(place) = place
            && let Ok(mut known) = place.try_lock()
        {
            known.take_if(|known| known.since.elapsed() > DOUBT);
        }
    }

    /// Forgets whose the credentials are, because a call over this connection was made with others, or AWS did not take
    /// them. Of many calls that meet the same the first counts: those that come later don't undo what it has learned.
    async fn forget(&self, region: &str, connection: &Connection) {
        let Some(place) = self.lock().get(region).cloned() else { return };
        let is_the_same = |known: &mut Known| {
            known.answer.as_ref().is_ok_and(|answer| answer.control.shares_key_with(&connection.control))
        };
        place.lock().await.take_if(is_the_same);
    }

    /// Draws the conclusion from an error of a call over this connection, if it tells of other or refused credentials.
    pub async fn learn_from(&self, region: &str, connection: &Connection, fault: &Fault) {
        if fault.class == Class::Credentials || fault.code == CREDENTIALS_CHANGED {
            self.forget(region, connection).await;
        }
    }

    fn keys_of(&self, account: &str) -> Keys {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.entry(account.to_owned()).or_default().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Region>> {
        self.regions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
