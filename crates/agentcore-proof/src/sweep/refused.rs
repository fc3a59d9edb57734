//! The error of a connection that was never made, as the SDK's HTTP client has it.

use std::{
    future::{Ready, ready},
    io,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::Uri;
use http_body_util::Empty;
use hyper_util::{
    client::legacy::{Client, Error},
    rt::{TokioExecutor, TokioIo},
};
use tokio::net::TcpStream;

/// Makes no connection.
#[derive(Clone)]
struct Refuses;

impl tower_service::Service<Uri> for Refuses {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(Err(io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused")))
    }
}

/// What the client says if there is no connection.
pub(super) fn never_connected() -> Error {
    let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(Refuses);
    let call = std::pin::pin!(client.get(Uri::from_static("http://aws.invalid/")));
    match call.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Err(error)) => error,
        _ => panic!("a connection that nobody made"),
    }
}
