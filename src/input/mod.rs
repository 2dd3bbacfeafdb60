//! Bodies from outside: read field by field, all faults at once, described as JSON Schema.
//!
//! A [`FieldReader`] takes an object apart. Each field is read by a [`Shape`], which parses one
//! value and describes itself. The same code that reads a body describes it ([`describe`]), so
//! that documentation can't drift from what is accepted.

mod field_reader;
mod shape;

pub use field_reader::{FieldReader, describe};
pub use shape::{
    Shape, any_text, any_value, array_of, boolean, choice, colour, currency, email,
    existing_password, id, integer, is_email, multiline_text, name, new_password, one_of, shape,
    shirt_number, short_name, time, topics, visibility,
};
