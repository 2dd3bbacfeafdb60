//! Parses type expressions into JSON Schema: `id`, `text(1..200)|null`, `[Team]`, `{int}`,
//! `"win"|"draw"`.

use serde_json::{Value, json};

use crate::domain::number;

/// The schema of a type or of a union of types.
pub fn parse_type(text: &str) -> Result<Value, String> {
    let parts = split_union(text.trim());
    let (nulls, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| *part == "null");
    let literals: Option<Vec<_>> = others.iter().map(|part| string_literal(part)).collect();
    let mut schemas = match literals {
        Some(literals) if !literals.is_empty() => {
            vec![json!({ "type": "string", "enum": literals })]
        }
        _ => others.iter().map(|part| parse_single(part)).collect::<Result<Vec<_>, _>>()?,
    };
    if !nulls.is_empty() {
        schemas.push(json!({ "type": "null" }));
    }
    if schemas.len() > 1 {
        Ok(json!({ "anyOf": schemas }))
    } else {
        schemas.pop().ok_or("no type".into())
    }
}

/// Splits at the bars outside brackets.
fn split_union(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (index, character) in text.char_indices() {
        match character {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            '|' if depth == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn string_literal(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

fn strip_brackets(text: &str, open: char, close: char) -> Option<&str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

fn parse_single(text: &str) -> Result<Value, String> {
    if let Some(items) = strip_brackets(text, '[', ']') {
        return Ok(json!({ "type": "array", "items": parse_type(items)? }));
    }
    if let Some(values) = strip_brackets(text, '{', '}') {
        return Ok(json!({ "type": "object", "additionalProperties": parse_type(values)? }));
    }
    if let Some(literal) = string_literal(text) {
        return Ok(json!({ "const": literal }));
    }
    if text.starts_with(|first: char| first.is_ascii_uppercase()) {
        return Ok(json!({ "$ref": format!("#/components/schemas/{text}") }));
    }
    let (name, range) = match text.split_once('(') {
        Some((name, rest)) => (name, rest.strip_suffix(')')),
        None => (text, None),
    };
    let mut schema = primitive_schema(name).ok_or_else(|| format!("unknown type: {text}"))?;
    let bounds = range.and_then(|range| range.split_once(".."));
    let (lower_key, upper_key) =
        if name == "text" { ("minLength", "maxLength") } else { ("minimum", "maximum") };
    for (key, bound) in
        bounds.into_iter().flat_map(|(low, high)| [(lower_key, low), (upper_key, high)])
    {
        if !bound.is_empty() {
            schema[key] =
                serde_json::from_str(bound).map_err(|_| format!("invalid bound: {bound}"))?;
        }
    }
    Ok(schema)
}

fn primitive_schema(name: &str) -> Option<Value> {
    Some(match name {
        "id" => json!({ "type": "integer", "minimum": 1, "maximum": number::MAX_INTEGER }),
        // The default range is that of integers which every language can hold.
        "int" => {
            json!({ "type": "integer", "minimum": -number::MAX_INTEGER, "maximum": number::MAX_INTEGER })
        }
        "number" => json!({ "type": "number" }),
        "text" => json!({ "type": "string" }),
        "bool" => json!({ "type": "boolean" }),
        "time" => json!({ "type": "string", "format": "date-time" }),
        "uuid" => json!({ "type": "string", "format": "uuid" }),
        "object" => json!({ "type": "object" }),
        "any" => json!({}),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_parsed_into_json_schema() {
        let cases = [
            ("id", json!({ "type": "integer", "minimum": 1, "maximum": number::MAX_INTEGER })),
            (
                "int(0..)",
                json!({ "type": "integer", "minimum": 0, "maximum": number::MAX_INTEGER }),
            ),
            ("int(0..9)", json!({ "type": "integer", "minimum": 0, "maximum": 9 })),
            ("text(1..20)", json!({ "type": "string", "minLength": 1, "maxLength": 20 })),
            ("Team", json!({ "$ref": "#/components/schemas/Team" })),
            ("[bool]", json!({ "type": "array", "items": { "type": "boolean" } })),
            (
                "{[bool]}",
                json!({ "type": "object", "additionalProperties":
                { "type": "array", "items": { "type": "boolean" } } }),
            ),
            ("\"a\"|\"b\"", json!({ "type": "string", "enum": ["a", "b"] })),
            ("bool|null", json!({ "anyOf": [{ "type": "boolean" }, { "type": "null" }] })),
            (
                "[bool|null]",
                json!({ "type": "array", "items":
                { "anyOf": [{ "type": "boolean" }, { "type": "null" }] } }),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_type(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn invalid_types_are_errors() {
        for text in ["", "nothing", "int(a..)", "[strange]"] {
            assert!(parse_type(text).is_err(), "{text}");
        }
    }
}
