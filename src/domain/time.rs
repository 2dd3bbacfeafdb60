//! Times as they come from outside and as they are emitted: RFC 3339, UTC, whole milliseconds,
//! years 0001 to 9999.

use std::ops::RangeInclusive;

use chrono::{DateTime, SecondsFormat, Utc};

/// What a year of four digits can say, in milliseconds since 1970: beyond it there is no RFC 3339.
const RANGE_MS: RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// An RFC 3339 time in any zone, cut to the milliseconds that all our times have.
///
/// A leap second is none: it can't be kept, and would come back as the second after it.
pub fn read(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    let is_leap = time.timestamp_subsec_millis() >= 1000;
    if is_leap { None } else { of_millis(time.timestamp_millis()) }
}

/// Milliseconds since 1970; `None` for a time that can't be written.
pub fn of_millis(ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms).filter(|_| RANGE_MS.contains(&ms))
}

/// The same of whole seconds.
pub fn of_seconds(seconds: i64) -> Option<DateTime<Utc>> {
    of_millis(seconds.checked_mul(1000)?)
}

/// A time as all our JSON writes it. What an older release took beyond the years that can be
/// written is emitted as the nearest of them: no reader has to understand anything else.
pub fn text(at: DateTime<Utc>) -> String {
    text_of_millis(at.timestamp_millis())
}

/// The same of milliseconds since 1970.
pub fn text_of_millis(ms: i64) -> String {
    let ms = ms.clamp(*RANGE_MS.start(), *RANGE_MS.end());
    let at = DateTime::<Utc>::from_timestamp_millis(ms).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g10_a_time_is_taken_as_it_is_emitted_or_not_at_all() {
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
        for (given, expected) in cases {
            let read = read(given).map(text);
            assert_eq!(read.as_deref(), expected, "{given}");
        }
    }

    #[test]
    fn g10_what_can_not_be_written_is_emitted_as_the_nearest_that_can() {
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
            assert_eq!(text_of_millis(ms), expected, "{ms}");
        }
        assert_eq!(text(DateTime::<Utc>::MAX_UTC), last);
        assert_eq!(text(DateTime::<Utc>::MIN_UTC), first);
    }

    #[test]
    fn g10_counted_times_have_the_same_range() {
        for seconds in [253_402_300_800, -62_135_596_801, i64::MAX, i64::MIN, (1 << 53) - 1] {
            assert_eq!(of_seconds(seconds), None, "{seconds}");
        }
        assert_eq!(
            of_seconds(253_402_300_799).map(text).as_deref(),
            Some("9999-12-31T23:59:59.000Z")
        );
        assert_eq!(of_millis(253_402_300_800_000), None);
    }
}
