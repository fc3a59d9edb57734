//! Good requests.

use std::collections::BTreeMap;

use aws_model::Size;
use aws_model::model::SERVICES;
use fastrand::Rng;

use crate::beyond::is_beyond;
use crate::world::{AUDIT, FULL};

/// How many requests by chance, besides the smallest and the largest.
const ROUNDS: u64 = 12;

/// Operations that no request by chance satisfies, and why.
const NEVER: &[(&str, &str)] = &[("GetServiceLinkedRoleDeletionStatus", "a task that exists has an id by chance")];

#[test]
fn good_requests_are_answered_as_the_models_say() {
    let mut wrong = Vec::new();
    let mut never = Vec::new();
    let mut total = 0;
    for service in SERVICES {
        let model = AUDIT.model(service).unwrap();
        let (mut served, mut requests) = (0, 0);
        for (name, operation) in &model.operations {
            let mut codes: BTreeMap<u16, String> = BTreeMap::new();
            let sizes = [None, Some(Size::Minimal), Some(Size::Full)].into_iter();
            for (round, size) in sizes.chain((0..ROUNDS).map(|_| Some(Size::Random))).enumerate() {
                let mut world = FULL.clone();
                let mut rng = Rng::with_seed(round as u64);
                let given = world.given(service, name);
                let request = match size {
                    Some(size) => model.valid_request(operation, size, &given, &mut rng).unwrap(),
                    None => world.noted(service, name, &mut rng),
                };
                let told = world.send(&request);
                if told.missing() {
                    break;
                }
                requests += 1;
                let status = told.response.status();
                codes.entry(status.as_u16()).or_insert_with(|| told.body());
                if status.is_server_error() {
                    wrong.push(format!("{service} {name}: {status}: {}", told.body()));
                }
                assert!(told.exchange.request.is_empty(), "{name}: {:?}", told.exchange.request);
                let found = told.exchange.response.iter().map(|one| format!("{service} {name}: {status}: {one}"));
                wrong.extend(found.filter(|text| !is_beyond(name, text)));
            }
            served += u32::from(!codes.is_empty());
            let excused = NEVER.iter().any(|(excused, _)| excused == name);
            if !codes.is_empty() && codes.range(200..300).next().is_none() != excused {
                never.push(format!("{service} {name}: {codes:?}"));
            }
        }
        total += requests;
        println!("{service}: {served} of {} operations, {requests} good requests", model.operations.len());
    }
    println!("{total} good requests in all");
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} answers are not as the models say:\n{}", wrong.len(), wrong.join("\n"));
    assert!(never.is_empty(), "no request succeeded, or one did that is excused:\n{}", never.join("\n"));
}
