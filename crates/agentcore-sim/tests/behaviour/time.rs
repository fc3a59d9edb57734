//! The realistic mode: durations, lags, flaps.

use agentcore_sim::Settings;
use serde_json::{Value, json};

use crate::world::{World, memory, semantic};

fn realistic(assignments: &[&str]) -> World {
    let mut settings = Settings::realistic();
    for assignment in ["flaps=off", "readLagMs=0", "listLagMs=0", "latencyMs=0"].iter().chain(assignments) {
        settings.set(assignment).unwrap();
    }
    World::with(settings)
}

fn states(world: &mut World, id: &str) -> (String, Vec<String>) {
    let read = world.get(&format!("/memories/{id}/details")).good(200);
    let strategies = read.at("memory/strategies").as_array().unwrap();
    (read.text("memory/status"), strategies.iter().map(|one| one["status"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn strategies_become_active_one_after_another_and_the_memory_with_the_last() {
    let mut world = realistic(&[]);
    let id = world.create_memory("notes", &json!([semantic("a"), semantic("b"), semantic("c")]));
    assert_eq!(states(&mut world, &id).1, ["CREATING"; 3]);
    let refused = world.call("PUT", &format!("/memories/{id}/update"), &json!({})).status;
    assert_eq!(refused, 409);
    world.call("DELETE", &format!("/memories/{id}/delete"), &Value::Null).bad(409, "ConflictException");
    let mut counts = Vec::new();
    let mut seconds = 0;
    loop {
        world.wait(1.0);
        seconds += 1;
        let (memory, strategies) = states(&mut world, &id);
        let active = strategies.iter().filter(|state| *state == "ACTIVE").count();
        if counts.last() != Some(&active) {
            counts.push(active);
        }
        assert_eq!(memory == "ACTIVE", active == 3);
        if memory == "ACTIVE" {
            break;
        }
    }
    assert_eq!(counts, [0, 1, 2, 3]);
    assert!((160..=191).contains(&seconds), "{seconds}");
}

#[test]
fn speed_divides() {
    let mut settings = Settings::realistic();
    settings.speed = 100.0;
    settings.set("flaps=off").unwrap();
    settings.set("readLagMs=0").unwrap();
    let mut world = World::with(settings);
    let id = world.create_memory("notes", &json!([semantic("a")]));
    world.wait(1.5);
    assert_eq!(states(&mut world, &id).0, "CREATING");
    world.wait(0.5);
    assert_eq!(states(&mut world, &id).0, "ACTIVE");
}

#[test]
fn a_memory_can_be_active_before_its_strategies() {
    for mut world in [World::switched(&["memoryActiveFirst=true"]), realistic(&["memoryActiveFirst=true"])] {
        let id = world.create_memory("notes", &json!([semantic("a")]));
        let mut seen = false;
        for _ in 0..200 {
            let (memory, strategies) = states(&mut world, &id);
            if memory == "ACTIVE" && strategies == ["CREATING"] {
                seen = true;
                let refused = world.call("PUT", &format!("/memories/{id}/update"), &json!({}));
                let refused = refused.bad(400, "ValidationException");
                assert!(refused.text("message").contains("Cannot update memory while strategies are being modified"));
            }
            world.wait(1.0);
        }
        assert!(seen);
        assert_eq!(states(&mut world, &id).1, ["ACTIVE"]);
    }
}

#[test]
fn new_resources_cannot_be_read_for_a_moment_and_lists_are_late() {
    let mut world = World::switched(&["readLagMs=500", "listLagMs=2000"]);
    let id = world.create_memory("notes", &json!([]));
    let path = format!("/memories/{id}/details");
    world.get(&path).bad(404, "ResourceNotFoundException");
    world.wait(0.6);
    world.get(&path).good(200);
    let listed = |world: &mut World| world.call("POST", "/memories/", &Value::Null).good(200).at("memories").clone();
    assert_eq!(listed(&mut world), json!([]));
    world.wait(1.5);
    assert_eq!(listed(&mut world)[0]["id"], json!(id));
    world.call("DELETE", &format!("/memories/{id}/delete"), &Value::Null).good(202);
    world.get(&path).bad(404, "ResourceNotFoundException");
    assert_eq!(listed(&mut world)[0]["status"], "DELETING");
    world.wait(2.1);
    assert_eq!(listed(&mut world), json!([]));
}

#[test]
fn reads_flap_and_the_truth_does_not() {
    let mut flapped = false;
    for seed in 0..20 {
        let mut settings = Settings { seed, ..Settings::realistic() };
        settings.set("readLagMs=0").unwrap();
        let mut world = World::with(settings);
        let id = world.create_memory("notes", &json!([]));
        let mut good = false;
        for _ in 0..300 {
            let shown = world.get(&format!("/memories/{id}/details")).good(200).text("memory/status");
            flapped |= good && shown == "CREATING";
            good |= shown == "ACTIVE";
            assert!(!good || world.sim.inventory()[0].status == "ACTIVE");
            world.wait(0.1);
        }
        assert!(good);
    }
    assert!(flapped);
}

#[test]
fn each_answer_is_held_back_by_the_latency() {
    let mut world = World::switched(&["latencyMs=25"]);
    assert_eq!(world.call("POST", "/memories/", &Value::Null).delivery.delay.as_millis(), 25);
}

#[test]
fn the_clock_of_the_services_can_be_wrong() {
    for (skew, date) in [(0, "Fri, 15 Jan 2027 08:00:00 GMT"), (-90_000, "Fri, 15 Jan 2027 07:58:30 GMT")] {
        let mut world = World::switched(&[&format!("clockSkewMs={skew}")]);
        let id = world.create_memory("notes", &json!([]));
        let read = world.get(&format!("/memories/{id}/details")).good(200);
        let truth = json!(if skew == 0 { 1_800_000_000.0 } else { 1_799_999_910.0 });
        assert_eq!(read.at("memory/createdAt"), &truth);
        assert_eq!(read.headers["date"], date);
        assert_eq!(world.admin("GET", "inventory", &Value::Null).headers["date"], date);
    }
}

#[test]
fn the_time_of_the_last_update_moves_as_the_switch_says() {
    for (switch, settled, tagged) in [
        ("updatedAtMoves=write", false, false),
        ("updatedAtMoves=settle", true, false),
        ("updatedAtMoves=tags", true, true),
    ] {
        let mut world = realistic(&[switch]);
        let created = world.call("POST", "/memories/create", &memory("notes", &json!([]))).good(202);
        let (id, arn) = (created.text("memory/id"), created.text("memory/arn"));
        let updated = |world: &mut World| {
            world.get(&format!("/memories/{id}/details")).good(200).at("memory/updatedAt").as_f64().unwrap()
        };
        let first = updated(&mut world);
        world.wait(30.0);
        let second = updated(&mut world);
        assert_eq!(second > first, settled, "{switch}");
        let path = format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"));
        world.call("POST", &path, &json!({"tags": {"a": "b"}})).good(204);
        assert_eq!(updated(&mut world) > second, tagged, "{switch}");
    }
}
