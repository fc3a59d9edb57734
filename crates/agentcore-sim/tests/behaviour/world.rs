//! A simulator with a clock, for tests to talk to.

use std::sync::LazyLock;

use agentcore_sim::{Delivery, Fault, FaultRule, Settings, Sim};
use aws_model::audit::Audit;
use aws_model::{Rule, Violation};
use bytes::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::beyond::is_beyond;

static AUDIT: LazyLock<Audit> = LazyLock::new(|| Audit::load().unwrap_or_else(|error| panic!("{error}")));

/// What only requests of these tests provoke: an operation, part of what is found wrong with its answer, and why.
const PROVOKED: &[(&str, &str, &str)] = &[
    ("InvokeAgentRuntime", "output.runtimeSessionId: Max", "requests may have longer ids than answers"),
    ("CreateWorkloadIdentity", "ServiceQuotaExceededException", "there is a quota, and no error for it"),
    ("CreateRole", "NoSuchEntity", "what AWS says of a permissions boundary that does not exist"),
];

/// A role that nothing checks.
pub const ROLE: &str = "arn:aws:iam::123456789012:role/agent";

/// A simulator, the time, and who calls from where.
pub struct World {
    pub sim: Sim,
    pub now: Timestamp,
    pub access_key: String,
    /// What requests of a session bring along.
    pub session_token: Option<String>,
    pub region: String,
}

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub code: String,
    pub body: Value,
    pub delivery: Delivery,
    pub headers: http::HeaderMap,
}

impl World {
    /// The fast mode, all by default.
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Self {
        Self {
            sim: Sim::new(settings),
            now: Timestamp::from_second(1_800_000_000).unwrap(),
            access_key: "AKIATEST".to_owned(),
            session_token: None,
            region: "us-east-1".to_owned(),
        }
    }

    /// The fast mode with switches of the form `name=value`.
    pub fn switched(assignments: &[&str]) -> Self {
        let mut settings = Settings::default();
        for assignment in assignments {
            settings.set(assignment).unwrap();
        }
        Self::with(settings)
    }

    pub fn wait(&mut self, seconds: f64) {
        self.now += SignedDuration::from_secs_f64(seconds);
    }

    pub fn send(&mut self, mut request: Request<Bytes>) -> Answer {
        if let Some(token) = &self.session_token {
            request.headers_mut().insert("x-amz-security-token", token.parse().unwrap());
        }
        let injected: Vec<String> = self.sim.fault_rules().iter().filter_map(injected_code).collect();
        let response = self.sim.handle(self.now, request.clone());
        check(&request, &response, &injected);
        read(response)
    }

    /// A signed request to the AgentCore control plane.
    pub fn call(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", self.authorization("bedrock-agentcore"))
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        self.send(request)
    }

    /// A signed request to a service that has one place for all and names the operation in a header.
    pub fn json(&mut self, service: &str, target: &str, body: &Value) -> Answer {
        let request = Request::post("/")
            .header("authorization", self.authorization(service))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(Bytes::from(body.to_string()))
            .unwrap();
        self.send(request)
    }

    /// A signed request to a service that takes forms and answers in XML.
    pub fn query(&mut self, service: &str, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let version = if service == "sts" { "2011-06-15" } else { "2010-05-08" };
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in parameters {
            body.extend(["&", &encode(name), "=", &encode(value)]);
        }
        let request = Request::post("/")
            .header("authorization", self.authorization(service))
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .body(Bytes::from(body))
            .unwrap();
        self.send(request)
    }

    /// A signed request to a service of paths and JSON other than the AgentCore control plane.
    pub fn rest(&mut self, service: &str, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", self.authorization(service))
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        self.send(request)
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.call("GET", path, &Value::Null)
    }

    /// A request to the simulator's own interface.
    pub fn admin(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        self.send(Request::builder().method(method).uri(format!("/_sim/{path}")).body(body).unwrap())
    }

    pub fn authorization(&self, service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential={}/20270115/{}/{service}/aws4_request, SignedHeaders=host, Signature=0",
            self.access_key, self.region
        )
    }

    pub fn create_runtime(&mut self, name: &str) -> String {
        let answer = self.call("PUT", "/runtimes/", &runtime(name)).good(202);
        answer.text("agentRuntimeId")
    }

    pub fn create_memory(&mut self, name: &str, strategies: &Value) -> String {
        let answer = self.call("POST", "/memories/create", &memory(name, strategies)).good(202);
        answer.text("memory/id")
    }

    pub fn create_gateway(&mut self, name: &str) -> String {
        self.call("POST", "/gateways/", &gateway(name)).good(202).text("gatewayId")
    }

    pub fn create_interpreter(&mut self, name: &str) -> String {
        self.call("PUT", "/code-interpreters", &interpreter(name)).good(202).text("codeInterpreterId")
    }
}

impl Answer {
    /// The answer, if it has the status that it must have.
    #[track_caller]
    pub fn good(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.code, self.body);
        self
    }

    /// The answer, if it is the error that it must be.
    #[track_caller]
    pub fn bad(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.code.as_str()), (status, code), "{}", self.body);
        self
    }

    /// Text at a place in the body, with slashes.
    #[track_caller]
    pub fn text(&self, place: &str) -> String {
        self.at(place).as_str().unwrap_or_else(|| panic!("no text {place} in {}", self.body)).to_owned()
    }

    pub fn at(&self, place: &str) -> &Value {
        self.body.pointer(&format!("/{place}")).unwrap_or(&Value::Null)
    }
}

