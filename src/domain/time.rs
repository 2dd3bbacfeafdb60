//! Times in requests and responses: RFC 3339, UTC, whole milliseconds, years 0001 to 9999.

use std::ops::RangeInclusive;

use chrono::{DateTime, SecondsFormat, Utc};

/// Years of four digits, in milliseconds since 1970; RFC 3339 can't express times beyond.
const RANGE_MS: RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// Parses an RFC 3339 time in any zone, truncated to milliseconds.
///
/// A leap second is rejected: it can't be stored, and would be returned as the second after it.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    let is_leap = time.timestamp_subsec_millis() >= 1000;
    if is_leap { None } else { from_millis(time.timestamp_millis()) }
}

/// The time of milliseconds since 1970; `None` if RFC 3339 can't express it.
pub fn from_millis(ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms).filter(|_| RANGE_MS.contains(&ms))
}

/// The time of seconds since 1970; `None` if RFC 3339 can't express it.
pub fn from_seconds(seconds: i64) -> Option<DateTime<Utc>> {
    from_millis(seconds.checked_mul(1000)?)
}

/// Formats a time as in all JSON of the API. Times out of range, which older releases accepted, are
/// written as the nearest one in range, so that every client can parse them.
pub fn format(at: DateTime<Utc>) -> String {
    format_millis(at.timestamp_millis())
}

/// Formats milliseconds since 1970 like [`format()`].
pub fn format_millis(ms: i64) -> String {
    let ms = ms.clamp(*RANGE_MS.start(), *RANGE_MS.end());
    let at = DateTime::<Utc>::from_timestamp_millis(ms).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_that_can_be_written_back_parse() {
        #[rustfmt::skip]
        let cases = [
            ("2026-11-21T15:00:00Z",              Some("2026-11-21T15:00:00.000Z")),
            ("2026-11-21T16:00:00.1239+01:00",    Some("2026-11-21T15:00:00.123Z")),
            ("1969-12-31T23:59:59.9999Z",         Some("1969-12-31T23:59:59.999Z")),
            ("0001-01-01T00:00:00Z",              Some("0001-01-01T00:00:00.000Z")),
            ("0000-12-31T19:00:00-05:00",         Some("0001-01-01T00:00:00.000Z")),
            ("9999-12-31T23:59:59.999999Z",       Some("9999-12-31T23:59:59.999Z")),
            ("9999-12-31T23:59:59.999+05:00",     Some("9999-12-31T18:59:59.999Z")),
            ("9999-12-31T23:59:59-05:00",         None),
            ("9999-12-31T23:59:59.000-00:01",     None),
            ("0001-01-01T00:00:00+05:00",         None),
            ("0000-12-31T23:59:59Z",              None),
            ("0000-01-01T00:00:00+23:59",         None),
            ("+10000-01-01T00:00:00Z",            None),
            ("+010000-01-01T00:00:00Z",           None),
            ("10000-01-01T00:00:00Z",             None),
            ("-0001-01-01T00:00:00Z",             None),
            ("2026-12-31T23:59:60Z",              None),
            ("2026-06-30T23:59:60.5Z",            None),
            ("2026-11-21T24:00:00Z",              None),
            ("2026-02-30T00:00:00Z",              None),
            ("2026-11-21T15:00:00",               None),
            ("2026-11-21",                        None),
            ("1795273200",                        None),
            ("NaN",                               None),
            ("",                                  None),
        ];
        for (input, expected) in cases {
            let parsed = parse(input).map(format);
            assert_eq!(parsed.as_deref(), expected, "{input}");
        }
    }

    #[test]
    fn times_out_of_range_are_written_as_the_nearest_in_range() {
        let (first, last) = ("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z");
        for (ms, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-62_135_596_800_000, first),
            (-62_135_596_800_001, first),
            (i64::MIN, first),
            (253_402_300_799_999, last),
            (253_402_300_800_000, last),
            (i64::MAX, last),
        ] {
            assert_eq!(format_millis(ms), expected, "{ms}");
        }
        assert_eq!(format(DateTime::<Utc>::MAX_UTC), last);
        assert_eq!(format(DateTime::<Utc>::MIN_UTC), first);
    }

    #[test]
    fn seconds_and_milliseconds_have_the_same_range() {
        for seconds in [253_402_300_800, -62_135_596_801, i64::MAX, i64::MIN, (1 << 53) - 1] {
            assert_eq!(from_seconds(seconds), None, "{seconds}");
        }
        assert_eq!(
            from_seconds(253_402_300_799).map(format).as_deref(),
            Some("9999-12-31T23:59:59.000Z")
        );
        assert_eq!(from_millis(253_402_300_800_000), None);
    }
}
