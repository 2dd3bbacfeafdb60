//! Whether a browser sent a write from one of this site's own pages (defence against CSRF).

/// What a request says of where it came from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Provenance<'a> {
    /// `Sec-Fetch-Site`
    pub site: Option<&'a str>,
    pub origin: Option<&'a str>,
    pub host: Option<&'a str>,
}

impl Provenance<'_> {
    /// Whether it surely comes from our own pages, or from a site we were told to trust.
    pub fn is_ours(self, allowed: &[String]) -> bool {
        if matches!(self.site, Some("same-origin" | "none")) {
            return true;
        }
        self.origin.is_some_and(|origin| self.is_own(origin) || is_listed(origin, allowed))
    }

    /// Whether it surely comes from elsewhere. Clients that aren't browsers don't say.
    pub fn is_foreign(self, allowed: &[String]) -> bool {
        (self.site.is_some() || self.origin.is_some()) && !self.is_ours(allowed)
    }

    /// `Sec-Fetch-Site` wins: a browser that sends it has compared schemes as well, which we
    /// can't behind a proxy.
    fn is_own(self, origin: &str) -> bool {
        let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let same = authority.zip(self.host).is_some_and(|(authority, host)| {
            !host.is_empty() && authority.eq_ignore_ascii_case(host)
        });
        same && self.site.is_none()
    }
}

/// Whether the origin is one of the sites that were allowed in the settings.
pub fn is_listed(origin: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|known| known.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_with_a_cookie_come_from_our_own_pages() {
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
            let from = Provenance { site, origin, host };
            assert_eq!(from.is_ours(&allowed), ours, "{case}");
            assert_eq!(from.is_foreign(&allowed), foreign, "{case}");
        }
        let hostless = Provenance { origin: Some("https://"), ..Provenance::default() };
        assert!(!hostless.is_ours(&[]), "without a host nothing is the same");
    }
}
