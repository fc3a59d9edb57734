//! The real models.

use aws_model::Model;
use aws_model::model::{SERVICES, waiters};

#[test]
fn all_models_can_be_read() {
    for service in SERVICES {
        let model = Model::load(service).unwrap();
        println!("{service} {}: {} operations", model.metadata.api_version, model.operations.len());
        assert!(model.operations.len() > 10, "{service}");
        assert!(std::ptr::eq(model, Model::load(service).unwrap()), "{service} is read twice");
    }
    assert!(waiters("bedrock-agentcore-control").unwrap()["waiters"].is_object());
    let message = Model::load("no-such-service").unwrap_err().to_string();
    assert!(message.contains("no-such-service"), "{message}");
}
