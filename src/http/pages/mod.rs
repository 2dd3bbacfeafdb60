//! The web pages and their assets: the files of `web/`, embedded in the binary.

pub mod encoded_file;
mod strip_comments;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETag, EntityTag,
    Header, IfNoneMatch, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::{Embed, EmbeddedFile};

/// The folder at build time; a debug build reads files from disk at each request.
#[derive(Embed)]
#[folder = "web/"]
struct WebFiles;

/// Policy of the pages: only their own scripts, and no text that becomes markup.
const CSP_VALUE: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'self'; require-trusted-types-for 'script'";

/// Content types of served files by suffix; other files of the folder are not served.
const CONTENT_TYPES: [(&str, &str); 5] = [
    (".css", "text/css; charset=utf-8"),
    (".html", "text/html; charset=utf-8"),
    (".js", "text/javascript; charset=utf-8"),
    (".svg", "image/svg+xml"),
    (".woff2", "font/woff2"),
];

/// The routes of each page and its file. Ids stay in the URL, where the page's script reads them,
/// so a response never depends on the URL.
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
    // A service worker controls only pages beside or below its script.
    ("/scorer/worker.js", "scorer/worker.js"),
    ("/admin", "admin.html"),
    ("/admin/", "admin.html"),
    ("/docs", "docs.html"),
    ("/docs/", "docs.html"),
];

/// Adds the routes of the pages, and of their assets under `/assets/`.
pub fn routes(config: &mut ServiceConfig) {
    for (address, name) in PAGES {
        let page = move |request: HttpRequest| async move { serve_file(&request, name) };
        config
            .service(web::resource(address).route(web::get().to(page)).route(web::head().to(page)));
    }
    let assets = web::resource("/assets/{name:.*}");
    config.service(assets.route(web::get().to(serve_asset)).route(web::head().to(serve_asset)));
}

async fn serve_asset(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    serve_file(&request, &name)
}

fn serve_file(request: &HttpRequest, name: &str) -> HttpResponse {
    match find_file(name) {
        Some((content_type, file)) => file_response(request, content_type, file),
        None => HttpResponse::NotFound().finish(),
    }
}

fn find_file(name: &str) -> Option<(&'static str, EmbeddedFile)> {
    let (_, content_type) = CONTENT_TYPES.iter().find(|(ending, _)| name.ends_with(ending))?;
    if name.ends_with(".test.js") || name.split('/').any(|part| part == "..") {
        return None;
    }
    Some((content_type, WebFiles::get(name)?))
}

fn file_response(
    request: &HttpRequest,
    content_type: &'static str,
    file: EmbeddedFile,
) -> HttpResponse {
    let encoded = encoded_file::encoded_file(content_type, file);
    let is_gzip = !encoded.gzip.is_empty() && encoded_file::accepts_gzip(request);
    // A strong ETag promises identical bytes, so each encoding needs its own.
    let coding = if is_gzip { "-gzip" } else { "" };
    let tag = EntityTag::new_strong(format!("{:032x}{coding}", encoded.hash));
    let is_cached = matches_if_none_match(request, &tag);
    let mut response = if is_cached { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header(ETag(tag))
        // Revalidated at each use, because names stay the same across versions.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header((VARY, "Accept-Encoding"));
    if needs_csp(content_type, request.path()) {
        response.insert_header((CONTENT_SECURITY_POLICY, CSP_VALUE));
    }
    if is_cached {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, content_type));
    if is_gzip {
        response.insert_header((CONTENT_ENCODING, "gzip"));
        return response.body(encoded.gzip.clone());
    }
    response.body(encoded.identity.clone())
}

/// Whether browsers apply the policy of this file: only for documents and workers. Other scripts
/// and styles, some forty per page, are covered by the policy of the page that loads them.
fn needs_csp(content_type: &str, path: &str) -> bool {
    let is_document = ["text/html", "image/svg"].iter().any(|kind| content_type.starts_with(kind));
    is_document || path.ends_with("/worker.js")
}

