//! A server on one address.

use std::net::SocketAddr;

use axum::Router;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// An address that can't be served.
#[derive(Debug, Error)]
#[error("can't listen on {address} for {what}: {source}")]
pub struct Error {
    what: &'static str,
    address: SocketAddr,
    source: std::io::Error,
}

/// Serves the routes until `shutdown`. The address is taken when this returns; the future serves it.
pub async fn serve(
    what: &'static str,
    address: SocketAddr,
    routes: Router,
    shutdown: CancellationToken,
) -> Result<impl Future<Output = ()> + Send, Error> {
    let listener = TcpListener::bind(address).await.map_err(|source| Error { what, address, source })?;
    let local = listener.local_addr().unwrap_or(address);
    tracing::info!(address = %local, "serves {what}");
    Ok(async move {
        let server = axum::serve(listener, routes).with_graceful_shutdown(shutdown.cancelled_owned());
        if let Err(error) = server.await {
            tracing::error!(%error, "the server for {what} ended");
        }
    })
}
