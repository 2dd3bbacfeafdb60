//! Parses the texts in `api/` into a document. Blocks are separated by empty lines; the first
//! line of a block determines its kind:
//!
//! | first line | then, indented |
//! | --- | --- |
//! | `= Teams` | description of this part of the API |
//! | `? limit int(1..500)` | description of a parameter; a header's name begins with a capital |
//! | `@conflicts wrong-state …` | more codes: together a named group, to which others may add |
//! | `Team`, `NewTeam (sent)`, `Word = "a"\|"b"` | fields of a schema: `name: type -- text`,
//! `name?: …` if optional, `+ Other` for the fields of another, `...` if there may be more |
//! | `Word = enum` | texts of the closed set that `closed_sets` has under this name |
//! | `+ Match` | fields that a sport adds to a schema below |
//! | `POST /api/teams (who may)` | an operation: see `operation` |

use serde_json::{Map, Value, json};

use super::document_builder::DocumentBuilder;
use super::{closed_sets, operation, type_parser};

const HTTP_METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl DocumentBuilder {
    /// Parses one source text; the error names the block.
    pub fn parse_source(&mut self, text: &str) -> Result<(), String> {
        for block in text.split("\n\n") {
            let mut lines = block.lines().filter(|line| !line.trim().is_empty());
            let Some(head) = lines.next() else { continue };
            let rest: Vec<_> = lines.map(str::trim).collect();
            self.parse_block(head.trim(), &rest).map_err(|error| format!("{head}: {error}"))?;
        }
        Ok(())
    }

    fn parse_block(&mut self, head: &str, lines: &[&str]) -> Result<(), String> {
        let (first, rest) = head.split_once(' ').unwrap_or((head, ""));
        if HTTP_METHODS.contains(&first) {
            return self.parse_operation(first, rest, lines);
        }
        match first {
            "=" => {
                rest.clone_into(&mut self.current_tag);
                self.tags.push(json!({ "name": rest, "description": lines.join(" ") }));
            }
            "?" => self.parse_parameter(rest, lines)?,
            "+" => {
                let added = self.added_fields.entry(rest.to_owned()).or_default();
                added.extend(lines.iter().map(|line| (*line).to_owned()));
            }
            _ if first.starts_with('@') => {
                let codes = [&[rest][..], lines].concat().join(" ");
                let codes = operation::expand_codes(self, &codes)?;
                self.code_groups.entry(first.to_owned()).or_default().extend(codes);
            }
            _ => self.parse_schema(head, lines)?,
        }
        Ok(())
    }

    fn parse_operation(&mut self, method: &str, rest: &str, lines: &[&str]) -> Result<(), String> {
        let (path, callers) = rest.split_once(" (").ok_or("the callers in brackets are missing")?;
        let callers =
            callers.strip_suffix(')').ok_or("the closing bracket of the callers is missing")?;
        let operation = operation::parse_operation(self, method, path, callers, lines)?;
        let item = self.paths.entry(path).or_insert_with(|| json!({}));
        item[method.to_lowercase()] = operation;
        Ok(())
    }

    fn parse_parameter(&mut self, rest: &str, lines: &[&str]) -> Result<(), String> {
        let (name, type_text) = rest.split_once(' ').ok_or("the type is missing")?;
        let location = if name.starts_with(char::is_uppercase) { "header" } else { "query" };
        // A key `name/suffix` defines a parameter `name` that has different meanings in different
        // places, such as `status` of matches and of announcements.
        let (wire_name, key) = name.split_once('/').unwrap_or((name, name));
        let parameter = json!({
            "name": wire_name, "in": location, "description": lines.join(" "), "schema": type_parser::parse_type(type_text)?,
        });
        self.parameters.insert(key.to_owned(), parameter);
        Ok(())
    }

    fn parse_schema(&mut self, head: &str, lines: &[&str]) -> Result<(), String> {
        if let Some((name, type_text)) = head.split_once(" = ") {
            let mut schema = match type_text {
                "enum" => enum_schema(name)?,
                _ => type_parser::parse_type(type_text)?,
            };
            set_description(&mut schema, &lines.join(" "));
            self.schemas.insert(name.to_owned(), schema);
            return Ok(());
        }
        let (name, is_request) =
            head.strip_suffix(" (sent)").map_or((head, false), |name| (name, true));
        if !name.chars().all(char::is_alphanumeric) {
            return Err("neither an operation nor a schema".to_owned());
        }
        let mut shape = ObjectSchema { is_extensible: !is_request, ..ObjectSchema::default() };
        let added = self.added_fields.remove(name).unwrap_or_default();
        for line in lines.iter().copied().chain(added.iter().map(String::as_str)) {
            self.parse_field(&mut shape, line).map_err(|error| format!("{line}: {error}"))?;
        }
        self.schemas.insert(name.to_owned(), shape.into_json(is_request));
        Ok(())
    }

    fn parse_field(&self, shape: &mut ObjectSchema, line: &str) -> Result<(), String> {
        if line == "..." {
            shape.has_unlisted_fields = true;
            return Ok(());
        }
        if let Some(other) = line.strip_prefix("+ ") {
            let other = self.schemas.get(other).ok_or("no such schema above")?;
            let fields = other["properties"].as_object().cloned().unwrap_or_default();
            shape.properties.extend(fields);
            shape.required.extend(other["required"].as_array().cloned().unwrap_or_default());
            return Ok(());
        }
        let (field, description) = line.split_once(" -- ").unwrap_or((line, ""));
        let (name, type_text) = field.split_once(": ").ok_or("not `name: type`")?;
        let mut schema = type_parser::parse_type(type_text)?;
        set_description(&mut schema, description);
        let field_name = name.trim_end_matches('?');
        if field_name == name {
            shape.required.push(json!(name));
        }
        shape.properties.insert(field_name.to_owned(), schema);
        Ok(())
    }
}

/// The schema of a closed set of the code.
fn enum_schema(name: &str) -> Result<Value, String> {
    let texts = closed_sets::find(name).ok_or("no closed set has this name")?;
    Ok(json!({ "type": "string", "enum": texts }))
}

fn set_description(schema: &mut Value, description: &str) {
    if !description.is_empty() {
        schema["description"] = json!(description);
    }
}

/// An object schema under construction.
#[derive(Default)]
struct ObjectSchema {
    properties: Map<String, Value>,
    required: Vec<Value>,
    /// Whether later versions may add fields, as to all responses.
    is_extensible: bool,
    /// Whether it has fields that are not listed here.
    has_unlisted_fields: bool,
}

impl ObjectSchema {
    fn into_json(self, is_request: bool) -> Value {
        let mut schema = json!({ "type": "object", "properties": self.properties });
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        if is_request && !self.has_unlisted_fields {
            schema["additionalProperties"] = json!(false);
        }
        if self.is_extensible && self.has_unlisted_fields {
            schema["additionalProperties"] = json!(true);
        }
        schema
    }
}
