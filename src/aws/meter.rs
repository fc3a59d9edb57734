//! What the limits must know of requests that the SDK sends by itself, and of AWS's answers.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef},
            dyn_dispatch_hint,
        },
        retries::RequestAttempts,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

use super::Limiter;

/// Tells the limits of repetitions, and of answers that there were too many requests.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    pub(super) operation: &'static str,
    pub(super) limiter: Limiter,
}

#[dyn_dispatch_hint]
impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        state: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // The first one has had its turn.
        if state.load::<RequestAttempts>().is_some_and(|attempts| attempts.attempts() > 1) {
            self.limiter.repeated(self.operation);
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.response().is_some_and(|response| response.status().as_u16() == 429) {
            self.limiter.throttled(self.operation);
        }
        Ok(())
    }
}