/// Whether the browser's cached file is current.
fn matches_if_none_match(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|item| item.weak_eq(tag)),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use actix_web::App;
    use actix_web::body::to_bytes;
    use actix_web::dev::ServiceResponse;
    use actix_web::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
    use actix_web::http::{Method, StatusCode};
    use actix_web::test::{TestRequest, call_service, init_service};
    use flate2::read::GzDecoder;

    use super::*;

    async fn send(request: TestRequest) -> ServiceResponse {
        let app = init_service(App::new().configure(routes)).await;
        call_service(&app, request.to_request()).await
    }

    fn header_text(response: &ServiceResponse, name: &str) -> String {
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
            let response = send(TestRequest::get().uri(path)).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(header_text(&response, "content-type"), content_type, "{path}");
            assert_eq!(header_text(&response, "cache-control"), "no-cache", "{path}");
            assert_eq!(header_text(&response, "x-content-type-options"), "nosniff", "{path}");
            let is_document =
                ["text/html", "image/svg"].iter().any(|kind| content_type.starts_with(kind));
            if !is_document && !path.ends_with("worker.js") {
                continue;
            }
            let policy = header_text(&response, "content-security-policy");
            assert!(policy.contains("default-src 'self'"), "{path}");
            assert!(policy.contains("frame-ancestors 'self'"), "{path}");
            assert!(!policy.contains("unsafe"), "{path}");
        }
    }

    #[actix_web::test]
    async fn files_not_meant_for_browsers_are_not_found() {
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
            let response = send(TestRequest::get().uri(path)).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[actix_web::test]
    async fn a_matching_etag_gets_304_without_a_body() {
        let first = send(TestRequest::get().uri("/matches/3")).await;
        let tag = header_text(&first, "etag");
        let second =
            TestRequest::get().uri("/matches/4").insert_header((IF_NONE_MATCH, tag.clone()));
        let second = send(second).await;
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header_text(&second, "etag"), tag);
        assert!(to_bytes(second.into_body()).await.unwrap().is_empty());

        let other = TestRequest::get().uri("/").insert_header((IF_NONE_MATCH, tag));
        assert_eq!(send(other).await.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn gzip_is_served_when_accepted_and_smaller() {
        let fetch = |uri: &str, coding: &str| {
            send(TestRequest::get().uri(uri).insert_header((ACCEPT_ENCODING, coding.to_owned())))
        };
        let plain = fetch("/assets/match.js", "identity").await;
        let compressed = fetch("/assets/match.js", "gzip, br").await;
        assert_eq!(header_text(&compressed, "content-encoding"), "gzip");
        assert_eq!(header_text(&compressed, "vary"), "Accept-Encoding");
        assert_ne!(header_text(&compressed, "etag"), header_text(&plain, "etag"), "other bytes");
        let (plain, compressed) = (plain.into_body(), compressed.into_body());
        let (plain, compressed) =
            (to_bytes(plain).await.unwrap(), to_bytes(compressed).await.unwrap());
        let mut text = Vec::new();
        GzDecoder::new(&compressed[..]).read_to_end(&mut text).unwrap();
        assert_eq!(text, plain);
        assert!(compressed.len() < plain.len());

        let font = fetch("/assets/fonts/inter-latin.woff2", "gzip").await;
        assert!(!font.headers().contains_key("content-encoding"));
        let uncompressed = fetch("/assets/match.js", "gzip;q=0").await;
        assert!(!uncompressed.headers().contains_key("content-encoding"));
    }

    #[actix_web::test]
    async fn g10_pages_never_contain_text_from_the_url() {
        let first = send(TestRequest::get().uri("/matches/3?%3Cscript%3E")).await;
        let second = send(TestRequest::get().uri("/matches/4")).await;
        let first = to_bytes(first.into_body()).await.unwrap();
        assert_eq!(first, to_bytes(second.into_body()).await.unwrap());
        let text = std::str::from_utf8(&first).unwrap();
        assert!(!text.contains(" style=") && !text.contains("onclick"), "the policy forbids them");
    }

    #[actix_web::test]
    async fn head_requests_are_answered() {
        let head = TestRequest::default().method(Method::HEAD).uri("/matches/3/hd");
        assert_eq!(send(head).await.status(), StatusCode::OK);
    }
}
