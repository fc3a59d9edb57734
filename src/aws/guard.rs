//! The last look before a request leaves.
//!
//! A create may leave only in its time, and no request may leave with other credentials than those whose account the
//! pass has checked: "not found" in another account would let an object go whose resource is still there.

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef, dyn_dispatch_hint},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use jiff::Timestamp;

/// Why a request was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// Its time has passed.
    TooLate,
    /// It was signed with other credentials than those that were checked.
    OtherCredentials,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLate => "the request would have left after its time",
            Self::OtherCredentials => "the operator's AWS credentials have changed: it is checked whose they are",
        })
    }
}

impl Error for Stopped {}

/// Access keys of one account, as AWS has told whose they are. A key never changes its account, so a request that waits
/// while the credentials are renewed may leave with the new ones once somebody has asked whose they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(Arc<Mutex<VecDeque<String>>>);

impl Keys {
    /// How many are kept: a request does not wait longer than a few live.
    const MOST: usize = 16;

    /// AWS says that this key is of the account.
    pub(super) fn learn(&self, key: &str) {
        let mut keys = self.lock();
        keys.retain(|known| known != key);
        keys.push_back(key.to_owned());
        if keys.len() > Self::MOST {
            keys.pop_front();
        }
    }

    fn contain(&self, key: &str) -> bool {
        self.lock().iter().any(|known| known == key)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many attempts of one request were let through: of none, nothing can have reached AWS, whatever the error.
#[derive(Clone, Debug, Default)]
pub(super) struct Departures(Arc<AtomicUsize>);

impl Departures {
    /// How many so far.
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }

    fn depart(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }
}

/// Stops a request that must not leave.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// The access keys of the account that was checked: the request must be signed with one of them.
    pub(super) keys: Keys,
    /// When it must have left.
    pub(super) deadline: Option<Timestamp>,
    /// Which attempts it let through.
    pub(super) departures: Departures,
}

#[dyn_dispatch_hint]
impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "Guard"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.deadline.is_some_and(|deadline| Timestamp::now() >= deadline) {
            return Err(Box::new(Stopped::TooLate));
        }
        if access_key(context).is_none_or(|key| !self.keys.contain(key)) {
            return Err(Box::new(Stopped::OtherCredentials));
        }
        self.departures.depart();
        Ok(())
    }
}

/// Notes which access key a request was signed with.
#[derive(Clone, Debug, Default)]
pub(super) struct Witness {
    key: Arc<Mutex<Option<String>>>,
    departures: Departures,
}

impl Witness {
    /// The access key of the last request.
    pub(super) fn access_key(&self) -> Option<String> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many attempts it has seen.
    pub(super) fn departures(&self) -> usize {
        self.departures.count()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Witness {
    fn name(&self) -> &'static str {
        "Witness"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = access_key(context).map(str::to_owned);
        self.departures.depart();
        Ok(())
    }
}

/// The access key in the header `Authorization: AWS4-HMAC-SHA256 Credential=KEY/...`.
fn access_key<'a>(context: &'a BeforeTransmitInterceptorContextRef<'_>) -> Option<&'a str> {
    let header = context.request().headers().get("authorization")?;
    header.split_once("Credential=")?.1.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn the_newest_keys_of_an_account_are_known() {
        let keys = Keys::default();
        assert!(!keys.contain("0"));
        for number in 0..20 {
            keys.learn(&number.to_string());
            keys.learn("19");
        }
        assert!(keys.contain("19") && keys.contain("4") && !keys.contain("3") && !keys.contain("20"));
        assert!(keys.lock().len() <= Keys::MOST);
    }
}
