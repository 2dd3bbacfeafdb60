//! Whether a browser sent a write from one of this site's own pages (defence against CSRF).

/// What a request says of where it came from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Provenance<'a> {
    /// `Sec-Fetch-Site`
    pub fetch_site: Option<&'a str>,
    pub origin: Option<&'a str>,
    pub host: Option<&'a str>,
}

impl Provenance<'_> {
    /// Whether it surely comes from our own pages, or from a site we were told to trust.
    pub fn is_trusted(self, allowed: &[String]) -> bool {
        if matches!(self.fetch_site, Some("same-origin" | "none")) {
            return true;
        }
        self.origin
            .is_some_and(|origin| self.is_same_origin(origin) || is_allowed_origin(origin, allowed))
    }

    /// Whether it surely comes from elsewhere. Clients that aren't browsers don't say.
    pub fn is_cross_site(self, allowed: &[String]) -> bool {
        (self.fetch_site.is_some() || self.origin.is_some()) && !self.is_trusted(allowed)
    }

    /// `Sec-Fetch-Site` wins: a browser that sends it has compared schemes as well, which we
    /// can't behind a proxy.
    fn is_same_origin(self, origin: &str) -> bool {
        let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let is_same_host = authority.zip(self.host).is_some_and(|(authority, host)| {
            !host.is_empty() && authority.eq_ignore_ascii_case(host)
        });
        is_same_host && self.fetch_site.is_none()
    }
}

/// Whether the origin is one of the sites that were allowed in the settings.
pub fn is_allowed_origin(origin: &str, allowed: &[String]) -> bool {
    allowed
        .iter()
        .any(|allowed_origin| allowed_origin.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookie_writes_are_accepted_from_own_and_allowed_origins_only() {
        let allowed = ["https://club.example".to_owned()];
        let host = Some("live.example:8080");
        #[rustfmt::skip]
        let cases = [
            ("says nothing",               None,                None,                               false, false),
            ("same origin",                Some("same-origin"), None,                               true,  false),
            ("typed by the user",          Some("none"),        None,                               true,  false),
            ("a cousin",                   Some("same-site"),   None,                               false, true),
            ("another site",               Some("cross-site"),  Some("https://evil.example"),       false, true),
            ("another site that lies",     Some("cross-site"),  Some("https://live.example:8080"),  false, true),
            ("an allowed site",            Some("cross-site"),  Some("https://club.example"),       true,  false),
            ("our own, older browser",     None,                Some("https://live.example:8080"),  true,  false),
            ("our own, plain",             None,                Some("http://LIVE.example:8080"),   true,  false),
            ("another port",               None,                Some("https://live.example"),       false, true),
            ("a longer name",              None,                Some("https://live.example:8080.evil"), false, true),
            ("a sandbox",                  None,                Some("null"),                       false, true),
        ];
        for (case, site, origin, ours, foreign) in cases {
            let from = Provenance { fetch_site: site, origin, host };
            assert_eq!(from.is_trusted(&allowed), ours, "{case}");
            assert_eq!(from.is_cross_site(&allowed), foreign, "{case}");
        }
        let hostless = Provenance { origin: Some("https://"), ..Provenance::default() };
        assert!(!hostless.is_trusted(&[]), "without a host nothing is the same");
    }
}
