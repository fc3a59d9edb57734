//! Whether the operator lives, and whether it does its work.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode, routing::get};

use super::metrics::Metrics;

/// How many watches have delivered, of how many.
///
/// The operator is ready when it has seen every object. It lives as long as it answers: a restart brings back neither
/// a missing CRD nor AWS.
#[derive(Clone, Debug)]
pub struct Health(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    watches: usize,
    delivered: AtomicUsize,
}

impl Health {
    /// Nothing has been delivered yet.
    pub fn new(watches: usize) -> Self {
        Self(Arc::new(Inner { watches, delivered: AtomicUsize::new(0) }))
    }

    /// A watch has delivered all objects for the first time.
    pub fn delivered(&self) {
        self.0.delivered.fetch_add(1, Ordering::Relaxed);
    }

    /// The routes `/livez` and `/readyz`.
    pub fn routes(&self) -> Router {
        let health = self.clone();
        Router::new()
            .route("/livez", get(|| async { "ok\n" }))
            .route("/readyz", get(move || async move { health.answer() }))
    }

    fn answer(&self) -> (StatusCode, String) {
        let (delivered, watches) = (self.0.delivered.load(Ordering::Relaxed), self.0.watches);
        if delivered >= watches {
            (StatusCode::OK, "ok\n".to_owned())
        } else {
            let message = format!("{delivered} of {watches} watches have delivered their objects; the log says why\n");
            (StatusCode::SERVICE_UNAVAILABLE, message)
        }
    }
}

/// The route `/metrics`.
pub fn metrics(metrics: Metrics) -> Router {
    let content = [("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    Router::new().route("/metrics", get(move || async move { (content, metrics.text()) }))
}
