//! The pages and their files: what is in `web/`, served from the binary.

mod lean;
pub mod packed;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::http::header::ETag;
use actix_web::http::header::EntityTag;
use actix_web::http::header::Header;
use actix_web::http::header::IfNoneMatch;
use actix_web::http::header::REFERRER_POLICY;
use actix_web::http::header::VARY;
use actix_web::http::header::X_CONTENT_TYPE_OPTIONS;
use actix_web::web;
use actix_web::web::ServiceConfig;
use rust_embed::Embed;
use rust_embed::EmbeddedFile;

/// The folder as it was when the binary was built; a debug build reads it afresh each time.
#[derive(Embed)]
#[folder = "web/"]
struct Files;

/// What the pages do and nothing more: their own scripts, and no text that becomes markup.
const POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'self'; require-trusted-types-for 'script'";

/// What may be asked for, by the end of its name; the rest of the folder is not for browsers.
const TYPES: [(&str, &str); 5] = [
    (".css", "text/css; charset=utf-8"),
    (".html", "text/html; charset=utf-8"),
    (".js", "text/javascript; charset=utf-8"),
    (".svg", "image/svg+xml"),
    (".woff2", "font/woff2"),
];

/// Each page's addresses and its file. Ids stay in the address, where the page's script reads
/// them: no answer here depends on what was asked for.
const PAGES: [(&str, &str); 22] = [
    ("/", "index.html"),
    ("/matches/{id:[0-9]+}", "match.html"),
    ("/matches/{id:[0-9]+}/", "match.html"),
    ("/matches/{id:[0-9]+}/hd", "display.html"),
    ("/matches/{id:[0-9]+}/hd/", "display.html"),
    ("/events/{id:[0-9]+}", "event.html"),
    ("/events/{id:[0-9]+}/", "event.html"),
    ("/events/{id:[0-9]+}/tickets", "tickets.html"),
    ("/events/{id:[0-9]+}/tickets/", "tickets.html"),
    ("/teams/{id:[0-9]+}", "team.html"),
    ("/teams/{id:[0-9]+}/", "team.html"),
    ("/purchases", "purchases.html"),
    ("/purchases/", "purchases.html"),
    ("/purchases/{id:[0-9a-f-]{36}}", "purchase.html"),
    ("/purchases/{id:[0-9a-f-]{36}}/", "purchase.html"),
    ("/scorer/{id:[0-9]+}", "scorer.html"),
    ("/scorer/{id:[0-9]+}/", "scorer.html"),
    // A service worker has a say only in what is beside its script or below.
    ("/scorer/worker.js", "scorer/worker.js"),
    ("/admin", "admin.html"),
    ("/admin/", "admin.html"),
    ("/docs", "docs.html"),
    ("/docs/", "docs.html"),
];

/// Adds the pages, and their files under `/assets/`.
pub fn routes(config: &mut ServiceConfig) {
    for (address, name) in PAGES {
        let page = move |request: HttpRequest| async move { serve(&request, name) };
        config
            .service(web::resource(address).route(web::get().to(page)).route(web::head().to(page)));
    }
    let assets = web::resource("/assets/{name:.*}");
    config.service(assets.route(web::get().to(asset)).route(web::head().to(asset)));
}

async fn asset(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    serve(&request, &name)
}

fn serve(request: &HttpRequest, name: &str) -> HttpResponse {
    match find(name) {
        Some((content_type, file)) => answer(request, content_type, file),
        None => HttpResponse::NotFound().finish(),
    }
}

fn find(name: &str) -> Option<(&'static str, EmbeddedFile)> {
    let (_, content_type) = TYPES.iter().find(|(ending, _)| name.ends_with(ending))?;
    if name.ends_with(".test.js") || name.split('/').any(|part| part == "..") {
        return None;
    }
    Some((content_type, Files::get(name)?))
}

fn answer(request: &HttpRequest, content_type: &'static str, file: EmbeddedFile) -> HttpResponse {
    let packed = packed::pack(content_type, file);
    let is_packed = !packed.gzip.is_empty() && packed::is_wanted(request);
    // Other bytes have another tag: a strong one promises that not one differs.
    let coding = if is_packed { "-gzip" } else { "" };
    let tag = EntityTag::new_strong(format!("{:032x}{coding}", packed.hash));
    let known = is_known(request, &tag);
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header(ETag(tag))
        // Asked again each time, since names stay the same from version to version.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header((VARY, "Accept-Encoding"));
    if has_policy(content_type, request.path()) {
        response.insert_header((CONTENT_SECURITY_POLICY, POLICY));
    }
    if known {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, content_type));
    if is_packed {
        response.insert_header((CONTENT_ENCODING, "gzip"));
        return response.body(packed.gzip.clone());
    }
    response.body(packed.plain.clone())
}

/// Whether a browser heeds the policy with it: what it opens by itself, and workers. Any other script
/// or style is under the policy of the page that asks for it, and there are forty of them to a page.
fn has_policy(content_type: &str, path: &str) -> bool {
    let opens = ["text/html", "image/svg"].iter().any(|kind| content_type.starts_with(kind));
    opens || path.ends_with("/worker.js")
}

