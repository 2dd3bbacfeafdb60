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
        /// The patch is applied by another implementation of RFC 7396.
        #[test]
        fn g15_a_state_with_its_patch_is_the_next_state(before in state(), after in state()) {
            let patch = Value::Object(difference(&before, &after));
            let mut patched = Value::Object(before);
            json_patch::merge(&mut patched, &patch);
            prop_assert_eq!(patched, Value::Object(after));
        }
    }
}
