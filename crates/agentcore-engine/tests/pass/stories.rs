//! What users do, told once and used twice: without troubles, and with one at each step.

use agentcore_api::common::{Adopt, Drift};
use agentcore_engine::{known::Referrer, object::Namespaces};
use jiff::SignedDuration;

use crate::{
    aws::{Gone, Switches},
    bench::Bench,
    toy::Spec,
};

/// A story, and whether nothing happens any more when it is over.
pub struct Story<const U: bool> {
    pub name: &'static str,
    pub tell: fn(&mut Bench<U>),
    pub quiet: bool,
}

pub fn spec() -> Spec {
    Spec { description: Some("first".to_owned()), ..Spec::default() }
}

pub fn described(text: &str) -> Spec {
    Spec { description: Some(text.to_owned()), ..Spec::default() }
}

pub fn tag<const U: bool>(bench: &mut Bench<U>, tags: &[(&str, &str)]) {
    let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    bench.edit(|spec| spec.common.tags = Some(tags));
}

fn life<const U: bool>(bench: &mut Bench<U>) {
    bench.create(spec());
    bench.run(40);
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    bench.run(30);
    tag(bench, &[("a", "1"), ("b", "2")]);
    bench.run(20);
    tag(bench, &[("b", "3")]);
    bench.run(20);
}

fn birth_and_death<const U: bool>(bench: &mut Bench<U>) {
    bench.create(spec());
    bench.run(30);
    bench.delete();
    bench.run(30);
}

fn short_life<const U: bool>(bench: &mut Bench<U>) {
    bench.create(spec());
    bench.run(3);
    bench.delete();
    bench.run(60);
}

fn quick_edits<const U: bool>(bench: &mut Bench<U>) {
    bench.create(Spec { late: Some("x".to_owned()), children: vec!["one".to_owned()], ..spec() });
    bench.run(3);
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    bench.run(1);
    bench.edit(|spec| spec.children.push("two".to_owned()));
    bench.edit(|spec| spec.description = Some("third".to_owned()));
    bench.run(60);
}

fn replacement<const U: bool>(bench: &mut Bench<U>) {
    bench.create(Spec { fixed: Some("x".to_owned()), ..spec() });
    bench.run(30);
    bench.edit(|spec| spec.fixed = Some("y".to_owned()));
    bench.run(60);
}

fn correction<const U: bool>(bench: &mut Bench<U>) {
    bench.create(described("fails"));
    bench.run(30);
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(60);
}

fn failure<const U: bool>(bench: &mut Bench<U>) {
    bench.create(described("fails"));
    bench.run(30);
}

fn failed_update<const U: bool>(bench: &mut Bench<U>) {
    bench.create(spec());
    bench.run(30);
    bench.edit(|spec| spec.description = Some("fails".to_owned()));
    bench.run(30);
    bench.edit(|spec| spec.description = Some("good".to_owned()));
    bench.run(30);
}

fn taken_name<const U: bool>(bench: &mut Bench<U>) {
    let now = bench.now;
    bench.home().stranger("mine", [("k".to_owned(), "v".to_owned())].into(), now - SignedDuration::from_mins(5));
    bench.create(Spec { name: Some("mine".to_owned()), ..spec() });
    bench.run(30);
    bench.edit(|spec| spec.name = Some("other".to_owned()));
    bench.run(200);
}

fn lost_record<const U: bool>(bench: &mut Bench<U>) {
    bench.create(spec());
    bench.run(30);
    bench.change(|stored| stored.status = serde_json::json!({}));
    bench.run(150);
}

fn deleted_by_others<const U: bool>(bench: &mut Bench<U>) {
    bench.create(spec());
    bench.run(30);
    let now = bench.now;
    bench.home().resources.iter_mut().for_each(|resource| resource.becomes(now, vec![(SignedDuration::ZERO, None)]));
    bench.run(700);
}

fn retained<const U: bool>(bench: &mut Bench<U>) {
    let mut spec = spec();
    spec.common.deletion_policy = Some(agentcore_api::common::DeletionPolicy::Retain);
    bench.create(spec);
    bench.run(30);
    bench.delete();
    bench.run(100);
}

