//! A vendor of AWS credentials, as EKS Pod Identity has one on each node.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::get};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::{net::TcpListener, time::sleep};

/// A vendor on a loopback port, until the test ends.
#[derive(Clone)]
pub struct Vendor {
    pub url: String,
    key: Arc<Mutex<Option<String>>>,
    silent: Arc<AtomicBool>,
}

impl Vendor {
    /// A vendor that has nothing to give.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/credentials", listener.local_addr().unwrap());
        let vendor = Self { url, key: Arc::default(), silent: Arc::default() };
        let this = vendor.clone();
        let routes = Router::new().route("/credentials", get(move || async move { this.when_it_speaks().await }));
        tokio::spawn(async { axum::serve(listener, routes).await });
        vendor
    }

    /// From now on it gives this access key.
    pub fn give(&self, key: impl Into<String>) {
        *self.key.lock().unwrap() = Some(key.into());
    }

    /// Whether it lets everybody wait.
    pub fn be_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::Relaxed);
    }

    async fn when_it_speaks(&self) -> (StatusCode, String) {
        while self.silent.load(Ordering::Relaxed) {
            sleep(Duration::from_millis(20)).await;
        }
        self.answer()
    }

    fn answer(&self) -> (StatusCode, String) {
        let Some(key) = self.key.lock().unwrap().clone() else {
            let error = json!({ "code": "ResourceNotFound", "message": "No association found for this pod" });
            return (StatusCode::NOT_FOUND, error.to_string());
        };
        // So short that they are asked for again with each call.
        let expiration = Timestamp::now() + SignedDuration::from_secs(5);
        let answer = json!({
            "AccessKeyId": key, "SecretAccessKey": "secret", "Token": "token", "Expiration": expiration.to_string(),
        });
        (StatusCode::OK, answer.to_string())
    }
}
