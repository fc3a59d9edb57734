//! Requests and answers in JSON.

use aws_model::{Model, Rule};
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use crate::broken;

fn model() -> Model {
    Model::parse("shelf", include_str!("../inline/rest.json")).unwrap()
}

const GOOD: &str = "/shelves/ab%C3%A9/books?strict&max=3&tag=ab&tag=cd";

fn good() -> Value {
    json!({
        "token": "t", "Title": "x", "kind": "FILM", "names": ["ab"], "labels": {"ab": 1}, "either": {"left": "ab"},
        "count": 9, "big": 5_000_000_000_i64, "ratio": 1.5, "open": true, "cover": "YWJj", "printed": 1.5,
        "read": "2026-01-02T03:04:05Z", "extra": {"any": [1, null]}, "json": "{}",
    })
}

fn request(path: &str, body: impl Into<String>) -> Request<Bytes> {
    let request = Request::put(path).header("content-type", "application/json");
    let request = request.header("x-since", "Fri, 02 Jan 2026 03:04:05 GMT");
    request.body(Bytes::from(body.into())).unwrap()
}

#[test]
fn a_good_request_is_good() {
    broken("good", &model().check_request(&request(GOOD, good().to_string())), None);
    let least = json!({"token": "t", "Title": "", "kind": "PAPER", "names": null});
    broken("least", &model().check_request(&request("/shelves/ab/books?strict=", least.to_string())), None);
}

#[test]
fn every_wrong_member_of_the_body_is_found() {
    for (member, value, rule) in [
        ("Title", Value::Null, Rule::Required),
        ("token", Value::Null, Rule::Token),
        ("title", json!("x"), Rule::Unknown),
        ("Title", json!(1), Rule::Type),
        ("kind", json!("film"), Rule::Enum),
        ("names", json!([]), Rule::Min),
        ("names", json!(["ab", "ab", "ab"]), Rule::Max),
        ("names", json!(["a"]), Rule::Min),
        ("names", json!(["abcdef"]), Rule::Max),
        ("names", json!(["ab1"]), Rule::Pattern),
        ("names", json!(["ab\n"]), Rule::Pattern),
        ("names", json!(["éé"]), Rule::Operation),
        ("names", json!("ab"), Rule::Type),
        ("names", json!([null]), Rule::Type),
        ("labels", json!({"a": 1}), Rule::Min),
        ("labels", json!({"ab": 0}), Rule::Min),
        ("labels", json!({"ab": 1, "cd": 1, "ef": 1}), Rule::Max),
        ("labels", json!([]), Rule::Type),
        ("either", json!({}), Rule::Union),
        ("either", json!({"left": "ab", "right": 1}), Rule::Union),
        ("either", json!("left"), Rule::Type),
        ("count", json!(0), Rule::Min),
        ("count", json!(10), Rule::Max),
        ("count", json!(1.5), Rule::Type),
        ("count", json!("1"), Rule::Type),
        ("count", json!(5_000_000_000_i64), Rule::Type),
        ("big", json!(1.5), Rule::Type),
        ("ratio", json!(1.6), Rule::Max),
        ("ratio", json!("NaN"), Rule::Operation),
        ("ratio", json!("1.0"), Rule::Type),
        ("open", json!("true"), Rule::Type),
        ("cover", json!("YWJ"), Rule::Type),
        ("cover", json!("YWJjZA=="), Rule::Max),
        ("printed", json!("2026-01-02T03:04:05Z"), Rule::Timestamp),
        ("read", json!(1), Rule::Timestamp),
        ("read", json!("2026-01-02"), Rule::Timestamp),
        ("read", json!("2026-01-02T03:04:05+01:00"), Rule::Timestamp),
        ("json", json!("{"), Rule::Type),
        ("shelf", json!("ab"), Rule::Unknown),
    ] {
        let mut body = good();
        body[member] = value.clone();
        // Stands for "nothing is wrong" in the table.
        let rule = Some(rule).filter(|rule| *rule != Rule::Operation);
        broken(&format!("{member} {value}"), &model().check_request(&request(GOOD, body.to_string())), rule);
    }
}

