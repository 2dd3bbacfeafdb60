//! Precedence of settings, and the errors of wrong ones.

use std::any::TypeId;
use std::io::Write;
use std::path::PathBuf;

use super::*;

fn parse_cli(args: &[&str]) -> Result<Cli, String> {
    let args = std::iter::once("touchline").chain(args.iter().copied());
    Cli::from_args(args.map(OsString::from).collect()).map_err(|error| error.to_string())
}

/// A settings file that is deleted at the end of the test.
struct SettingsFile(PathBuf);

impl SettingsFile {
    fn with_text(text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("touchline-{:x}.toml", rand::random::<u64>()));
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for SettingsFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn the_command_line_definition_is_valid() {
    with_env_vars(Cli::command()).debug_assert();
}

#[test]
fn a_flag_overrides_the_file_and_the_file_overrides_the_default() {
    let file = SettingsFile::with_text(
        "workers = 7\ndrain_seconds = 3\nallowed_origins = [\"https://a\", \"https://b\"]\n",
    );
    let cli = parse_cli(&["--config", file.path(), "serve", "--workers", "9"]).unwrap();
    assert_eq!(cli.settings.workers, 9, "flag");
    assert_eq!(cli.settings.drain_seconds, 3, "file");
    assert_eq!(cli.settings.allowed_origins, ["https://a", "https://b"], "file");
    assert_eq!(cli.settings.streams.heartbeat_seconds, 15, "default");
    let cli = parse_cli(&["serve", "--config", file.path()]).unwrap();
    assert_eq!(cli.settings.workers, 7, "--config may follow the subcommand");
}

#[test]
fn a_variable_overrides_the_file_and_a_flag_overrides_the_variable() {
    // Cargo sets CARGO_PKG_NAME for tests; any variable would do.
    let file = SettingsFile::with_text("log = \"debug\"\n");
    let from_env = |name: &'static str, args: &[&str]| {
        let command = with_env_vars(Cli::command()).mut_arg("log", |arg| arg.env(name));
        let command = file::apply_file_defaults(command, &file.0).unwrap();
        let matches = command.try_get_matches_from(args).unwrap();
        matches.get_one::<String>("log").cloned().unwrap()
    };
    let name = std::env::var("CARGO_PKG_NAME").unwrap();
    assert_eq!(
        from_env("CARGO_PKG_NAME", &["t", "serve"]),
        name,
        "the variable overrides the file"
    );
    assert_eq!(
        from_env("CARGO_PKG_NAME", &["t", "--log", "warn", "serve"]),
        "warn",
        "the flag overrides the variable"
    );
    assert_eq!(from_env("TOUCHLINE_NO_SUCH", &["t", "serve"]), "debug", "the variable isn't set");
}

