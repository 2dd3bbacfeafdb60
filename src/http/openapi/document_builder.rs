//! The document while its parts are parsed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::auth::cookie::HOST_NAME;

/// The document under construction.
#[derive(Debug, Default)]
pub struct DocumentBuilder {
    pub tags: Vec<Value>,
    pub current_tag: String,
    pub paths: Map<String, Value>,
    pub schemas: Map<String, Value>,
    pub parameters: Map<String, Value>,
    /// Fields that sports add to schemas which are not parsed yet, by schema.
    pub added_fields: BTreeMap<String, Vec<String>>,
    /// Named groups of problem codes.
    pub code_groups: BTreeMap<String, Vec<String>>,
}

impl DocumentBuilder {
    /// Builds the document.
    pub fn build(self) -> Value {
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
