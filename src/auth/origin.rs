//! CSRF defence: tells writes from this site's own pages from those of other sites.

/// The request headers that tell which site a browser's request comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Provenance<'a> {
    /// `Sec-Fetch-Site`
    pub fetch_site: Option<&'a str>,
    /// `Origin`
    pub origin: Option<&'a str>,
    /// `Host`
    pub host: Option<&'a str>,
}

impl Provenance<'_> {
    /// Whether the request provably comes from this site's own pages or from an allowed origin.
    pub fn is_trusted(self, allowed: &[String]) -> bool {
        if matches!(self.fetch_site, Some("same-origin" | "none")) {
            return true;
        }
        self.origin
            .is_some_and(|origin| self.is_same_origin(origin) || is_allowed_origin(origin, allowed))
    }

    /// Whether the request provably comes from another site; clients other than browsers send no
    /// provenance headers and are not cross-site.
    pub fn is_cross_site(self, allowed: &[String]) -> bool {
        (self.fetch_site.is_some() || self.origin.is_some()) && !self.is_trusted(allowed)
    }

    /// Compares `Origin` with `Host`, only if `Sec-Fetch-Site` is missing: a browser that sends
    /// it has compared the schemes too, which the service can't do behind a proxy.
    fn is_same_origin(self, origin: &str) -> bool {
        let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let is_same_host = authority.zip(self.host).is_some_and(|(authority, host)| {
            !host.is_empty() && authority.eq_ignore_ascii_case(host)
        });
        is_same_host && self.fetch_site.is_none()
    }
}

/// Whether the origin is listed in `allowed_origins`; case and a trailing slash don't matter.
pub fn is_allowed_origin(origin: &str, allowed: &[String]) -> bool {
    allowed
        .iter()
        .any(|allowed_origin| allowed_origin.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_and_allowed_origins_are_trusted() {
        let allowed = ["https://club.example".to_owned()];
        let host = Some("live.example:8080");
        #[rustfmt::skip]
        let cases = [
            ("no headers",                 None,                None,                               false, false),
            ("same origin",                Some("same-origin"), None,                               true,  false),
            ("typed by the user",          Some("none"),        None,                               true,  false),
            ("a sibling site",             Some("same-site"),   None,                               false, true),
            ("another site",               Some("cross-site"),  Some("https://evil.example"),       false, true),
            ("a forged origin",            Some("cross-site"),  Some("https://live.example:8080"),  false, true),
            ("an allowed site",            Some("cross-site"),  Some("https://club.example"),       true,  false),
            ("own, older browser",         None,                Some("https://live.example:8080"),  true,  false),
            ("own, without TLS",           None,                Some("http://LIVE.example:8080"),   true,  false),
            ("another port",               None,                Some("https://live.example"),       false, true),
            ("own as a prefix",            None,                Some("https://live.example:8080.evil"), false, true),
            ("a sandboxed frame",          None,                Some("null"),                       false, true),
        ];
        for (case, fetch_site, origin, is_trusted, is_cross_site) in cases {
            let provenance = Provenance { fetch_site, origin, host };
            assert_eq!(provenance.is_trusted(&allowed), is_trusted, "{case}");
            assert_eq!(provenance.is_cross_site(&allowed), is_cross_site, "{case}");
        }
        let without_host = Provenance { origin: Some("https://"), ..Provenance::default() };
        assert!(!without_host.is_trusted(&[]), "an empty host equals no origin");
    }
}
