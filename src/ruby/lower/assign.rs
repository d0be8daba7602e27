//! Assignments and what can be assigned to.

use super::{boxed, expr, list, name};
use crate::ruby::ast::{Expr, Kind, Operator, Place};
use ecow::EcoString;
use ruby_prism::{ArgumentsNode, Node};

pub(super) fn write(node: &Node<'_>) -> Option<Kind> {
    plain(node).or_else(|| update_variable(node)).or_else(|| update_index(node)).or_else(|| several(node))
}

fn plain(node: &Node<'_>) -> Option<Kind> {
    if let Some(write) = node.as_local_variable_write_node() {
        return Some(Kind::Assign(Box::new(Place::Local(name(&write.name()))), boxed(&write.value())));
    }
    if let Some(write) = node.as_instance_variable_write_node() {
        return Some(Kind::Assign(Box::new(Place::Instance(name(&write.name()))), boxed(&write.value())));
    }
    let write = node.as_constant_write_node()?;
    Some(Kind::Assign(Box::new(Place::Local(name(&write.name()))), boxed(&write.value())))
}

fn update(place: Place, operator: Operator, value: &Node<'_>) -> Option<Kind> {
    Some(Kind::Update(Box::new(place), operator, boxed(value)))
}

fn update_variable(node: &Node<'_>) -> Option<Kind> {
    if let Some(n) = node.as_local_variable_operator_write_node() {
        return update(Place::Local(name(&n.name())), Operator::Method(name(&n.binary_operator())), &n.value());
    }
    if let Some(n) = node.as_local_variable_or_write_node() {
        return update(Place::Local(name(&n.name())), Operator::Or, &n.value());
    }
    if let Some(n) = node.as_local_variable_and_write_node() {
        return update(Place::Local(name(&n.name())), Operator::And, &n.value());
    }
    if let Some(n) = node.as_instance_variable_operator_write_node() {
        return update(Place::Instance(name(&n.name())), Operator::Method(name(&n.binary_operator())), &n.value());
    }
    if let Some(n) = node.as_instance_variable_or_write_node() {
        return update(Place::Instance(name(&n.name())), Operator::Or, &n.value());
    }
    let n = node.as_instance_variable_and_write_node()?;
    update(Place::Instance(name(&n.name())), Operator::And, &n.value())
}

fn index(receiver: Option<Node<'_>>, args: Option<ArgumentsNode<'_>>) -> Place {
    match receiver {
        Some(receiver) => Place::Index(expr(&receiver), args.map_or_else(Vec::new, |a| list(&a.arguments()))),
        None => Place::Beyond("index without receiver".into()),
    }
}

fn update_index(node: &Node<'_>) -> Option<Kind> {
    if let Some(n) = node.as_index_operator_write_node() {
        let operator = Operator::Method(name(&n.binary_operator()));
        return update(index(n.receiver(), n.arguments()), operator, &n.value());
    }
    if let Some(n) = node.as_index_or_write_node() {
        return update(index(n.receiver(), n.arguments()), Operator::Or, &n.value());
    }
    let n = node.as_index_and_write_node()?;
    update(index(n.receiver(), n.arguments()), Operator::And, &n.value())
}

fn several(node: &Node<'_>) -> Option<Kind> {
    let write = node.as_multi_write_node()?;
    let mut places: Vec<Place> = write.lefts().iter().map(|n| target(&n)).collect();
    places.extend(write.rest().map(|rest| rest_target(&rest)));
    places.extend(write.rights().iter().map(|n| target(&n)));
    Some(Kind::Destructure(places, boxed(&write.value())))
}

fn rest_target(node: &Node<'_>) -> Place {
    let inner = node.as_splat_node().and_then(|s| s.expression());
    Place::Rest(inner.map(|n| Box::new(target(&n))))
}

/// What stands to the left of an assignment.
pub(super) fn target(node: &Node<'_>) -> Place {
    if let Some(local) = node.as_local_variable_target_node() {
        return Place::Local(name(&local.name()));
    }
    if let Some(instance) = node.as_instance_variable_target_node() {
        return Place::Instance(name(&instance.name()));
    }
    if let Some(at) = node.as_index_target_node() {
        return index(Some(at.receiver()), at.arguments());
    }
    if let Some(group) = node.as_multi_target_node() {
        let mut places: Vec<Place> = group.lefts().iter().map(|n| target(&n)).collect();
        places.extend(group.rest().map(|rest| rest_target(&rest)));
        places.extend(group.rights().iter().map(|n| target(&n)));
        return Place::Group(places);
    }
    Place::Beyond("assignment target".into())
}

/// The place that an expression names, for methods that change their receiver.
pub(crate) fn place_of(expr: &Expr) -> Option<PlaceRef<'_>> {
    match &expr.kind {
        Kind::Local(name) => Some(PlaceRef::Local(name)),
        Kind::Instance(name) => Some(PlaceRef::Instance(name)),
        Kind::Call(call) if call.name == "[]" => Some(PlaceRef::Index(call.receiver.as_ref()?, &call.args)),
        Kind::Update(place, _, _) => match place.as_ref() {
            Place::Local(name) => Some(PlaceRef::Local(name)),
            Place::Instance(name) => Some(PlaceRef::Instance(name)),
            Place::Index(receiver, args) => Some(PlaceRef::Index(receiver, args)),
            _ => None,
        },
        _ => None,
    }
}

/// A place by reference.
#[derive(Clone, Copy)]
pub(crate) enum PlaceRef<'a> {
    Local(&'a EcoString),
    Instance(&'a EcoString),
    Index(&'a Expr, &'a [Expr]),
}
