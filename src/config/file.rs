//! The settings file: TOML lines become the defaults of the flags they are named after.

use std::any::TypeId;
use std::path::Path;

use clap::Arg;
use clap::ArgAction;
use toml::Value;

use super::cli::is_secret;

/// The command with the file's values for defaults, or what is wrong with the file.
pub(super) fn apply(mut command: clap::Command, path: &Path) -> Result<clap::Command, String> {
    let place = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{place}: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{place}: {error}"))?;
    for (key, value) in table {
        let known = command.get_arguments().find(|arg| arg.get_id() == key.as_str());
        let arg = known
            .filter(|arg| key != "config" && arg.get_action().takes_values())
            .ok_or_else(|| format!("{place}: there is no setting `{key}`"))?;
        let values = texts(arg, &value).map_err(|fault| format!("{place}: `{key}` {fault}"))?;
        check(&command, &key, &values).map_err(|fault| format!("{place}: `{key}`: {fault}"))?;
        command = command.mut_arg(key, |arg| {
            let secret = is_secret(&arg);
            arg.default_values(values).hide_default_value(secret)
        });
    }
    Ok(command)
}

/// What would be written after the flag.
fn texts(arg: &Arg, value: &Value) -> Result<Vec<String>, String> {
    if !matches!(arg.get_action(), ArgAction::Append) {
        return text(arg, value).map(|text| vec![text]);
    }
    let Value::Array(items) = value else { return Err("must be a list of strings".to_owned()) };
    items.iter().map(|item| text(arg, item)).collect()
}

fn text(arg: &Arg, value: &Value) -> Result<String, String> {
    let wanted = arg.get_value_parser().type_id();
    let is = |types: &[TypeId]| types.iter().any(|&known| wanted == known);
    let numbers =
        [TypeId::of::<usize>(), TypeId::of::<u64>(), TypeId::of::<u32>(), TypeId::of::<i64>()];
    match value {
        Value::Integer(number) if is(&numbers) => Ok(number.to_string()),
        Value::Boolean(yes) if is(&[TypeId::of::<bool>()]) => Ok(yes.to_string()),
        Value::String(text) if !is(&numbers) && !is(&[TypeId::of::<bool>()]) => Ok(text.clone()),
        _ if is(&numbers) => Err("must be a whole number".to_owned()),
        _ if is(&[TypeId::of::<bool>()]) => Err("must be true or false".to_owned()),
        _ => Err("must be a string".to_owned()),
    }
}

/// Tries the values on the flag alone, so that what is wrong is told of the file's line.
fn check(command: &clap::Command, key: &str, values: &[String]) -> Result<(), String> {
    let Some(arg) = command.get_arguments().find(|arg| arg.get_id() == key) else { return Ok(()) };
    let flag = format!("--{}", key.replace('_', "-"));
    let args = values.iter().map(|value| format!("{flag}={value}"));
    let alone = clap::Command::new("settings").no_binary_name(true).arg(arg.clone().global(false));
    match alone.try_get_matches_from(args) {
        Ok(_) => Ok(()),
        Err(_) if is_secret(arg) => Err("can't be read".to_owned()),
        Err(error) => Err(first_line(&error.to_string())),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
