//! What users, others and AWS do, told once and used often: without troubles, and with one or two at each step.

use agentcore_api::{keys::tag, names};
use agentcore_engine::object::Namespaces;
use agentcore_sim::{Fault as Mishap, FaultRule, InventoryItem, Provision, Settings, settings::Served};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    server::{NAME, NAMESPACE, NAMESPACE_UID},
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

impl<K: Subject> Story<K> {
    /// Whether it can be told where AWS is so. Where the tags of what is adopted can't be read, nothing proves whose it
    /// is or becomes: there the engine's own tests tell what happens.
    pub fn is_of(&self, settings: &Settings) -> bool {
        !(self.name.starts_with("adopt") && tagless::<K>(settings))
    }
}

/// Whether AWS does not tell the tags of this kind.
pub fn tagless<K: Subject>(settings: &Settings) -> bool {
    K::IS_MEMORY && settings.switches.memory_tags == Served::Refused
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

/// A part of a resource is not wanted any more, and no tags tell whose it is.
fn part_removed<K: Subject>(world: &mut World<K>) {
    create(world);
    for edit in edits(world).into_iter().chain(K::removal()) {
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
    if tagless::<K>(world.sim.settings()) {
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
    others::<K>(world, [K::stranger(name)]);
    let mut spec = K::base();
    super::world::merge(&mut spec, &json!({ K::NAME_FIELD: name }));
    world.create(spec);
    world.run(3 * CHANGE);
}

/// Somebody else's resource has the name that the object's would have.
fn squatted<K: Subject>(world: &mut World<K>) {
    let name = names::aws_name(CLUSTER, K::NAME, NAMESPACE, NAME);
    others::<K>(world, [K::stranger(&name)]);
    world.create(K::base());
    world.run(300);
}

/// Many resources of others, among them some whose names begin like ours: look-ups go through several pages.
fn crowd<K: Subject>(world: &mut World<K>) {
    let name = names::aws_name(CLUSTER, K::NAME, NAMESPACE, NAME);
    let longer: String = name.chars().take(46).chain(['x']).collect();
    let names = (0..120).map(|number| format!("others{number}")).chain([longer]);
    others::<K>(world, names.map(|name| K::stranger(&name)));
    create(world);
    // The record is lost, and found again.
    world.server.change(|stored| stored.status = Value::Null);
    world.wake = Some(world.now);
    world.run(200);
    world.delete();
    world.run(CHANGE);
}

/// The name of what is adopted.
pub const THEIRS: &str = "theirs";

/// The operator may adopt, and others have something with these tags. Its id.
fn adoptable<K: Subject>(world: &mut World<K>, tags: &Value) -> String {
    world.settings.adoption = Namespaces::Only(vec![NAMESPACE.to_owned()]);
    let (method, path, mut body) = K::adoptable(THEIRS);
    super::world::merge(&mut body, &json!({ "tags": tags }));
    others::<K>(world, [(method, path, body)]);
    let theirs = world.strangers.iter().find(|item| item.kind == K::RESOURCE && item.name == THEIRS);
    theirs.map(|theirs| theirs.id.clone()).expect("it was created")
}

/// The tags of the resource of an object called `other`.
fn tags_of_other<K: Subject>(cluster: &str) -> Value {
    json!({
        tag::CLUSTER: cluster, tag::NAMESPACE: NAMESPACE, tag::NAMESPACE_UID: NAMESPACE_UID,
        tag::KIND: K::NAME, tag::NAME: "other", tag::UID: OTHER,
    })
}

/// The uid of another object.
const OTHER: &str = "uid-of-other";

/// From now on it is the object's, with all that AWS has made for it.
fn spare<K: Subject>(world: &mut World<K>, id: &str) {
    let belongs =
        |item: &InventoryItem| item.id.starts_with(id) || item.owner.as_ref().is_some_and(|arn| arn.ends_with(id));
    world.strangers.retain(|item| !belongs(item));
}

/// What is adopted is kept, as by default.
fn adopted_by_id<K: Subject>(world: &mut World<K>) {
    let id = adoptable(world, &json!({}));
    spare(world, &id);
    let mut spec = K::base();
    super::world::merge(&mut spec, &json!({ "adopt": { "id": id }, "deletionPolicy": null }));
    world.leaves = true;
    world.create(spec);
    world.run(2 * CHANGE);
}

/// What an object of this cluster had that is no more; the object is deleted, and it goes too.
fn adopted_by_name<K: Subject>(world: &mut World<K>) {
    let id = adoptable(world, &tags_of_other::<K>(CLUSTER));
    spare(world, &id);
    let mut spec = K::base();
    let adopt = json!({ "adopt": { "byName": true }, K::NAME_FIELD: THEIRS, "deletionPolicy": "Delete" });
    super::world::merge(&mut spec, &adopt);
    world.leaves = true;
    world.create(spec);
    world.run(2 * CHANGE);
    world.delete();
    world.run(CHANGE);
}

/// What a live object has is not adopted.
fn adopts_anothers<K: Subject>(world: &mut World<K>) {
    world.others.insert(OTHER.to_owned());
    adopts_in_vain(world, CLUSTER);
}

/// What another cluster has is not adopted.
fn adopts_another_clusters<K: Subject>(world: &mut World<K>) {
    adopts_in_vain(world, "elsewhere");
}

fn adopts_in_vain<K: Subject>(world: &mut World<K>, cluster: &str) {
    let id = adoptable(world, &tags_of_other::<K>(cluster));
    let mut spec = K::base();
    super::world::merge(&mut spec, &json!({ "adopt": { "id": id } }));
    // Its tags tell the judge that it is of an object; which is another.
    world.leaves = true;
    world.create(spec);
    world.run(CHANGE);
}

/// Others create resources.
fn others<K: Subject>(world: &mut World<K>, requests: impl IntoIterator<Item = (&'static str, &'static str, Value)>) {
    for (method, path, body) in requests {
        // As fast as AWS lets them.
        let created = (0..10).any(|_| {
            let created = request(world, method, path, &body);
            world.now += SignedDuration::from_millis(if created { 0 } else { 500 });
            created
        });
        assert!(created, "{body} is not created");
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
        story("squatted", Ends::Stalled, squatted),
        story("crowd", Ends::Gone, crowd),
        story("adopted by id", Ends::Ready, adopted_by_id),
        story("adopted by name", Ends::Gone, adopted_by_name),
        story("adopts another's", Ends::Stalled, adopts_anothers),
        story("adopts another cluster's", Ends::Stalled, adopts_another_clusters),
    ];
    if K::foreign_edit("").is_some() {
        all.push(story("edited by others", Ends::Ready, edited_by_others));
    }
    if K::removal().is_some() {
        all.push(story("part removed", Ends::Ready, part_removed));
    }
    if K::replacement().is_some() {
        all.push(story("replace", Ends::Ready, replace));
    }
    all
}
