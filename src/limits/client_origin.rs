//! Client address and scheme of a request, resolved through trusted proxies.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

/// Address and scheme that the client itself used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientOrigin {
    /// Address of the nearest hop that isn't a trusted proxy; IPv4-mapped ones as IPv4.
    pub address: IpAddr,
    /// Whether a trusted proxy says that the client used HTTPS.
    pub is_https: bool,
}

impl ClientOrigin {
    /// Resolves the client of a request; 0.0.0.0 if the peer is unknown.
    pub fn from_request(request: &HttpRequest, proxies: &TrustedProxies) -> Self {
        let unknown = IpAddr::from([0, 0, 0, 0]);
        let peer = request.peer_addr().map_or(unknown, |peer| peer.ip());
        if !proxies.is_trusted(peer.to_canonical()) {
            return Self { address: peer.to_canonical(), is_https: false };
        }
        let headers = request.headers();
        let proto = header_values(headers, "x-forwarded-proto");
        proxies.client_origin(
            peer,
            &header_values(headers, "forwarded"),
            &header_values(headers, "x-forwarded-for"),
            proto.last().copied(),
        )
    }
}

fn header_values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).filter_map(|value| value.to_str().ok()).collect()
}

/// Networks of the reverse proxies whose forwarding headers are trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts the proxies in these networks; none if empty.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Walks the hops from the right for as long as each is a trusted proxy.
    ///
    /// `forwarded` are the raw values of `Forwarded` (RFC 7239), `x_forwarded_for` and
    /// `x_forwarded_proto` those of the older headers, which count only without `Forwarded`.
    pub fn client_origin(
        &self,
        peer: IpAddr,
        forwarded: &[&str],
        x_forwarded_for: &[&str],
        x_forwarded_proto: Option<&str>,
    ) -> ClientOrigin {
        let peer = peer.to_canonical();
        if !self.is_trusted(peer) {
            return ClientOrigin { address: peer, is_https: false };
        }
        let (hops, proto) = if forwarded.is_empty() {
            let hops: Vec<_> = split_values(x_forwarded_for, ',').map(parse_address).collect();
            (hops, x_forwarded_proto.map(str::to_owned))
        } else {
            let hops: Vec<_> = split_values(forwarded, ',').collect();
            let nearest = hops.last().and_then(|hop| forwarded_parameter(hop, "proto"));
            (
                hops.into_iter()
                    .map(|hop| forwarded_parameter(hop, "for").and_then(parse_address))
                    .collect(),
                nearest,
            )
        };
        let is_https = proto.is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https"));
        ClientOrigin { address: self.nearest_untrusted(peer, &hops), is_https }
    }

    fn nearest_untrusted(&self, peer: IpAddr, hops: &[Option<IpAddr>]) -> IpAddr {
        let mut nearest = peer;
        for hop in hops.iter().rev() {
            if !self.is_trusted(nearest) {
                break;
            }
            // An obfuscated hop (`unknown`, `_name`) ends the walk at the last known address.
            let Some(hop) = hop else { break };
            nearest = *hop;
        }
        nearest
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn split_values<'a>(values: &'a [&'a str], separator: char) -> impl Iterator<Item = &'a str> {
    values.iter().flat_map(move |value| value.split(separator)).map(str::trim)
}

/// The value of `name` in `for=192.0.2.60;proto=http`, without quotes.
fn forwarded_parameter<'a>(hop: &'a str, name: &str) -> Option<String> {
    let mut pairs = hop.split(';').filter_map(|pair: &'a str| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name))?;
    Some(value.trim().trim_matches('"').to_owned())
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`
fn parse_address(text: impl AsRef<str>) -> Option<IpAddr> {
    let text = text.as_ref();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let parsed = bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    parsed.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Description, peer, `Forwarded`, `X-Forwarded-For`, expected client address.
    type Case = (
        &'static str,
        &'static str,
        &'static [&'static str],
        &'static [&'static str],
        &'static str,
    );

    #[test]
    fn the_address_is_forwarded_by_trusted_proxies_only() {
        let proxies =
            TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        #[rustfmt::skip]
        let cases: &[Case] = &[
            ("no header",               "192.0.2.1",        &[], &[],                               "192.0.2.1"),
            ("untrusted peer",          "192.0.2.1",        &[], &["8.8.8.8"],                      "192.0.2.1"),
            ("trusted proxy",           "10.0.0.1",         &[], &["8.8.8.8"],                      "8.8.8.8"),
            ("IPv4-mapped peer",        "::ffff:10.0.0.1",  &[], &["8.8.8.8"],                      "8.8.8.8"),
            ("forged by the client",    "10.0.0.1",         &[], &["1.1.1.1, 8.8.8.8"],             "8.8.8.8"),
            ("two proxies",             "10.0.0.1",         &[], &["8.8.8.8, 10.9.9.9"],            "8.8.8.8"),
            ("several headers",         "10.0.0.1",         &[], &["1.1.1.1", "8.8.8.8", "10.2.0.1"], "8.8.8.8"),
            ("only proxies",            "10.0.0.1",         &[], &["10.0.0.3, 10.0.0.2"],           "10.0.0.3"),
            ("with a port",             "10.0.0.1",         &[], &["8.8.8.8:1234"],                 "8.8.8.8"),
            ("IPv6 with a port",        "::1",              &[], &["[2001:db8::7]:1234"],           "2001:db8::7"),
            ("garbage",                 "10.0.0.1",         &[], &["8.8.8.8, nonsense"],            "10.0.0.1"),
            ("empty",                   "10.0.0.1",         &[], &[""],                             "10.0.0.1"),
            ("RFC 7239",                "10.0.0.1", &["for=8.8.8.8;proto=https"], &[],              "8.8.8.8"),
            ("RFC 7239, quoted",        "10.0.0.1", &["For=\"[2001:db8::7]:47\""], &[],             "2001:db8::7"),
            ("RFC 7239 wins",           "10.0.0.1", &["for=8.8.8.8"], &["9.9.9.9"],                 "8.8.8.8"),
            ("RFC 7239, forged",        "10.0.0.1", &["for=1.1.1.1, for=8.8.8.8"], &[],             "8.8.8.8"),
            ("RFC 7239, obfuscated",    "10.0.0.1", &["for=8.8.8.8, for=unknown"], &[],             "10.0.0.1"),
        ];
        for &(case, peer, forwarded, x_forwarded_for, expected) in cases {
            let client =
                proxies.client_origin(peer.parse().unwrap(), forwarded, x_forwarded_for, None);
            assert_eq!(client.address, expected.parse::<IpAddr>().unwrap(), "{case}");
        }
    }

    #[test]
    fn the_scheme_is_forwarded_by_trusted_proxies_only() {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let is_https = |peer: &str, forwarded: &[&str], proto| {
            proxies.client_origin(peer.parse().unwrap(), forwarded, &[], proto).is_https
        };
        assert!(is_https("10.0.0.1", &[], Some("https")));
        assert!(is_https("10.0.0.1", &["for=1.1.1.1;proto=https"], None));
        assert!(!is_https("10.0.0.1", &["for=1.1.1.1;proto=https, for=2.2.2.2;proto=http"], None));
        assert!(!is_https("192.0.2.1", &[], Some("https")));
        assert!(!is_https("10.0.0.1", &[], None));
    }
}