/// An object leaves its resource, and another of its name comes.
fn taken_over<const U: bool>(bench: &mut Bench<U>) {
    retained(bench);
    bench.run(300);
    let ids: Vec<_> = bench.home().resources.iter().map(|resource| resource.id.clone()).collect();
    bench.home().granted.extend(ids.into_iter().map(|id| (id, "uid-2".to_owned())));
    bench.create(described("second"));
    bench.run(60);
}

/// What was in AWS is adopted, edited, and kept or deleted in the end.
fn adopted<const U: bool>(bench: &mut Bench<U>) {
    let now = bench.now;
    bench.home().stranger("theirs", [("k".to_owned(), "v".to_owned())].into(), now - SignedDuration::from_mins(5));
    bench.home().granted.push(("theirs-s0".to_owned(), "uid-1".to_owned()));
    bench.settings.adoption = Namespaces::All;
    let mut spec = spec();
    spec.common.adopt = Some(Adopt { id: Some("theirs-s0".to_owned()), by_name: None });
    bench.create(spec);
    bench.run(40);
    bench.edit(|spec| spec.description = Some("second".to_owned()));
    bench.run(30);
    tag(bench, &[("a", "1")]);
    bench.run(30);
}

fn adopted_and_deleted<const U: bool>(bench: &mut Bench<U>) {
    adopted(bench);
    bench.edit(|spec| spec.common.deletion_policy = Some(agentcore_api::common::DeletionPolicy::Delete));
    bench.delete();
    bench.run(60);
}

fn drift<const U: bool>(bench: &mut Bench<U>) {
    let mut spec = spec();
    spec.common.drift = Drift::Report;
    bench.create(spec);
    bench.run(30);
    bench.others_change(|settings| settings.description = Some("theirs".to_owned()));
    bench.run(700);
    bench.edit(|spec| spec.role = Some("arn:aws:iam::123456789012:role/AmazonBedrockAgentCoreX".to_owned()));
    bench.run(60);
}

fn in_use<const U: bool>(bench: &mut Bench<U>) {
    bench.create(spec());
    bench.run(30);
    bench.attachments = vec!["prod".to_owned()];
    bench.referrers = vec![Referrer { name: "a".to_owned(), deleting_since: None }];
    bench.delete();
    bench.run(60);
    bench.referrers.clear();
    bench.run(60);
    bench.attachments.clear();
    bench.run(60);
}

/// All of them.
pub fn all<const U: bool>() -> Vec<Story<U>> {
    let quiet = |name, tell: fn(&mut Bench<U>)| Story { name, tell, quiet: true };
    vec![
        quiet("life", life),
        quiet("birth and death", birth_and_death),
        quiet("short life", short_life),
        quiet("quick edits", quick_edits),
        quiet("replacement", replacement),
        quiet("correction", correction),
        Story { name: "failure", tell: failure, quiet: false },
        quiet("failed update", failed_update),
        quiet("taken name", taken_name),
        quiet("lost record", lost_record),
        quiet("deleted by others", deleted_by_others),
        quiet("retained", retained),
        quiet("in use", in_use),
        quiet("drift", drift),
        quiet("taken over", taken_over),
        quiet("adopted", adopted),
        quiet("adopted and deleted", adopted_and_deleted),
    ]
}

/// The kinds of AWS that the stories are told with.
pub fn clouds() -> Vec<(&'static str, Switches)> {
    let seconds = SignedDuration::from_secs;
    let plain = Switches::default();
    vec![
        ("plain", plain.clone()),
        ("lagging", Switches { lag: seconds(3), lists_tell_names: false, ..plain.clone() }),
        ("no tags", Switches { tags_listable: false, lists_tell_names: false, versions: false, ..plain.clone() }),
        ("hiding", Switches { gone: Gone::Denied, ..plain.clone() }),
        ("showing", Switches { gone: Gone::Deleted, flaps: Some(7), busy_refuses_delete: false, ..plain }),
    ]
}
