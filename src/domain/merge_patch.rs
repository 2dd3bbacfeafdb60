//! Merge patches (RFC 7396): what turns one state into another.

use serde_json::{Map, Value};

/// The patch that turns the state `before` into `after`: `{}` if they are equal.
///
/// States are objects without nulls, since a null in a patch removes a member (RFC 7396, 2).
/// Objects are compared member by member; all other values, arrays included, are replaced as a
/// whole.
pub fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (name, value) in after {
        match (before.get(name), value) {
            (Some(previous), value) if previous == value => {}
            (Some(Value::Object(previous)), Value::Object(value)) => {
                patch.insert(name.clone(), Value::Object(difference(previous, value)));
            }
            // A patch's empty object leaves an object as it is, so a member that becomes an object
            // has to come with all it holds, and it does: there was no object before.
            (_, value) => {
                patch.insert(name.clone(), value.clone());
            }
        }
    }
    let removed = before.keys().filter(|name| !after.contains_key(*name));
    patch.extend(removed.map(|name| (name.clone(), Value::Null)));
    patch
}

/// Patches a state (RFC 7396, 2).
pub fn apply(state: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, change) in patch {
        match (state.get_mut(&name), change) {
            (_, Value::Null) => drop(state.remove(&name)),
            (Some(Value::Object(member)), Value::Object(change)) => apply(member, change),
            (_, Value::Object(change)) => {
                let mut member = Map::new();
                apply(&mut member, change);
                state.insert(name, Value::Object(member));
            }
            (_, change) => drop(state.insert(name, change)),
        }
    }
}

/// Drops all members that are null, at any depth, as a state has none.
pub fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let members = fields.into_iter().filter(|(_, member)| !member.is_null());
            Value::Object(members.map(|(name, member)| (name, without_nulls(member))).collect())
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        leaf => leaf,
    }
}

/// What is wrong with a state, if anything: its members are objects, nothing in it is null, and no
/// list grows.
#[cfg(test)]
pub fn state_fault(state: &Map<String, Value>) -> Option<String> {
    /// Balls of one over, with all wides; scorers of a ball.
    const MAX_LIST_ITEMS: usize = 100;
    fn fault(value: &Value) -> Option<&'static str> {
        match value {
            Value::Null => Some("is null"),
            Value::Array(items) if items.len() > MAX_LIST_ITEMS => Some("is a long list"),
            Value::Array(items) => items.iter().find_map(fault),
            Value::Object(members) => members.values().find_map(fault),
            _ => None,
        }
    }
    state.iter().find_map(|(name, member)| {
        let detail = if member.is_object() { fault(member) } else { Some("is no object") };
        detail.map(|detail| format!("{name}: something {detail}"))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn g15_a_patch_names_what_differs_and_nothing_else() {
        let cases = [
            (json!({}), json!({}), json!({})),
            (json!({"a": 1}), json!({"a": 1}), json!({})),
            (json!({"a": 1}), json!({"a": 2}), json!({"a": 2})),
            (json!({"a": 1}), json!({}), json!({"a": null})),
            (json!({"a": {}}), json!({}), json!({"a": null})),
            (json!({}), json!({"a": {}}), json!({"a": {}})),
            (json!({"a": {"b": 1, "c": 2}}), json!({"a": {"c": 2}}), json!({"a": {"b": null}})),
            (json!({"a": [1, 2]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"a": 1}), json!({"a": {"b": 1}}), json!({"a": {"b": 1}})),
            (json!({"a": {"b": 1}}), json!({"a": 1}), json!({"a": 1})),
        ];
        for (before, after, expected) in cases {
            let patch = difference(&object(before.clone()), &object(after.clone()));
            assert_eq!(Value::Object(patch), expected, "{before} → {after}");
        }
    }

    #[test]
    fn a_state_has_no_nulls_at_any_depth() {
        let value = json!({"a": null, "b": {"c": null, "d": [{"e": null, "f": 1}]}, "g": {}});
        assert_eq!(without_nulls(value), json!({"b": {"d": [{"f": 1}]}, "g": {}}));
    }

    /// States: objects of objects, numbers, texts and arrays, without nulls.
    fn state() -> impl Strategy<Value = Map<String, Value>> {
        let leaf = prop_oneof![
            (0..4_i64).prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from),
            prop::collection::vec(0..3_i64, 0..3).prop_map(Value::from),
        ];
        let members = leaf.prop_recursive(3, 24, 4, |inner| {
            prop::collection::btree_map("[a-d]", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect()))
        });
        prop::collection::btree_map("[a-d]", members, 0..4)
            .prop_map(|fields| fields.into_iter().collect())
    }

    proptest! {
        /// The patch is also applied by another implementation of RFC 7396.
        #[test]
        fn g15_a_state_with_its_patch_is_the_next_state(before in state(), after in state()) {
            let patch = difference(&before, &after);
            let mut patched = Value::Object(before.clone());
            json_patch::merge(&mut patched, &Value::Object(patch.clone()));
            prop_assert_eq!(&patched, &Value::Object(after.clone()));
            let mut applied = before;
            apply(&mut applied, patch);
            prop_assert_eq!(applied, after);
        }
    }
}