fn injected_code(rule: &FaultRule) -> Option<String> {
    if let Fault::Error(error) = &rule.fault { Some(error.code.clone()) } else { None }
}

/// Whatever a test looks at, the answer must be as AWS's model says, and what the model does not take is refused.
#[track_caller]
fn check(request: &Request<Bytes>, response: &Response<Bytes>, injected: &[String]) {
    let reset = response.extensions().get::<Delivery>().is_some_and(|delivery| delivery.reset);
    let injected: Vec<&str> = injected.iter().map(String::as_str).collect();
    let Some(exchange) = AUDIT.exchange(request, response, &injected).filter(|_| !reset) else { return };
    let (name, body) = (&exchange.operation.name, response.body());
    let known = |found: &&Violation| {
        let text = found.to_string();
        is_beyond(name, &text) || PROVOKED.iter().any(|(of, what, _)| name == of && text.contains(what))
    };
    let wrong: Vec<&Violation> = exchange.response.iter().filter(|found| !known(found)).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}\n{body:?}");
    let mut accepted = exchange.wrongly_accepted(response);
    accepted.retain(|found| found.rule != Rule::ContentType);
    assert!(accepted.is_empty(), "{name} took {accepted:#?}\n{:?}", request.body());
}

fn read(response: Response<Bytes>) -> Answer {
    let (parts, body) = response.into_parts();
    let body =
        serde_json::from_slice(&body).unwrap_or_else(|_| Value::String(String::from_utf8(body.to_vec()).unwrap()));
    let in_header = parts.headers.get("x-amzn-errortype").map(|code| code.to_str().unwrap());
    let in_xml = body.as_str().and_then(|xml| xml.split_once("<Code>")?.1.split_once("</Code>"));
    let code = in_header.or(body.get("__type").and_then(Value::as_str)).or(in_xml.map(|(code, _)| code));
    Answer {
        status: parts.status.as_u16(),
        code: code.unwrap_or_default().to_owned(),
        body,
        delivery: parts.extensions.get().copied().unwrap_or_default(),
        headers: parts.headers,
    }
}

/// The text of the first element of a name in an answer in XML.
#[track_caller]
pub fn element(answer: &Answer, name: &str) -> String {
    let text = answer.body.as_str().unwrap();
    let rest = text.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {text}")).1;
    rest.split_once(&format!("</{name}>")).unwrap().0.to_owned()
}

pub fn container(tag: &str) -> Value {
    json!({"containerConfiguration": {"containerUri": format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/agent:{tag}")}})
}

pub fn code() -> Value {
    json!({"codeConfiguration": {
        "code": {"s3": {"bucket": "bucket", "prefix": "agent.zip"}},
        "runtime": "PYTHON_3_13",
        "entryPoint": ["main.py"],
    }})
}

pub fn runtime(name: &str) -> Value {
    json!({"agentRuntimeName": name, "roleArn": ROLE, "agentRuntimeArtifact": container("1")})
}

pub fn runtime_update() -> Value {
    json!({"roleArn": ROLE, "agentRuntimeArtifact": container("2")})
}

pub fn memory(name: &str, strategies: &Value) -> Value {
    json!({"name": name, "eventExpiryDuration": 30, "memoryExecutionRoleArn": ROLE, "memoryStrategies": strategies})
}

pub fn semantic(name: &str) -> Value {
    json!({"semanticMemoryStrategy": {"name": name}})
}

pub fn interpreter(name: &str) -> Value {
    json!({"name": name, "networkConfiguration": {"networkMode": "SANDBOX"}})
}

pub fn browser(name: &str) -> Value {
    json!({"name": name, "networkConfiguration": {"networkMode": "PUBLIC"}})
}

pub fn gateway(name: &str) -> Value {
    json!({"name": name, "roleArn": ROLE, "authorizerType": "NONE"})
}

/// A target that is a function with one tool.
pub fn lambda(name: &str) -> Value {
    json!({
        "name": name,
        "targetConfiguration": {"mcp": {"lambda": {
            "lambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:tools",
            "toolSchema": {"inlinePayload": [
                {"name": "add", "description": "Adds", "inputSchema": {"type": "object", "properties": {}}},
            ]},
        }}},
        "credentialProviderConfigurations": [{"credentialProviderType": "GATEWAY_IAM_ROLE"}],
    })
}

/// A target that is an MCP server.
pub fn server(name: &str) -> Value {
    json!({"name": name, "targetConfiguration": {"mcp": {"mcpServer": {"endpoint": "https://example.com/mcp"}}}})
}

/// A token that every operation takes.
pub fn token(letter: char) -> String {
    std::iter::repeat_n(letter, 36).collect()
}

/// The object with one more member.
pub fn with(mut body: Value, name: &str, value: impl Into<Value>) -> Value {
    body.as_object_mut().unwrap().insert(name.to_owned(), value.into());
    body
}
