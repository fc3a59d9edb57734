//! What an update leaves out.

use serde_json::{Value, json};

use crate::world::{World, memory, runtime, runtime_update, with};

#[test]
fn a_runtime_goes_back_to_the_defaults_or_stays() {
    for (switch, variables, idle) in
        [("omittedRuntimeMember=reset", Value::Null, 900), ("omittedRuntimeMember=kept", json!({"KEY": "value"}), 60)]
    {
        let mut world = World::switched(&[switch]);
        let body = with(runtime("agent"), "environmentVariables", json!({"KEY": "value"}));
        let body = with(body, "lifecycleConfiguration", json!({"idleRuntimeSessionTimeout": 60}));
        let created = world.call("PUT", "/runtimes/", &body).good(202);
        let path = format!("/runtimes/{}/", created.text("agentRuntimeId"));
        world.call("PUT", &path, &runtime_update()).good(202);
        let read = world.get(&path).good(200);
        assert_eq!(read.at("environmentVariables"), &variables, "{switch}");
        assert_eq!(read.at("lifecycleConfiguration/idleRuntimeSessionTimeout"), &json!(idle), "{switch}");
        let identity = "workloadIdentityDetails/workloadIdentityArn";
        assert_eq!(read.text(identity), created.text(identity));
    }
}

#[test]
fn an_endpoint_does_as_its_runtime() {
    for (switch, description) in
        [("omittedRuntimeMember=reset", Value::Null), ("omittedRuntimeMember=kept", json!("Main"))]
    {
        let mut world = World::switched(&[switch]);
        let id = world.create_runtime("agent");
        let endpoints = format!("/runtimes/{id}/runtime-endpoints/");
        world.call("PUT", &endpoints, &json!({"name": "prod", "description": "Main"})).good(202);
        world.call("PUT", &format!("{endpoints}prod/"), &json!({})).good(202);
        let read = world.get(&format!("{endpoints}prod/")).good(200);
        assert_eq!((read.at("description"), read.text("liveVersion").as_str()), (&description, "1"), "{switch}");
    }
}

#[test]
fn a_memory_keeps_what_is_left_out_or_loses_it() {
    for (switch, description) in
        [("omittedMemoryMember=kept", json!("Notes")), ("omittedMemoryMember=reset", Value::Null)]
    {
        let mut world = World::switched(&[switch]);
        let body = with(memory("notes", &json!([])), "description", "Notes");
        let id = world.call("POST", "/memories/create", &body).good(202).text("memory/id");
        world.call("PUT", &format!("/memories/{id}/update"), &json!({"eventExpiryDuration": 90})).good(202);
        let read = world.get(&format!("/memories/{id}/details")).good(200);
        assert_eq!(read.at("memory/description"), &description, "{switch}");
        assert_eq!(read.at("memory/eventExpiryDuration"), &json!(90));
    }
}
