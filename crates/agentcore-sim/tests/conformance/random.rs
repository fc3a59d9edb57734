//! Bad requests: each breaks one rule of the model in one place.

use aws_model::model::SERVICES;
use fastrand::Rng;

use crate::world::{AUDIT, FULL};

/// How many times each rule is broken in each place.
const ROUNDS: u64 = 2;

/// What the simulator takes although the model does not, and why.
const TAKEN: &[(&str, &str, &str)] = &[];

/// Codes that operations do not declare for what they refuse, and why the simulator gives them.
const UNDECLARED: &[(&str, &str, &str)] = &[(
    "PutResourcePolicy",
    "InvalidRequestException",
    "X-Ray's code for bad requests; this one declares none for them",
)];

#[test]
fn bad_requests_are_refused_as_the_models_say() {
    let mut wrong = Vec::new();
    let mut total = 0;
    for service in SERVICES {
        let model = AUDIT.model(service).unwrap();
        let mut requests = 0;
        for (name, operation) in &model.operations {
            for round in 0..ROUNDS {
                let given = FULL.given(service, name);
                let mut rng = Rng::with_seed(100 + round);
                for invalid in model.invalid_requests(operation, &given, &mut rng).unwrap() {
                    let mut world = FULL.clone();
                    let Some(told) = world.try_send(&invalid.request) else { continue };
                    if told.missing() {
                        break;
                    }
                    requests += 1;
                    let status = told.response.status();
                    let what = format!("{service} {name} {} {:?}", invalid.place, invalid.rule);
                    let excused = TAKEN.iter().any(|(of, place, _)| of == name && invalid.place.starts_with(place));
                    if status.is_server_error() || (status.is_success() && !excused) {
                        wrong.push(format!("{what}: {status}: {}", told.body()));
                    }
                    let found = told.exchange.response.iter().map(|one| format!("{what}: {status}: {one}"));
                    let known = |text: &str| UNDECLARED.iter().any(|(of, code, _)| name == of && text.contains(code));
                    wrong.extend(found.filter(|text| !known(text)));
                }
            }
        }
        total += requests;
        println!("{service}: {requests} bad requests");
    }
    println!("{total} bad requests in all");
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} answers are not as the models say:\n{}", wrong.len(), wrong.join("\n"));
}