/// Whether the browser has this very file.
fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|item| item.weak_eq(tag)),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use actix_web::App;
    use actix_web::body::to_bytes;
    use actix_web::dev::ServiceResponse;
    use actix_web::http::Method;
    use actix_web::http::StatusCode;
    use actix_web::http::header::ACCEPT_ENCODING;
    use actix_web::http::header::IF_NONE_MATCH;
    use actix_web::test::TestRequest;
    use actix_web::test::call_service;
    use actix_web::test::init_service;
    use flate2::read::GzDecoder;

    use super::*;

    async fn ask(request: TestRequest) -> ServiceResponse {
        let app = init_service(App::new().configure(routes)).await;
        call_service(&app, request.to_request()).await
    }

    fn header(response: &ServiceResponse, name: &str) -> String {
        response.headers().get(name).unwrap().to_str().unwrap().to_owned()
    }

    #[actix_web::test]
    async fn pages_and_their_files_are_served_with_their_types() {
        #[rustfmt::skip]
        let cases = [
            ("/",                              "text/html; charset=utf-8"),
            ("/matches/3",                     "text/html; charset=utf-8"),
            ("/matches/3/",                    "text/html; charset=utf-8"),
            ("/matches/3/hd",                  "text/html; charset=utf-8"),
            ("/events/3",                      "text/html; charset=utf-8"),
            ("/events/3/tickets",              "text/html; charset=utf-8"),
            ("/purchases",                     "text/html; charset=utf-8"),
            ("/teams/3/",                      "text/html; charset=utf-8"),
            ("/purchases/0b7c1f0e-5a1d-4c53-9f0f-0a2b3c4d5e6f", "text/html; charset=utf-8"),
            ("/scorer/3",                      "text/html; charset=utf-8"),
            ("/docs",                          "text/html; charset=utf-8"),
            ("/scorer/worker.js",              "text/javascript; charset=utf-8"),
            ("/assets/style.css",              "text/css; charset=utf-8"),
            ("/assets/client/stream.js",       "text/javascript; charset=utf-8"),
            ("/assets/client/worker.js",       "text/javascript; charset=utf-8"),
            ("/assets/icon.svg",               "image/svg+xml"),
            ("/assets/fonts/inter-latin.woff2", "font/woff2"),
        ];
        for (path, content_type) in cases {
            let response = ask(TestRequest::get().uri(path)).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(header(&response, "content-type"), content_type, "{path}");
            assert_eq!(header(&response, "cache-control"), "no-cache", "{path}");
            assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
            let runs = ["text/html", "image/svg"].iter().any(|kind| content_type.starts_with(kind));
            if !runs && !path.ends_with("worker.js") {
                continue;
            }
            let policy = header(&response, "content-security-policy");
            assert!(policy.contains("default-src 'self'"), "{path}");
            assert!(policy.contains("frame-ancestors 'self'"), "{path}");
            assert!(!policy.contains("unsafe"), "{path}");
        }
    }

    #[actix_web::test]
    async fn what_is_not_for_browsers_is_not_found() {
        let paths = [
            "/matches/x",
            "/matches/3/hd/more",
            "/events/x",
            "/purchases/3",
            "/assets/",
            "/assets/nothing.js",
            "/assets/package.json",
            "/assets/client/stream.test.js",
            "/assets/../Cargo.toml",
            "/assets/%2e%2e/src/lib.rs",
            "/assets/client/../../deny.html",
        ];
        for path in paths {
            let response = ask(TestRequest::get().uri(path)).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[actix_web::test]
    async fn a_browser_that_has_the_file_is_sent_nothing() {
        let first = ask(TestRequest::get().uri("/matches/3")).await;
        let tag = header(&first, "etag");
        let again =
            TestRequest::get().uri("/matches/4").insert_header((IF_NONE_MATCH, tag.clone()));
        let again = ask(again).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header(&again, "etag"), tag);
        assert!(to_bytes(again.into_body()).await.unwrap().is_empty());

        let other = TestRequest::get().uri("/").insert_header((IF_NONE_MATCH, tag));
        assert_eq!(ask(other).await.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn who_takes_gzip_gets_it_of_what_shrinks() {
        let ask_for = |uri: &str, coding: &str| {
            ask(TestRequest::get().uri(uri).insert_header((ACCEPT_ENCODING, coding.to_owned())))
        };
        let plain = ask_for("/assets/match.js", "identity").await;
        let small = ask_for("/assets/match.js", "gzip, br").await;
        assert_eq!(header(&small, "content-encoding"), "gzip");
        assert_eq!(header(&small, "vary"), "Accept-Encoding");
        assert_ne!(header(&small, "etag"), header(&plain, "etag"), "other bytes");
        let (plain, small) = (plain.into_body(), small.into_body());
        let (plain, small) = (to_bytes(plain).await.unwrap(), to_bytes(small).await.unwrap());
        let mut text = Vec::new();
        GzDecoder::new(&small[..]).read_to_end(&mut text).unwrap();
        assert_eq!(text, plain);
        assert!(small.len() < plain.len());

        let letters = ask_for("/assets/fonts/inter-latin.woff2", "gzip").await;
        assert!(!letters.headers().contains_key("content-encoding"));
        let refused = ask_for("/assets/match.js", "gzip;q=0").await;
        assert!(!refused.headers().contains_key("content-encoding"));
    }

    #[actix_web::test]
    async fn g10_nothing_from_the_address_gets_into_a_page() {
        let one = ask(TestRequest::get().uri("/matches/3?%3Cscript%3E")).await;
        let two = ask(TestRequest::get().uri("/matches/4")).await;
        let one = to_bytes(one.into_body()).await.unwrap();
        assert_eq!(one, to_bytes(two.into_body()).await.unwrap());
        let text = std::str::from_utf8(&one).unwrap();
        assert!(!text.contains(" style=") && !text.contains("onclick"), "the policy forbids them");
    }

    #[actix_web::test]
    async fn heads_are_answered() {
        let head = TestRequest::default().method(Method::HEAD).uri("/matches/3/hd");
        assert_eq!(ask(head).await.status(), StatusCode::OK);
    }
}
