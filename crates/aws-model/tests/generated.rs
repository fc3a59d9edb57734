//! Generated requests against the checker: what is made as good is good, and what is made as bad is bad in the way
//! that it says.

use std::collections::BTreeMap;

use aws_model::model::SERVICES;
use aws_model::{Given, Model, Rule, Size};
use fastrand::Rng;

#[test]
fn good_requests_of_every_operation_are_good() {
    let mut rng = Rng::with_seed(20_260_101);
    let (mut count, mut failures) = (0, vec![]);
    for service in SERVICES {
        let model = Model::load(service).unwrap();
        for operation in model.operations.values() {
            for size in [Size::Minimal, Size::Random, Size::Full] {
                count += 1;
                match model.valid_request(operation, size, &Given::new(), &mut rng) {
                    Err(error) => failures.push(format!("{service} {}: {error}", operation.name)),
                    Ok(request) => {
                        let named = model.operation_of(&request).map(|found| found.name.as_str());
                        if named != Some(operation.name.as_str()) {
                            failures.push(format!("{service} {}: it is {named:?}", operation.name));
                        }
                        assert!(model.is_signed_for(&request));
                        for violation in model.check_request(&request) {
                            failures.push(format!("{service} {} {size:?}: {violation}", operation.name));
                        }
                    }
                }
            }
        }
    }
    println!("{count} requests");
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn bad_requests_break_the_rule_that_they_name() {
    let mut rng = Rng::with_seed(20_260_101);
    let (mut counts, mut failures) = (BTreeMap::<Rule, usize>::new(), vec![]);
    for service in SERVICES {
        let model = Model::load(service).unwrap();
        for operation in model.operations.values() {
            for invalid in model.invalid_requests(operation, &Given::new(), &mut rng).unwrap() {
                *counts.entry(invalid.rule).or_default() += 1;
                let found = model.check_request(&invalid.request);
                if !found.iter().any(|violation| violation.rule == invalid.rule) {
                    let (rule, place) = (invalid.rule, &invalid.place);
                    failures.push(format!("{service} {} {rule:?} at {place}: {found:?}", operation.name));
                }
            }
        }
    }
    println!("{counts:?}");
    assert!(failures.is_empty(), "{} of {counts:?}:\n{}", failures.len(), failures.join("\n"));
    for rule in [
        Rule::Required,
        Rule::Type,
        Rule::Enum,
        Rule::Pattern,
        Rule::Min,
        Rule::Max,
        Rule::Union,
        Rule::Timestamp,
        Rule::Body,
    ] {
        assert!(counts.contains_key(&rule), "{rule:?} is never broken");
    }
}

#[test]
fn the_same_seed_gives_the_same_requests_and_given_values_are_used() {
    let model = Model::load("bedrock-agentcore-control").unwrap();
    let given = Given::from([("memoryId".to_owned(), "weather-0123456789".into())]);
    let make = |seed| {
        let mut rng = Rng::with_seed(seed);
        let request = model.valid_request(&model.operations["UpdateMemory"], Size::Full, &given, &mut rng).unwrap();
        (request.uri().to_string(), request.into_body())
    };
    assert_eq!(make(1), make(1));
    assert_ne!(make(1), make(2));
    assert!(make(1).0.contains("weather-0123456789"), "{}", make(1).0);
}
