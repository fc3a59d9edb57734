//! The AgentCore control plane of one region, with credentials whose account is known.

use std::{error::Error, sync::Arc, time::Instant};

use agentcore_engine::fault::Fault;
use aws_sdk_bedrockagentcorecontrol::{
    Client,
    client::customize::CustomizableOperation,
    config::{Config, retry::RetryConfig},
};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::Timestamp;

use super::{
    Limiter,
    guard::{Departures, Guard, Keys},
    meter::Meter,
    sdk_error,
    sdk_error::CREDENTIALS_CHANGED,
};
use crate::server::metrics::Metrics;

/// The AgentCore control plane of one region.
///
/// A kind builds the SDK's request and sends it through [`Self::read`], [`Self::write`] or [`Self::create`]:
///
/// ```text
/// let request = control.sdk().get_memory().memory_id(id).customize();
/// let answer = control.read("GetMemory", request, CustomizableOperation::send).await?;
/// ```
#[derive(Clone, Debug)]
pub struct Control {
    sdk: Client,
    access_key: Arc<str>,
    keys: Keys,
    limiter: Limiter,
    metrics: Metrics,
}

impl Control {
    pub(super) fn new(sdk: Client, access_key: Arc<str>, keys: Keys, limiter: Limiter, metrics: Metrics) -> Self {
        Self { sdk, access_key, keys, limiter, metrics }
    }

    /// Whether both send their requests with the same access key.
    pub(super) fn shares_key_with(&self, other: &Self) -> bool {
        self.access_key == other.access_key
    }

    /// The SDK's client, to build requests with.
    pub fn sdk(&self) -> &Client {
        &self.sdk
    }

    /// Where requests wait for their turn.
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// Sends a read when it is its turn. The SDK repeats it where that helps.
    pub async fn read<T, E, B, F>(
        &self,
        operation: &'static str,
        request: CustomizableOperation<T, E, B>,
        send: impl FnOnce(CustomizableOperation<T, E, B>) -> F,
    ) -> Result<T, Fault>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let guard = self.guard(None);
        let departures = guard.departures.clone();
        let turn = self.limiter.turn_to_read(operation).await;
        let call = send(request.interceptor(guard).interceptor(self.meter(operation)));
        let answer = self.answer(operation, &departures, call).await;
        if answer.as_ref().is_err_and(|fault| fault.code == CREDENTIALS_CHANGED) {
            self.limiter.give_back(operation, turn);
        }
        answer
    }

    /// Sends an update, a delete or a change of tags, once: the pass decides about a repetition. It waits for nothing:
    /// the turn of a write is had before the write is announced.
    pub async fn write<T, E, B, F>(
        &self,
        operation: &'static str,
        request: CustomizableOperation<T, E, B>,
        send: impl FnOnce(CustomizableOperation<T, E, B>) -> F,
    ) -> Result<T, Fault>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        self.once(operation, request, send, None).await
    }

    /// Sends a create, once, and only before its deadline.
    pub async fn create<T, E, B, F>(
        &self,
        operation: &'static str,
        deadline: Timestamp,
        request: CustomizableOperation<T, E, B>,
        send: impl FnOnce(CustomizableOperation<T, E, B>) -> F,
    ) -> Result<T, Fault>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        self.once(operation, request, send, Some(deadline)).await
    }

    async fn once<T, E, B, F>(
        &self,
        operation: &'static str,
        request: CustomizableOperation<T, E, B>,
        send: impl FnOnce(CustomizableOperation<T, E, B>) -> F,
        deadline: Option<Timestamp>,
    ) -> Result<T, Fault>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let guard = self.guard(deadline);
        let departures = guard.departures.clone();
        let single = Config::builder().retry_config(RetryConfig::disabled());
        let request = request.interceptor(guard).interceptor(self.meter(operation));
        self.answer(operation, &departures, send(request.config_override(single))).await
    }

    fn guard(&self, deadline: Option<Timestamp>) -> Guard {
        Guard { keys: self.keys.clone(), deadline, departures: Departures::default() }
    }

    fn meter(&self, operation: &'static str) -> Meter {
        Meter { operation, limiter: self.limiter.clone() }
    }

    async fn answer<T, E>(
        &self,
        operation: &'static str,
        departures: &Departures,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Fault>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let started = Instant::now();
        let answer = call.await.map_err(|error| sdk_error::fault(operation, &error, departures.count()));
        let code = answer.as_ref().err().map_or("OK", |fault| fault.code.as_str());
        self.metrics.aws_call(operation, code, started.elapsed());
        if let Err(fault) = &answer {
            tracing::debug!(operation, code = %fault.code, class = fault.class.label(), error = %fault.message, "AWS");
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
    use aws_credential_types::{
        Credentials,
        provider::{ProvideCredentials, SharedCredentialsProvider, future},
    };
    use tokio::net::TcpListener;

    use super::*;
    use crate::aws::limits::Limits;

    /// A source of credentials that never answers.
    #[derive(Debug)]
    struct Never;

    impl ProvideCredentials for Never {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(std::future::pending())
        }
    }

    fn control(endpoint: &str, credentials: impl ProvideCredentials + 'static) -> Control {
        let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(300)).build();
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-west-2"))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .timeout_config(timeouts)
            .build();
        let keys = Keys::default();
        keys.learn("AKIDTEST");
        let limiter = Limits::new(1.0, Metrics::default()).of("123456789012", "us-west-2");
        Control::new(Client::new(&config), "AKIDTEST".into(), keys, limiter, Metrics::default())
    }

    fn key() -> Credentials {
        Credentials::new("AKIDTEST", "secret", None, None, "test")
    }

    async fn create(control: &Control, deadline: Timestamp) -> Fault {
        let request = control.sdk().create_memory().name("m").event_expiry_duration(30).customize();
        control.create("CreateMemory", deadline, request, CustomizableOperation::send).await.unwrap_err()
    }

    fn in_time() -> Timestamp {
        Timestamp::now() + jiff::SignedDuration::from_secs(30)
    }

    #[tokio::test]
    async fn what_never_left_is_a_refusal() {
        // Nobody answers, and nobody could: there are no credentials to sign with.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", silent.local_addr().unwrap());
        let fault = create(&control(&endpoint, Never), in_time()).await;
        assert!(fault.refusal && fault.message.starts_with("the request was not sent: "), "{fault:?}");
        // Its time has passed.
        let fault = create(&control(&endpoint, key()), Timestamp::now()).await;
        assert!(fault.refusal && fault.code == "NotSent", "{fault:?}");
        // It left, and what came of it is not known.
        let fault = create(&control(&endpoint, key()), in_time()).await;
        assert!(!fault.refusal && fault.message == "AWS did not answer in time", "{fault:?}");
        drop(silent);
        // Nobody is there to take it.
        let fault = create(&control(&endpoint, key()), in_time()).await;
        assert!(fault.refusal && fault.message.starts_with("no connection to AWS: "), "{fault:?}");
    }
}
