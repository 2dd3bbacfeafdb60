//! Reads the texts in `api/` into a document. Blocks stand between empty lines, and the first
//! line of each says what it is:
//!
//! | first line | then, indented |
//! | --- | --- |
//! | `= Teams` | what this part of the API is about |
//! | `? limit int(1..500)` | a parameter's description; a header's name begins with a capital |
//! | `@conflicts wrong-state …` | – : codes that are named together |
//! | `Team`, `NewTeam (sent)`, `Word = "a"\|"b"` | a shape's fields: `name: type -- words`, `name?: …` where it may lack, `+ Other` for the fields of another, `...` where more may come |
//! | `POST /api/teams (who may)` | an operation: see `operation` |

use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::operation;
use super::types;
use crate::auth::cookie::HOST_NAME;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// What has been read so far.
#[derive(Debug, Default)]
pub struct Document {
    tags: Vec<Value>,
    pub tag: String,
    paths: Map<String, Value>,
    schemas: Map<String, Value>,
    pub parameters: Map<String, Value>,
    /// Codes that are named together.
    pub groups: BTreeMap<String, Vec<String>>,
}

impl Document {
    pub fn read(&mut self, text: &str) -> Result<(), String> {
        for block in text.split("\n\n") {
            let mut lines = block.lines().filter(|line| !line.trim().is_empty());
            let Some(head) = lines.next() else { continue };
            let rest: Vec<_> = lines.map(str::trim).collect();
            self.block(head.trim(), &rest).map_err(|fault| format!("{head}: {fault}"))?;
        }
        Ok(())
    }

    fn block(&mut self, head: &str, lines: &[&str]) -> Result<(), String> {
        let (first, rest) = head.split_once(' ').unwrap_or((head, ""));
        if METHODS.contains(&first) {
            return self.operation(first, rest, lines);
        }
        match first {
            "=" => {
                rest.clone_into(&mut self.tag);
                self.tags.push(json!({ "name": rest, "description": lines.join(" ") }));
            }
            "?" => self.parameter(rest, lines)?,
            _ if first.starts_with('@') => {
                let codes = rest.split(' ').chain(lines.iter().flat_map(|line| line.split(' ')));
                self.groups.insert(first.to_owned(), codes.map(str::to_owned).collect());
            }
            _ => self.shape(head, lines)?,
        }
        Ok(())
    }

    fn operation(&mut self, method: &str, rest: &str, lines: &[&str]) -> Result<(), String> {
        let (path, who) = rest.split_once(" (").ok_or("who may?")?;
        let who = who.strip_suffix(')').ok_or("who may?")?;
        let operation = operation::read(self, method, path, who, lines)?;
        let item = self.paths.entry(path).or_insert_with(|| json!({}));
        item[method.to_lowercase()] = operation;
        Ok(())
    }

    fn parameter(&mut self, rest: &str, lines: &[&str]) -> Result<(), String> {
        let (name, kind) = rest.split_once(' ').ok_or("of which type?")?;
        let place = if name.starts_with(char::is_uppercase) { "header" } else { "query" };
        // One name may mean different things in different places: `status` of matches is another
        // than of announcements.
        let (called, key) = name.split_once('/').unwrap_or((name, name));
        let parameter = json!({
            "name": called, "in": place, "description": lines.join(" "), "schema": types::schema(kind)?,
        });
        self.parameters.insert(key.to_owned(), parameter);
        Ok(())
    }

    fn shape(&mut self, head: &str, lines: &[&str]) -> Result<(), String> {
        if let Some((name, kind)) = head.split_once(" = ") {
            let mut schema = types::schema(kind)?;
            describe(&mut schema, &lines.join(" "));
            self.schemas.insert(name.to_owned(), schema);
            return Ok(());
        }
        let (name, is_sent) =
            head.strip_suffix(" (sent)").map_or((head, false), |name| (name, true));
        if !name.chars().all(char::is_alphanumeric) {
            return Err("neither an operation nor a shape".to_owned());
        }
        let mut shape = Shape { is_open: !is_sent, ..Shape::default() };
        for line in lines {
            self.field(&mut shape, line).map_err(|fault| format!("{line}: {fault}"))?;
        }
        self.schemas.insert(name.to_owned(), shape.schema(is_sent));
        Ok(())
    }

    fn field(&self, shape: &mut Shape, line: &str) -> Result<(), String> {
        if line == "..." {
            shape.has_more = true;
            return Ok(());
        }
        if let Some(other) = line.strip_prefix("+ ") {
            let other = self.schemas.get(other).ok_or("no such shape above")?;
            let fields = other["properties"].as_object().cloned().unwrap_or_default();
            shape.properties.extend(fields);
            shape.required.extend(other["required"].as_array().cloned().unwrap_or_default());
            return Ok(());
        }
        let (field, words) = line.split_once(" -- ").unwrap_or((line, ""));
        let (name, kind) = field.split_once(": ").ok_or("not `name: type`")?;
        let mut schema = types::schema(kind)?;
        describe(&mut schema, words);
        let bare = name.trim_end_matches('?');
        if bare == name {
            shape.required.push(json!(name));
        }
        shape.properties.insert(bare.to_owned(), schema);
        Ok(())
    }

    pub fn finish(self) -> Value {
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Touchline",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "Live sport over plain HTTP: written through REST, followed over Server-Sent Events that resume.",
                "license": { "name": "MIT", "identifier": "MIT" },
            },
            "servers": [{ "url": "/" }],
            "tags": self.tags,
            "paths": self.paths,
            "components": {
                "schemas": self.schemas,
                "parameters": self.parameters,
                "securitySchemes": {
                    "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                    "cookie": { "type": "apiKey", "in": "cookie", "name": HOST_NAME },
                    "ticket": { "type": "apiKey", "in": "query", "name": "ticket" },
                },
            },
        })
    }
}

fn describe(schema: &mut Value, words: &str) {
    if !words.is_empty() {
        schema["description"] = json!(words);
    }
}

/// An object that is being read.
#[derive(Default)]
struct Shape {
    properties: Map<String, Value>,
    required: Vec<Value>,
    /// Later versions may add to it: true of all that is answered.
    is_open: bool,
    /// It has fields already that are not told here.
    has_more: bool,
}

impl Shape {
    fn schema(self, is_sent: bool) -> Value {
        let mut schema = json!({ "type": "object", "properties": self.properties });
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        if is_sent && !self.has_more {
            schema["additionalProperties"] = json!(false);
        }
        if self.is_open && self.has_more {
            schema["additionalProperties"] = json!(true);
        }
        schema
    }
}
