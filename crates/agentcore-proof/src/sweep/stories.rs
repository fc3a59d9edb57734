//! What users, others and AWS do, told once and used often: without troubles, and with one or two at each step.

use agentcore_api::names;
use agentcore_sim::{Fault as Mishap, FaultRule, Provision, settings::Served};
use serde_json::{Value, json};

use super::{
    server::{NAME, NAMESPACE},
    subject::Subject,
    trouble::{Operation, Trouble},
    world::{CLUSTER, World},
};

/// How a story ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The object is Ready, and AWS is as if the spec had been created just so.
    Ready,
    /// The object and its resource are gone.
    Gone,
    /// The object is gone, its resource is not.
    Left,
    /// The object waits for its user.
    Stalled,
}

/// A story.
pub struct Story<K: Subject> {
    pub name: &'static str,
    pub tell: fn(&mut World<K>),
    pub ends: Ends,
}

/// How long a change takes at most.
const CHANGE: i64 = 30;

fn create<K: Subject>(world: &mut World<K>) {
    world.create(K::base());
    world.run(CHANGE);
}

fn update<K: Subject>(world: &mut World<K>) {
    create(world);
    for edit in edits(world) {
        world.edit(&edit);
        world.run(CHANGE);
    }
}

fn update_while_creating<K: Subject>(world: &mut World<K>) {
    world.create(K::base());
    world.run(1);
    for edit in edits(world) {
        world.edit(&edit);
    }
    world.run(2 * CHANGE);
}

/// The edits of this kind that AWS can make.
fn edits<K: Subject>(world: &World<K>) -> Vec<Value> {
    let mut edits = K::edits();
    if K::IS_MEMORY && world.sim.settings().switches.memory_tags == Served::Refused {
        edits.retain(|edit| edit.get("tags").is_none());
    }
    edits
}

fn replace<K: Subject>(world: &mut World<K>) {
    create(world);
    if let Some(edit) = K::replacement() {
        world.edit(&edit);
    }
    world.run(2 * CHANGE);
}

fn delete<K: Subject>(world: &mut World<K>) {
    create(world);
    world.delete();
    world.run(CHANGE);
}

fn delete_while_creating<K: Subject>(world: &mut World<K>) {
    world.create(K::base());
    world.run(1);
    world.delete();
    world.run(2 * CHANGE);
}

fn retained<K: Subject>(world: &mut World<K>) {
    let mut spec = K::base();
    super::world::merge(&mut spec, &json!({ "deletionPolicy": "Retain" }));
    world.leaves = true;
    world.create(spec);
    world.run(CHANGE);
    world.delete();
    world.run(CHANGE);
}

/// The resource that an object has left is taken over by the next one of its name.
fn retained_and_created_again<K: Subject>(world: &mut World<K>) {
    retained(world);
    world.run(120);
    world.create(K::base());
    world.run(2 * CHANGE);
}

fn created_again<K: Subject>(world: &mut World<K>) {
    create(world);
    world.recreate = Some(K::base());
    world.delete();
    world.run(3 * CHANGE);
}

/// AWS refuses a new role for a time.
fn role_not_propagated<K: Subject>(world: &mut World<K>) {
    refuse::<K>(world, Trouble::Role, 3);
    create(world);
    world.run(CHANGE);
}

fn quota_full<K: Subject>(world: &mut World<K>) {
    refuse::<K>(world, Trouble::Quota, 2);
    create(world);
    world.run(300);
}

fn refuse<K: Subject>(world: &mut World<K>, trouble: Trouble, count: u64) {
    let error = trouble.error(Operation::Create, K::IS_MEMORY).expect("an error");
    let rule = FaultRule::new(Mishap::Error(error));
    world.sim.add_fault_rule(FaultRule { operation: Some(K::CREATE.to_owned()), count, ..rule });
}

/// What AWS accepts and can't do; then the user helps.
fn creation_fails<K: Subject>(world: &mut World<K>) {
    let rule =
        FaultRule::new(Mishap::Provision(Provision { state: String::new(), reason: Some("no room".to_owned()) }));
    world.sim.add_fault_rule(FaultRule { operation: Some(K::CREATE.to_owned()), ..rule });
    create(world);
    world.edit(&K::replacement().unwrap_or_else(K::late));
    world.run(3 * CHANGE);
}

