//! A simulator on a port, and clients of it.

use std::time::{Duration, Instant};

use agentcore_sim::Settings;
use agentcore_sim::server::{Options, Server};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_bedrockagentcorecontrol::Client;
use aws_sdk_bedrockagentcorecontrol::error::{ProvideErrorMetadata, SdkError};

/// A role that nothing checks.
pub const ROLE: &str = "arn:aws:iam::123456789012:role/agent";

/// A simulator on a port, and what a client must know of it.
pub struct World {
    pub server: Server,
    pub config: SdkConfig,
}

impl World {
    /// As slow as AWS, but a thousand times faster: all states are passed, and reads lag and flap.
    pub async fn new() -> Self {
        let mut settings = Settings { speed: 1000.0, ..Settings::realistic() };
        settings.set("requestQuotas=off").unwrap();
        let server = Server::start(Options { settings, ..Options::default() }).await.unwrap();
        let keys = Credentials::new("AKIASDK", "secret", None, None, "test");
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(server.url())
            .region(Region::new("us-east-1"))
            .credentials_provider(keys)
            .load()
            .await;
        Self { server, config }
    }

    pub fn control(&self) -> Client {
        Client::new(&self.config)
    }
}

/// Reads until the answer is what is wanted.
pub async fn until<T, F: Future<Output = T>>(read: impl Fn() -> F, wanted: impl Fn(&T) -> bool) -> T {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let answer = read().await;
        if wanted(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "what was waited for did not come");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The code of a refusal.
pub fn code<T, E: ProvideErrorMetadata, R>(result: Result<T, SdkError<E, R>>) -> String {
    match result {
        Ok(_) => "OK".to_owned(),
        Err(error) => error.code().unwrap_or("no code").to_owned(),
    }
}