#[test]
fn errors_in_the_file_name_the_setting() {
    #[rustfmt::skip]
    let cases = [
        ("listen_on = \"x\"",              "listen_on"),
        ("config = \"x\"",                 "config"),
        ("version = \"x\"",                "version"),
        ("workers = \"many\"",             "`workers` must be a whole number"),
        ("workers = -1",                   "workers"),
        ("heartbeat_seconds = 0",          "heartbeat_seconds"),
        ("listen = 8080",                  "`listen` must be a string"),
        ("listen = \"nowhere\"",           "listen"),
        ("token_in_query = 1",             "`token_in_query` must be true or false"),
        ("jwt_secret = 1",                 "`jwt_secret` must be a string"),
        ("jwt_algorithm = \"none\"",       "jwt_algorithm"),
        ("trusted_proxies = \"10.0.0.0/8\"", "`trusted_proxies` must be a list"),
        ("trusted_proxies = [\"10.0.0.0/99\"]", "trusted_proxies"),
        ("[streams]\nretry_min_ms = 1",    "streams"),
        ("workers = ",                     "touchline-"),
    ];
    for (text, expected) in cases {
        let file = SettingsFile::with_text(text);
        let error = parse_cli(&["--config", file.path(), "serve"]).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let error = parse_cli(&["--config", "/no/such/file.toml", "serve"]).unwrap_err();
    assert!(error.contains("/no/such/file.toml"), "{error}");
}

#[test]
fn every_numeric_setting_has_a_range() {
    let numbers =
        [TypeId::of::<usize>(), TypeId::of::<u64>(), TypeId::of::<u32>(), TypeId::of::<i64>()];
    let mut command = Cli::command();
    command.build();
    let (mut all, mut count) = (vec![command], 0);
    while let Some(command) = all.pop() {
        all.extend(command.get_subcommands().cloned());
        for arg in command.get_arguments() {
            let parser = arg.get_value_parser();
            if !numbers.iter().any(|known| parser.type_id() == *known) {
                continue;
            }
            count += 1;
            let alone = clap::Command::new("t").no_binary_name(true);
            let alone = alone.arg(arg.clone().global(false).required(false));
            let flag = arg.get_long().unwrap();
            for value in ["-1", "1e3", "4294967295", "9223372036854775807", "18446744073709551615"]
            {
                let parsed = alone.clone().try_get_matches_from([format!("--{flag}={value}")]);
                let is_allowed = value == "4294967295" && WIDE_FLAGS.contains(&flag);
                assert_eq!(parsed.is_ok(), is_allowed, "--{flag}={value}");
            }
        }
    }
    assert!(count > 25, "{count}");
}

/// Flags whose range exceeds 32 bits.
const WIDE_FLAGS: [&str; 5] = ["prune-keep", "replay-max", "keep", "event", "id"];

#[test]
fn contradicting_settings_are_rejected() {
    for args in [
        &["serve", "--jwt-algorithm", "RS256"][..],
        &["serve", "--jwks-file", "keys.json"],
        &["serve", "--jwt-algorithm", "RS256", "--jwks-file", "a", "--jwt-issuer", "i"],
        &["serve", "--jwt-algorithm", "ES256", "--jwks-file", "a", "--jwt-audience", "x"],
        &[
            "serve",
            "--jwt-algorithm",
            "EdDSA",
            "--jwks-file",
            "a",
            "--jwt-issuer",
            "i",
            "--jwt-audience",
            "",
        ],
        &["serve", "--jwt-algorithm", "RS256", "--jwks-file", "a", "--jwt-public-key-file", "b"],
        &["serve", "--retry-min-ms", "9000"],
    ] {
        assert!(parse_cli(args).is_err(), "{args:?}");
    }
    let provider = ["--jwks-file", "a", "--jwt-issuer", "i", "--jwt-audience", "x"];
    let complete = [&["serve", "--jwt-algorithm", "RS256"][..], &provider].concat();
    assert!(parse_cli(&complete).is_ok(), "{complete:?}");
}

#[test]
fn secrets_appear_neither_in_debug_output_nor_in_help() {
    let secret = "hunter2-hunter2";
    let file = SettingsFile::with_text(&format!(
        "jwt_secret = \"{secret}\"\ndatabase_url = \"postgres://u:{secret}@h/d\"\n"
    ));
    let cli = parse_cli(&["--config", file.path(), "--admin-password", secret, "serve"]).unwrap();
    assert_eq!(cli.settings.jwt_secret.as_ref().unwrap().reveal(), secret);
    assert!(!format!("{cli:?}").contains(secret));
    let help = parse_cli(&["--config", file.path(), "--help"]).unwrap_err();
    assert!(help.contains("TOUCHLINE_JWT_SECRET") && !help.contains(secret), "{help}");
}

#[test]
fn an_empty_secret_counts_as_unset() {
    let cli = parse_cli(&["serve", "--jwt-secret", "", "--admin-password", ""]).unwrap();
    assert!(cli.settings.jwt_secret.is_none() && cli.settings.admin_password.is_none());
}

#[test]
fn durations_have_units() {
    for (text, seconds) in
        [("60s", 60), ("15m", 900), ("12h", 43_200), ("30d", 2_592_000), ("7", 7)]
    {
        assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
    }
    for invalid in ["", "s", "-1s", "1w", "1.5h", "99999999999999999999s", "9999999999999d", "60 s"]
    {
        assert!(parse_duration(invalid).is_err(), "{invalid}");
    }
}
