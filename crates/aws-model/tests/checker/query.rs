//! Requests in forms and answers in XML.

use aws_model::{Model, Rule};
use bytes::Bytes;
use http::{Request, Response};

use crate::broken;

fn model() -> Model {
    Model::parse("shelf", include_str!("../inline/query.json")).unwrap()
}

#[test]
fn forms_are_checked() {
    for (form, rule) in [
        ("&Shelf=ab", None),
        ("&Shelf=a+b&Kinds.member.1=PAPER&Kinds.member.2=FILM&Since=2026-01-02T03%3A04%3A05Z&Max=1", None),
        ("&Shelf=ab&Kinds=", None),
        ("&Shelf=ab&Labels.entry.1.key=ab&Labels.entry.1.value=1", None),
        ("", Some(Rule::Required)),
        ("&Shelf=a", Some(Rule::Min)),
        ("&Shelf=ab&shelf=ab", Some(Rule::Unknown)),
        ("&Shelf=ab&Shelf=ab", Some(Rule::Body)),
        ("&Shelf=ab&Shelf.x=ab", Some(Rule::Body)),
        ("&Shelf=ab&Max=one", Some(Rule::Type)),
        ("&Shelf=ab&Kinds.1=PAPER", Some(Rule::Type)),
        ("&Shelf=ab&Kinds.member.2=PAPER", Some(Rule::Type)),
        ("&Shelf=ab&Kinds=PAPER", Some(Rule::Type)),
        ("&Shelf=ab&Kinds.member.1=paper", Some(Rule::Enum)),
        ("&Shelf=ab&Kinds.member.1=FILM&Kinds.member.2=FILM&Kinds.member.3=FILM", Some(Rule::Max)),
        ("&Shelf=ab&Since=1", Some(Rule::Timestamp)),
        ("&Shelf=ab&Labels.entry.1.key=ab&Labels.entry.1.value=x", Some(Rule::Type)),
    ] {
        let request = |form: String| {
            let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
            request.body(Bytes::from(form)).unwrap()
        };
        let found = model().check_request(&request(format!("Action=ListBooks&Version=2026-01-01{form}")));
        broken(form, &found, rule);
        let old = model().check_request(&request(format!("Action=ListBooks&Version=2025-01-01{form}")));
        broken("an old version", &old, Some(Rule::Operation));
        let extra = model().check_request(&request("Action=Close&Version=2026-01-01&Now=true".to_owned()));
        broken("no input", &extra, Some(Rule::Unknown));
    }
}

/// An answer with the result in it.
fn answer(result: &str) -> String {
    format!(
        "<ListBooksResponse xmlns=\"https://shelf.invalid/\"><ListBooksResult>{result}</ListBooksResult>\
         <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListBooksResponse>"
    )
}

fn error(code: &str, kind: &str, rest: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://shelf.invalid/\"><Error><Type>{kind}</Type><Code>{code}</Code>{rest}</Error>\
         <RequestId>1</RequestId></ErrorResponse>"
    )
}

#[test]
fn answers_are_checked() {
    let book = "<Books><member><Id>ab</Id><At>2026-01-02T03:04:05Z</At><Pages>1</Pages></member></Books>";
    let labels = |entry: &str| answer(&format!("<Books/><Labels>{entry}</Labels>"));
    for (status, body, rule) in [
        (200, answer(book), None),
        (200, answer("<Books/><Truncated>false</Truncated>"), None),
        (200, labels("<entry><key>ab</key><value>1</value></entry>"), None),
        (201, answer(book), Some(Rule::Status)),
        (200, answer(""), Some(Rule::Required)),
        (200, answer("<Books><member/></Books>"), Some(Rule::Required)),
        (200, answer("<Books><item><Id>ab</Id></item></Books>"), Some(Rule::Unknown)),
        (200, answer("<Books/><Books/>"), Some(Rule::Unknown)),
        (200, answer("<Books/><Odd/>"), Some(Rule::Unknown)),
        (200, answer("<Books/><Truncated>no</Truncated>"), Some(Rule::Type)),
        (200, answer("<Books/><Truncated><x/>true</Truncated>"), Some(Rule::Type)),
        (200, answer("<Books><member><Id>ab</Id><At>1</At></member></Books>"), Some(Rule::Timestamp)),
        (200, labels("<entry><key>a</key><value>1</value></entry>"), Some(Rule::Min)),
        (200, labels("<ab>1</ab>"), Some(Rule::Unknown)),
        (200, answer(book).replace("shelf.invalid", "other.invalid"), Some(Rule::Type)),
        (200, answer(book).replace("ListBooksResponse", "ListBooksAnswer"), Some(Rule::Unknown)),
        (200, answer(book).replace("<RequestId>1</RequestId>", ""), Some(Rule::Required)),
        (200, "{}".to_owned(), Some(Rule::Body)),
        (404, error("NoShelf", "Sender", "<Message>m1</Message>"), None),
        (404, error("NoShelf", "Receiver", "<Message>m1</Message>"), Some(Rule::Type)),
        (400, error("NoShelf", "Sender", "<Message>m1</Message>"), Some(Rule::Status)),
        (404, error("NoShelf", "Sender", "<Message>m</Message>"), Some(Rule::Min)),
        (404, error("NoShelf", "Sender", "<Odd>m1</Odd>"), Some(Rule::Unknown)),
        (404, error("NoShelfException", "Sender", ""), Some(Rule::ErrorCode)),
        (403, error("SignatureDoesNotMatch", "Sender", ""), None),
        (404, error("NoShelf", "Sender", "").replace("<RequestId>1</RequestId>", ""), Some(Rule::Required)),
    ] {
        let model = model();
        let response = Response::builder().status(status).header("content-type", "text/xml");
        let response = response.body(Bytes::from(body.clone())).unwrap();
        broken(&body, &model.check_response(&model.operations["ListBooks"], &response, &[]), rule);
    }
}
