//! Exchanges of any service, each checked against the model of the service that it is with.

use bytes::Bytes;
use http::{Request, Response};

use crate::error::Error;
use crate::model::{Model, Operation, SERVICES};
use crate::violation::{Rule, Violation};

/// The models of all services.
#[derive(Debug)]
pub struct Audit {
    models: Vec<(&'static str, &'static Model)>,
}

/// What an exchange was, and what in it is not as the model says.
#[derive(Debug)]
pub struct Exchange {
    /// The service, as botocore names it.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static Operation,
    /// What is wrong with the request.
    pub request: Vec<Violation>,
    /// What is wrong with the answer.
    pub response: Vec<Violation>,
}

impl Audit {
    /// Reads the models of [`SERVICES`], and makes the environment that they are in if it is not there.
    pub fn load() -> Result<Self, Error> {
        let models =
            SERVICES.into_iter().map(|service| Ok((service, Model::load(service)?))).collect::<Result<_, Error>>()?;
        Ok(Self { models })
    }

    /// The model of a service of [`SERVICES`].
    pub fn model(&self, service: &str) -> Option<&'static Model> {
        self.models.iter().find(|(name, _)| *name == service).map(|(_, model)| *model)
    }

    /// Checks an exchange; none if its request is for no operation of these services. `tolerated` are error codes
    /// that a test has made by itself.
    pub fn exchange(
        &self,
        request: &Request<Bytes>,
        response: &Response<Bytes>,
        tolerated: &[&str],
    ) -> Option<Exchange> {
        let (service, model, operation) = self.models.iter().find_map(|(service, model)| {
            // A web identity's token takes the place of a signature.
            let unsigned = !request.headers().contains_key("authorization") && *service == "sts";
            let ours = model.is_signed_for(request) || unsigned;
            Some((*service, *model, ours.then(|| model.operation_of(request)).flatten()?))
        })?;
        Some(Exchange {
            service,
            operation,
            request: model.check_request(request),
            response: model.check_response(operation, response, tolerated),
        })
    }
}

impl Exchange {
    /// What a service that keeps to its model would have refused, and this one accepted: unknown members are passed
    /// over by all of AWS's services, and tokens are what clients owe themselves.
    pub fn wrongly_accepted(&self, response: &Response<Bytes>) -> Vec<&Violation> {
        if !response.status().is_success() {
            return Vec::new();
        }
        self.request.iter().filter(|violation| !matches!(violation.rule, Rule::Unknown | Rule::Token)).collect()
    }
}
