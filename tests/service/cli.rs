//! The command line of the real binary: commands for operators, and settings.

use std::process::Output;

use crate::support::database::{Database, folder};
use crate::support::server::{TestServer, binary};

crate::support::on_both! {
    verify_names_the_damaged_stream,
}

fn output_text(output: &Output) -> String {
    let text = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

async fn verify_names_the_damaged_stream(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    scorer.post_notes(8).await;
    scorer.post_incident("goal", 9).await;
    let verify = || server.command(&["verify"]).output().unwrap();
    let whole = verify();
    assert!(whole.status.success(), "verify beside a running server: {}", output_text(&whole));
    let stream = scorer.game.topic();
    let gap = format!(
        "delete from messages where seq = 4
            and stream_id = (select id from streams where topic = '{stream}')"
    );
    server.database.tamper(&gap).await;
    let broken = verify();
    assert_eq!(broken.status.code(), Some(1), "{}", output_text(&broken));
    assert!(
        output_text(&broken).contains(&stream),
        "output names the stream: {}",
        output_text(&broken)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_adds_users_and_prints_tokens() {
    let server = TestServer::sqlite(&[]).await;
    let add = ["user", "add", "--email", "zoe@example.org", "--name", "Zoe", "--role", "user"];
    let mut command = server.command(&add);
    let added = command.env("TOUCHLINE_PASSWORD", "a password for Zoe").output().unwrap();
    assert!(added.status.success(), "{}", output_text(&added));
    let zoe = server.anonymous().sign_in("zoe@example.org", "a password for Zoe").await;
    zoe.get("/api/auth/me").await.ok_json();
    let again = server.command(&add).env("TOUCHLINE_PASSWORD", "another one").output().unwrap();
    assert!(!again.status.success(), "the user exists already");

    let command = ["token", "--user", "zoe@example.org", "--expires", "60s"];
    let printed = server.command(&command).output().unwrap();
    let token = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(token.trim().split('.').count(), 3, "more than a token: {token}");
    server.anonymous().with_token(token.trim()).get("/api/auth/me").await.ok_json();
    let unknown_user = server.command(&["token", "--user", "no@example.org"]).output().unwrap();
    assert!(!unknown_user.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_creates_a_database_and_prune_keeps_the_requested_messages() {
    let folder = folder("migrate");
    let url = format!("sqlite://{}", folder.join("new.db").display());
    for _ in 0..2 {
        let made = binary(&["migrate"]).env("TOUCHLINE_DATABASE_URL", &url).output().unwrap();
        assert!(made.status.success(), "{}", output_text(&made));
    }
    assert!(folder.join("new.db").exists());
    std::fs::remove_dir_all(folder).unwrap();

    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    scorer.post_notes(20).await;
    let (topic, team) = (scorer.game.topic(), format!("team_{}", scorer.game.home));
    let before = scorer.client.history(&topic).await;
    let of_team = scorer.client.history(&team).await;
    let command = ["prune", "--keep", "6", "--topic", &topic];
    let pruned = server.command(&command).output().unwrap();
    assert!(pruned.status.success(), "{}", output_text(&pruned));
    assert_eq!(scorer.client.history(&topic).await, before[before.len() - 6..]);
    assert_eq!(scorer.client.history(&team).await, of_team, "this topic was not selected");
    let verified = server.command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "verify fails after pruning: {}", output_text(&verified));
}

#[test]
fn help_lists_every_setting_with_default_and_unit() {
    let help = output_text(&binary(&["--help"]).output().unwrap());
    let serve = output_text(&binary(&["serve", "--help"]).output().unwrap());
    for (setting, default) in [
        ("--listen", "127.0.0.1:8080"),
        ("--heartbeat-seconds", "15"),
        ("--drain-seconds", "10"),
        ("--lifetime-seconds", "1800"),
        ("--stuck-seconds", "20"),
        ("--writes-per-minute", "100"),
        ("--streams-per-user", "3"),
        ("--replay-max", "10000"),
        ("--database-url", "sqlite://touchline.db"),
    ] {
        for text in [&help, &serve] {
            let at = text.find(&format!("{setting} <")).unwrap_or_else(|| panic!("{setting}"));
            let rest: String = text[at..].lines().take(6).collect();
            assert!(rest.contains(default), "{setting}: {rest}");
            let variable = setting[2..].replace('-', "_").to_uppercase();
            assert!(rest.contains(&format!("TOUCHLINE_{variable}")), "{setting}: {rest}");
        }
    }
    for command in ["serve", "demo", "migrate", "user", "token", "verify", "prune"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_overrides_the_variable_and_the_variable_overrides_the_file() {
    let server = TestServer::sqlite(&[]).await;
    let file = server.folder().join("touchline.toml");
    let refused = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let mut command = server.command(&["migrate", "--config"]);
        let output = command.arg(&file).output().unwrap();
        assert!(!output.status.success(), "{text}");
        output_text(&output)
    };
    assert!(refused("heartbeat_secs = 3\n").contains("heartbeat_secs"), "error names the key");
    assert!(refused("heartbeat_seconds = \"soon\"\n").contains("heartbeat_seconds"));
    assert!(refused("heartbeat_seconds = 0\n").contains("heartbeat_seconds"));
    assert!(refused("heartbeat_seconds = \n").contains("touchline.toml"));
    server.terminate();
    server.wait_for_exit(std::time::Duration::from_secs(10)).await;

    std::fs::write(&file, "heartbeat_seconds = 7\n").unwrap();
    let flag = ["--heartbeat-seconds", "9"];
    for (variable, flags, expected) in
        [(None, &flag[..0], 7_000), (Some("8"), &flag[..0], 8_000), (Some("8"), &flag[..], 9_000)]
    {
        let mut command = server.command(&["serve", "--config"]);
        command.arg(&file).args(flags).env_remove("TOUCHLINE_HEARTBEAT_SECONDS");
        command.envs(variable.map(|value| ("TOUCHLINE_HEARTBEAT_SECONDS", value)));
        server.run(command).await;
        assert_eq!(heartbeat(&server).await, expected, "{variable:?} {flags:?}");
        server.kill9();
    }
}

/// Returns the heartbeat interval that the server announces, in milliseconds.
async fn heartbeat(server: &TestServer) -> i64 {
    let admin = server.anonymous();
    let ada = crate::support::server::ADMIN_EMAIL;
    let admin = admin.sign_in(ada, crate::support::server::ADMIN_PASSWORD).await;
    let organizer = crate::support::users::Organizer { client: admin };
    let game = organizer.create_match("football", "public").await;
    let mut subscriber = server.subscribe(&game.stream_path()).open().await;
    subscriber.next_frame().await.json()["heartbeat_ms"].as_i64().unwrap()
}