#[test]
fn what_is_wrong_outside_of_the_body_is_found() {
    for (path, rule) in [
        ("/shelves/a/books?strict", Rule::Min),
        ("/shelves/ab/books?strict&max=10", Rule::Max),
        ("/shelves/ab/books?strict&max=three", Rule::Type),
        ("/shelves/ab/books?strict&max=3&max=4", Rule::Type),
        ("/shelves/ab/books?strict&limit=3", Rule::Unknown),
        ("/shelves/ab/books?strict&tag=ab&tag=ab&tag=ab", Rule::Max),
        ("/shelves/ab/books", Rule::Operation),
    ] {
        broken(path, &model().check_request(&request(path, good().to_string())), Some(rule));
    }
    let mut late = request(GOOD, good().to_string());
    late.headers_mut().insert("x-since", "2026-01-02T03:04:05Z".parse().unwrap());
    broken("the header's format", &model().check_request(&late), Some(Rule::Timestamp));
    let mut text = request(GOOD, good().to_string());
    text.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    broken("the content type", &model().check_request(&text), Some(Rule::ContentType));
    for body in ["{", "[]"] {
        broken(body, &model().check_request(&request(GOOD, body)), Some(Rule::Body));
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Bytes> {
    let mut response = Response::builder().status(status);
    for (name, value) in [("content-type", "application/json")].iter().chain(headers) {
        response = response.header(*name, *value);
    }
    response.body(Bytes::from(body.to_owned())).unwrap()
}

#[test]
fn answers_are_checked() {
    for (status, headers, body, rule) in [
        (202, vec![("x-left", "1")], r#"{"id": "ab", "at": 1767323045.123}"#, None),
        (200, vec![], r#"{"id": "ab"}"#, Some(Rule::Status)),
        (202, vec![], "{}", Some(Rule::Required)),
        (202, vec![], r#"{"id": null}"#, Some(Rule::Required)),
        (202, vec![], r#"{"id": "ab", "name": "x"}"#, Some(Rule::Unknown)),
        (202, vec![], r#"{"id": "ab", "at": "2026-01-02T03:04:05Z"}"#, Some(Rule::Timestamp)),
        (202, vec![("x-left", "0")], r#"{"id": "ab"}"#, Some(Rule::Min)),
        (202, vec![("x-left", "many")], r#"{"id": "ab"}"#, Some(Rule::Type)),
        (202, vec![], "", Some(Rule::Body)),
        (202, vec![], "[]", Some(Rule::Body)),
        // Errors.
        (409, vec![("x-amzn-errortype", "Full")], r#"{"message": "m", "left": 1}"#, None),
        (409, vec![], r#"{"__type": "shelf#Full", "message": "m", "left": 1}"#, None),
        (409, vec![("x-amzn-errortype", "Full:http://x/")], r#"{"message": "m", "left": 1}"#, None),
        (400, vec![("x-amzn-errortype", "Full")], r#"{"message": "m", "left": 1}"#, Some(Rule::Status)),
        (409, vec![("x-amzn-errortype", "Full")], r#"{"message": "m"}"#, Some(Rule::Required)),
        (409, vec![("x-amzn-errortype", "Full")], r#"{"message": "m", "left": 0}"#, Some(Rule::Min)),
        (500, vec![("x-amzn-errortype", "Broken")], "{}", None),
        (400, vec![("x-amzn-errortype", "Broken")], "{}", Some(Rule::Status)),
        (400, vec![("x-amzn-errortype", "Odd")], "{}", Some(Rule::ErrorCode)),
        (400, vec![], "{}", Some(Rule::ErrorCode)),
        (404, vec![("x-amzn-errortype", "ThrottlingException")], "{}", Some(Rule::Status)),
        (429, vec![("x-amzn-errortype", "ThrottlingException")], r#"{"message": "m"}"#, None),
        (501, vec![("x-amzn-errortype", "NotImplemented")], "{}", None),
        (500, vec![], "oops", Some(Rule::Body)),
        (418, vec![("x-amzn-errortype", "Injected")], "{}", None),
    ] {
        let model = model();
        let found = model.check_response(&model.operations["PutBook"], &answer(status, &headers, body), &["Injected"]);
        broken(&format!("{status} {headers:?} {body}"), &found, rule);
    }
    let model = model();
    let mut text = answer(202, &[], r#"{"id": "ab"}"#);
    text.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    broken("type", &model.check_response(&model.operations["PutBook"], &text, &[]), Some(Rule::ContentType));
}
