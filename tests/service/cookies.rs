//! G7: the session cookie, and what a sibling site cannot do with a cookie of the same name.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api_client::ApiResponse;
use crate::support::server::TestServer;
use crate::support::users::Person;

/// The header by which a TLS-terminating proxy announces HTTPS.
const TLS: (&str, &str) = ("X-Forwarded-Proto", "https");

async fn behind_tls(settings: &[(&str, &str)]) -> TestServer {
    TestServer::sqlite(&[&[("trusted_proxies", "127.0.0.1/32")], settings].concat()).await
}

/// Returns the `Set-Cookie` values of a response.
fn set_cookies(response: &ApiResponse) -> Vec<String> {
    let all = response.headers.get_all("set-cookie").iter();
    all.map(|value| value.to_str().unwrap().to_owned()).collect()
}

async fn sign_in(server: &TestServer, person: &Person, headers: &[(&str, &str)]) -> ApiResponse {
    let body = json!({ "email": person.email, "password": person.password });
    server.anonymous().send(Method::POST, "/api/auth/login", Some(body), headers).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_over_tls_the_session_cookie_has_the_host_prefix() {
    let server = behind_tls(&[]).await;
    let organizer = server.organizer().await;
    let mia = organizer.create_user(&server, "Mia").await;

    let cookies = set_cookies(&sign_in(&server, &mia, &[TLS]).await);
    let (named, cleared) = (&cookies[0], &cookies[1]);
    assert!(named.starts_with("__Host-touchline=ey"), "{named}");
    for word in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age="] {
        assert!(named.contains(word), "{word}: {named}");
    }
    assert!(!named.contains("Domain"), "{named}");
    // A cookie from before an upgrade would be a second session.
    assert!(cleared.starts_with("touchline=;") && cleared.contains("Max-Age=0"), "{cleared}");

    let cookies = set_cookies(&sign_in(&server, &mia, &[]).await);
    assert!(cookies[0].starts_with("touchline=ey") && !cookies[0].contains("Secure"));
    let always = behind_tls(&[("cookie_secure", "always")]).await;
    let mia = always.organizer().await.create_user(&always, "Mia").await;
    assert!(set_cookies(&sign_in(&always, &mia, &[]).await)[0].starts_with("__Host-touchline=ey"));
    let never = behind_tls(&[("cookie_secure", "never")]).await;
    let mia = never.organizer().await.create_user(&never, "Mia").await;
    assert!(set_cookies(&sign_in(&never, &mia, &[TLS]).await)[0].starts_with("touchline=ey"));
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_signing_out_clears_both_cookies() {
    let server = behind_tls(&[]).await;
    for headers in [&[TLS][..], &[]] {
        let client = server.anonymous();
        let out = client.send(Method::POST, "/api/auth/logout", None, headers).await.unwrap();
        let cookies = set_cookies(&out);
        assert_eq!(cookies.len(), 2, "{cookies:?}");
        for (cookie, name) in cookies.iter().zip(["__Host-touchline=;", "touchline=;"]) {
            assert!(cookie.starts_with(name) && cookie.contains("Max-Age=0"), "{cookie}");
            assert!(cookie.contains("Path=/"), "{cookie}");
        }
        // Browsers reject a `__Host-` cookie without `Secure`, even one that deletes it.
        assert!(cookies[0].contains("Secure"), "{}", cookies[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_session_cookie_planted_by_a_sibling_site_is_never_used() {
    let server = behind_tls(&[]).await;
    let organizer = server.organizer().await;
    let mia = organizer.create_user(&server, "Mia").await.client.token.unwrap();
    let eve = organizer.create_user(&server, "Eve").await.client.token.unwrap();
    let (own, planted) = (format!("__Host-touchline={mia}"), format!("touchline={eve}"));
    let plain = format!("touchline={mia}");
    let mia_signed_in = Ok(json!("Mia"));
    let two = || Err("invalid-token");
    let anonymous = || Err("not-signed-in");
    let malformed = format!("x; =; a=b=c; {own};");
    let malformed_planted = format!("{planted} ;%74ouchline=x");
    #[rustfmt::skip]
    let cases = [
        (true,  vec![own.clone()],                                  mia_signed_in.clone()),
        (true,  vec![malformed],                                    mia_signed_in.clone()),
        (true,  vec![planted.clone()],                              anonymous()),
        (true,  vec![malformed_planted],                            anonymous()),
        (true,  vec![format!("{planted}; {own}")],                  two()),
        (true,  vec![format!("{own}; {planted}")],                  two()),
        (true,  vec![own.clone(), planted.clone()],                 two()),
        (true,  vec![format!("{own}; {own}")],                      two()),
        (true,  vec![format!("{planted}; {planted}")],              two()),
        (true,  vec![format!("touchline=; {own}")],                 two()),
        (false, vec![plain.clone()],                                mia_signed_in.clone()),
        (false, vec![own.clone()],                                  mia_signed_in.clone()),
        (false, vec![format!("{planted}; {plain}")],                two()),
        (false, vec![format!("{plain}; {planted}")],                two()),
        (false, vec![planted.clone(), plain.clone()],               two()),
        (false, vec![format!("{planted}; {own}")],                  two()),
    ];
    for (tls, cookies, expected) in cases {
        let mut headers: Vec<_> = cookies.iter().map(|cookie| ("Cookie", &**cookie)).collect();
        headers.extend(tls.then_some(TLS));
        let context = format!("TLS {tls}: {cookies:?}");
        let client = server.anonymous();
        let found = client.send(Method::GET, "/api/auth/me", None, &headers).await.unwrap();
        match &expected {
            Ok(name) => assert_eq!(found.ok_json()["name"], *name, "{context}"),
            Err(code) => assert_eq!(found.problem(401, &context), *code, "{context}"),
        }
        headers.push(("Sec-Fetch-Site", "same-origin"));
        let body = json!({ "name": "Mia's" });
        let made = client.send(Method::POST, "/api/teams", Some(body), &headers).await.unwrap();
        match expected {
            Ok(_) => assert_eq!(made.status, 201, "{context}"),
            Err(code) => assert_eq!(made.problem(401, &context), code, "{context}"),
        }
    }
    // Cookies are ignored when the `Authorization` header is present.
    let both = format!("{planted}; {own}");
    let client = server.anonymous().with_token(&mia);
    let headers = [("Cookie", &*both), TLS];
    let me = client.send(Method::GET, "/api/auth/me", None, &headers).await.unwrap();
    assert_eq!(me.ok_json()["name"], "Mia");
}

/// Like any invalid cookie, they do not prevent public reads.
#[tokio::test(flavor = "multi_thread")]
async fn g7_two_session_cookies_count_as_anonymous() {
    let server = behind_tls(&[]).await;
    let organizer = server.organizer().await;
    let token = organizer.client.token.clone().unwrap();
    let public = organizer.live_match("football").await.game;
    let private =
        organizer.start_match(organizer.create_match("football", "private").await).await.game;
    let two = format!("touchline={token}; __Host-touchline={token}");
    let read = async |path: &str| {
        let headers = [("Cookie", &*two), TLS];
        server.anonymous().send(Method::GET, path, None, &headers).await.unwrap()
    };
    assert_eq!(read(&public.path("")).await.status, 200);
    assert_eq!(read(&private.path("")).await.problem(401, "private match"), "not-signed-in");
    let poll = "/stream/?transport=poll&wait=0";
    assert_eq!(read(&public.path(poll)).await.status, 200);
    assert_eq!(read(&private.path(poll)).await.problem(401, "poll"), "not-signed-in");
    let own = format!("__Host-touchline={token}");
    let headers = [("Cookie", &*own), TLS];
    let client = server.anonymous();
    let one = client.send(Method::GET, &private.path(poll), None, &headers).await.unwrap();
    assert!(matches!(one.ok_json()["messages"], Value::Array(_)));
}

/// The relay terminates TLS and connects to its upstream over plain HTTP.
#[tokio::test(flavor = "multi_thread")]
async fn g7_a_relay_forwards_only_the_valid_session_cookie() {
    let upstream = TestServer::sqlite(&[]).await;
    let proxies = [("trusted_proxies", "127.0.0.1/32")];
    let relay = TestServer::relay(&upstream.address(), &proxies).await;
    let organizer = upstream.organizer().await;
    let token = organizer.client.token.clone().unwrap();
    let game =
        organizer.start_match(organizer.create_match("football", "private").await).await.game;
    let (own, plain) = (format!("__Host-touchline={token}"), format!("touchline={token}"));
    let malformed = format!("theme=dark; {own}; x");
    #[rustfmt::skip]
    let cases = [
        (true,  own.clone(),                    200),
        (true,  malformed,                      200),
        (true,  plain.clone(),                  401),
        (true,  format!("{plain}; {own}"),      401),
        (false, plain.clone(),                  200),
        (false, own.clone(),                    200),
        (false, format!("{plain}; {plain}"),    401),
    ];
    for (tls, cookie, status) in cases {
        let mut request = relay.subscribe(&game.stream_path()).header("Cookie", &cookie);
        if tls {
            request = request.header(TLS.0, TLS.1);
        }
        assert_eq!(request.send().await.head.status, status, "TLS {tls}: {cookie}");
    }
}
