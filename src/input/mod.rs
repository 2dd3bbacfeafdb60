//! Parsing of request bodies: all faults are reported at once, and the schema is JSON Schema.
//!
//! A [`FieldReader`] reads an object field by field; a [`Shape`] parses one value and describes
//! itself. The code that reads a body also describes it ([`describe`]), so the documentation
//! always matches what is accepted.

mod field_reader;
mod shape;

pub use field_reader::{FieldReader, describe};
pub use shape::{
    Shape, any_text, any_value, array_of, boolean, choice, colour, currency, email,
    existing_password, id, integer, is_email, multiline_text, name, new_password, one_of,
    one_of_these, shape, shirt_number, short_name, time, topics,
};
