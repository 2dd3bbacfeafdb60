//! The settings file: its TOML keys become the defaults of the flags with the same names.

use std::any::TypeId;
use std::path::Path;

use clap::{Arg, ArgAction};
use toml::Value;

use super::secret::is_secret;

/// Returns the command with the file's values as defaults, or an error that names the key.
pub(super) fn apply_file_defaults(
    mut command: clap::Command,
    path: &Path,
) -> Result<clap::Command, String> {
    let path_display = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path_display}: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{path_display}: {error}"))?;
    for (key, value) in table {
        let arg = command
            .get_arguments()
            .find(|arg| arg.get_id() == key.as_str())
            .filter(|arg| key != "config" && arg.get_action().takes_values())
            .ok_or_else(|| format!("{path_display}: unknown setting `{key}`"))?;
        let values = argument_values(arg, &value)
            .map_err(|problem| format!("{path_display}: `{key}` {problem}"))?;
        check_values(&command, &key, &values)
            .map_err(|error| format!("{path_display}: `{key}`: {error}"))?;
        command = command.mut_arg(key, |arg| {
            let hides_value = is_secret(&arg);
            arg.default_values(values).hide_default_value(hides_value)
        });
    }
    Ok(command)
}

/// A TOML value as the texts that would follow the flag on the command line.
fn argument_values(arg: &Arg, value: &Value) -> Result<Vec<String>, String> {
    if !matches!(arg.get_action(), ArgAction::Append) {
        return argument_value(arg, value).map(|text| vec![text]);
    }
    let Value::Array(items) = value else { return Err("must be a list of strings".to_owned()) };
    items.iter().map(|item| argument_value(arg, item)).collect()
}

fn argument_value(arg: &Arg, value: &Value) -> Result<String, String> {
    let value_type = arg.get_value_parser().type_id();
    let is_one_of = |types: &[TypeId]| types.iter().any(|&known| value_type == known);
    let number_types =
        [TypeId::of::<usize>(), TypeId::of::<u64>(), TypeId::of::<u32>(), TypeId::of::<i64>()];
    match value {
        Value::Integer(number) if is_one_of(&number_types) => Ok(number.to_string()),
        Value::Boolean(yes) if is_one_of(&[TypeId::of::<bool>()]) => Ok(yes.to_string()),
        Value::String(text) if !is_one_of(&number_types) && !is_one_of(&[TypeId::of::<bool>()]) => {
            Ok(text.clone())
        }
        _ if is_one_of(&number_types) => Err("must be a whole number".to_owned()),
        _ if is_one_of(&[TypeId::of::<bool>()]) => Err("must be true or false".to_owned()),
        _ => Err("must be a string".to_owned()),
    }
}

/// Parses the values with the flag's own parser, so that an error names the key of the file.
fn check_values(command: &clap::Command, key: &str, values: &[String]) -> Result<(), String> {
    let Some(arg) = command.get_arguments().find(|arg| arg.get_id() == key) else { return Ok(()) };
    let flag = format!("--{}", key.replace('_', "-"));
    let args = values.iter().map(|value| format!("{flag}={value}"));
    let alone = clap::Command::new("settings").no_binary_name(true).arg(arg.clone().global(false));
    match alone.try_get_matches_from(args) {
        Ok(_) => Ok(()),
        Err(_) if is_secret(arg) => Err("is invalid".to_owned()),
        Err(error) => Err(first_line(&error.to_string())),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
