//! The answers of a query service.

use roxmltree::Node;
use serde_json::{Map, Value};

use super::text::scalar;
use crate::model::{Kind, Member, Model, TimestampFormat};
use crate::violation::{Rule, Violation};

/// The elements in an element.
pub(crate) fn children<'a, 'b>(node: Node<'a, 'b>) -> impl Iterator<Item = Node<'a, 'b>> {
    node.children().filter(Node::is_element)
}

/// The first element of that name in an element.
pub(crate) fn child<'a, 'b>(node: Node<'a, 'b>, name: &str) -> Option<Node<'a, 'b>> {
    children(node).find(|child| child.tag_name().name() == name)
}

/// The document that the element is, read as the member's shape.
pub(crate) fn typed(
    model: &Model,
    member: &Member,
    node: Node<'_, '_>,
    place: &str,
    found: &mut Vec<Violation>,
) -> Value {
    let shape = model.shape(&member.shape);
    match shape.kind {
        Kind::Structure => Value::Object(members(model, member, children(node), place, found)),
        Kind::List => {
            let item = shape.member.as_ref();
            let name = item.and_then(|item| item.location_name.as_deref()).unwrap_or("member");
            let mut items = vec![];
            for child in children(node) {
                let place = format!("{place}[{}]", items.len());
                match item {
                    Some(item) if child.tag_name().name() == name => {
                        items.push(typed(model, item, child, &place, found));
                    }
                    _ => {
                        let detail = format!("the element {}, where a list has {name}", child.tag_name().name());
                        found.push(Violation::new(place, Rule::Unknown, detail));
                    }
                }
            }
            Value::Array(items)
        }
        Kind::Map => {
            let mut map = Map::new();
            for entry in children(node) {
                match (child(entry, "key"), child(entry, "value"), shape.value.as_ref()) {
                    (Some(key), Some(value), Some(of)) if entry.tag_name().name() == "entry" => {
                        let key = key.text().unwrap_or_default();
                        map.insert(key.to_owned(), typed(model, of, value, &format!("{place}.{key}"), found));
                    }
                    _ => {
                        let detail = format!("the element {} is no entry of a map", entry.tag_name().name());
                        found.push(Violation::new(place, Rule::Unknown, detail));
                    }
                }
            }
            Value::Object(map)
        }
        kind => {
            if let Some(child) = children(node).next() {
                let detail = format!("the element {}, where a text should be", child.tag_name().name());
                found.push(Violation::new(place, Rule::Type, detail));
            }
            let text: String = node.children().filter_map(|node| node.text()).collect();
            let format = member.timestamp_format.or(shape.timestamp_format).unwrap_or(TimestampFormat::Iso8601);
            scalar(kind, format, &text)
        }
    }
}

/// The members of a structure, from the elements that stand for them.
pub(crate) fn members<'a, 'b>(
    model: &Model,
    member: &Member,
    nodes: impl Iterator<Item = Node<'a, 'b>>,
    place: &str,
    found: &mut Vec<Violation>,
) -> Map<String, Value>
where
    'b: 'a,
{
    let shape = model.shape(&member.shape);
    let mut map = Map::new();
    for node in nodes {
        let name = node.tag_name().name();
        let place = format!("{place}.{name}");
        let member = shape.members.iter().find(|(known, member)| member.wire_name(known) == name);
        let value = match member {
            Some((_, member)) => typed(model, member, node, &place, found),
            // The check says that the model lacks it.
            None => Value::String(node.text().unwrap_or_default().to_owned()),
        };
        if map.insert(name.to_owned(), value).is_some() {
            found.push(Violation::new(place, Rule::Unknown, "the element is there twice"));
        }
    }
    map
}
