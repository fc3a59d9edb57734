//! The real models.

use aws_model::model::{SERVICES, waiters};
use aws_model::{Model, Rule};

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

#[test]
fn all_patterns_can_be_used() {
    let mut count = 0;
    let mut unusable = vec![];
    for service in SERVICES {
        let model = Model::load(service).unwrap();
        count += model.shapes.values().filter(|shape| shape.pattern.is_some()).count();
        unusable.extend(model.unusable_patterns());
    }
    println!("{count} patterns");
    assert!(count > 400, "{count} patterns");
    // An exception would be listed here by the name of its shape.
    assert_eq!(unusable, []);
}

#[test]
fn a_good_and_a_bad_request_of_a_real_service() {
    let ecr = Model::load("ecr").unwrap();
    let request = |target: &str, body: &'static str| {
        let request = http::Request::post("/").header("x-amz-target", target);
        request.header("content-type", "application/x-amz-json-1.1").body(bytes::Bytes::from(body)).unwrap()
    };
    let target = "AmazonEC2ContainerRegistry_V20150921.CreateRepository";
    let good = request(target, r#"{"repositoryName": "agents/weather", "imageTagMutability": "IMMUTABLE"}"#);
    assert_eq!(ecr.operation_of(&good).unwrap().name, "CreateRepository");
    assert_eq!(ecr.check_request(&good), []);
    let bad = request(target, r#"{"repositoryName": "Agents", "imageTagMutability": "NEVER"}"#);
    let rules: Vec<_> = ecr.check_request(&bad).into_iter().map(|violation| violation.rule).collect();
    assert_eq!(rules, [Rule::Enum, Rule::Pattern]);
}
