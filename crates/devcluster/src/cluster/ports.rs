//! Free loopback ports.

use std::net::{Ipv4Addr, TcpListener};

use crate::error::Error;

/// The ports that the programs of one cluster listen on, all at 127.0.0.1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) etcd: u16,
    pub(crate) api_server: u16,
}

impl Ports {
    /// Ports that were free a moment ago. Another program can take one before the
    /// cluster does, so the start is tried again if that happens.
    pub(crate) fn free() -> Result<Self, Error> {
        let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::NoPort);
        // Both are held until both are known, so that they differ.
        let (etcd, api_server) = (listen()?, listen()?);
        let port = |listener: &TcpListener| Ok(listener.local_addr().map_err(Error::NoPort)?.port());
        Ok(Self { etcd: port(&etcd)?, api_server: port(&api_server)? })
    }
}