fn edited_by_others<K: Subject>(world: &mut World<K>) {
    create(world);
    // Where AWS counts no versions, what differs sooner after our own write is taken for AWS's way of showing it.
    world.run(700);
    let uid = world.server.stored.as_ref().map(|stored| stored.uid.clone()).unwrap_or_default();
    for item in world.made_for(&uid) {
        if let Some((path, body)) = K::foreign_edit(&item.id) {
            // It may be refused: something may be under way.
            request(world, "PUT", &path, &body);
        }
    }
    world.run(700);
}

fn deleted_by_others<K: Subject>(world: &mut World<K>) {
    create(world);
    world.undo_creates();
    world.run(800);
}

/// A name that the user chose, and somebody else has.
fn name_taken<K: Subject>(world: &mut World<K>) {
    let name = "taken";
    others::<K>(world, [name.to_owned()]);
    let mut spec = K::base();
    super::world::merge(&mut spec, &json!({ K::NAME_FIELD: name }));
    world.create(spec);
    world.run(3 * CHANGE);
}

/// Many resources of others, among them some whose names begin like ours: look-ups go through several pages.
fn crowd<K: Subject>(world: &mut World<K>) {
    let name = names::aws_name(CLUSTER, K::NAME, NAMESPACE, NAME);
    let mut names: Vec<_> = (0..120).map(|number| format!("others{number}")).collect();
    let longer: String = name.chars().take(46).chain(['x']).collect();
    names.push(longer);
    others::<K>(world, names);
    create(world);
    // The record is lost, and found again.
    world.server.change(|stored| stored.status = Value::Null);
    world.wake = Some(world.now);
    world.run(200);
    world.delete();
    world.run(CHANGE);
}

/// Others create resources.
fn others<K: Subject>(world: &mut World<K>, names: impl IntoIterator<Item = String>) {
    for name in names {
        let (method, path, body) = K::stranger(&name);
        assert!(request(world, method, path, &body), "{name} is not created");
    }
    world.run(60);
    world.sim.advance(world.now);
    world.strangers = world.sim.inventory();
}

/// A request of somebody else, and whether AWS did what it asks.
fn request<K: Subject>(world: &mut World<K>, method: &str, path: &str, body: &Value) -> bool {
    let scope = "20270115/us-east-1/bedrock-agentcore/aws4_request";
    let authorization = format!("AWS4-HMAC-SHA256 Credential=AKIATEST/{scope}, SignedHeaders=host, Signature=0");
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", authorization)
        .header("content-type", "application/json")
        .body(body.to_string().into())
        .expect("a request");
    world.sim.handle(world.now, request).status().is_success()
}

/// All of them.
pub fn all<K: Subject>() -> Vec<Story<K>> {
    let story = |name, ends, tell: fn(&mut World<K>)| Story { name, tell, ends };
    let mut all = vec![
        story("create", Ends::Ready, create),
        story("update", Ends::Ready, update),
        story("update while creating", Ends::Ready, update_while_creating),
        story("delete", Ends::Gone, delete),
        story("delete while creating", Ends::Gone, delete_while_creating),
        story("retained", Ends::Left, retained),
        story("retained and created again", Ends::Ready, retained_and_created_again),
        story("created again", Ends::Ready, created_again),
        story("role not propagated", Ends::Ready, role_not_propagated),
        story("quota full", Ends::Ready, quota_full),
        story("creation fails", Ends::Ready, creation_fails),
        story("deleted by others", Ends::Ready, deleted_by_others),
        story("name taken", Ends::Stalled, name_taken),
        story("crowd", Ends::Gone, crowd),
    ];
    if K::foreign_edit("").is_some() {
        all.push(story("edited by others", Ends::Ready, edited_by_others));
    }
    if K::replacement().is_some() {
        all.push(story("replace", Ends::Ready, replace));
    }
    all
}

/// The kinds of AWS that the stories are told with: switches of the simulator.
pub fn clouds() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("plain", vec![]),
        ("no-tokens", vec!["tokenLifetimeSeconds=0"]),
        ("token60", vec!["tokenLifetimeSeconds=60", "failedRequestBindsToken=true", "memoryPage=100"]),
        ("free-names", vec!["runtimeNames=free", "updatedAtMoves=settle"]),
        ("no-tags", vec!["memoryTags=refused", "updateAfterFailedCreate=false"]),
        ("deleted", vec!["gone=deleted", "memoryActiveFirst=true"]),
        ("hiding", vec!["gone=access-denied", "omittedRuntimeMember=kept", "omittedMemoryMember=reset"]),
        ("lagging", vec!["listLagMs=3000", "readLagMs=300", "updatedAtMoves=tags"]),
        ("flaps", vec!["flaps=on", "runtimeDeletion=conflict"]),
    ]
}
