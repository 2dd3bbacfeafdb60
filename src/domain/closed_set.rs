//! Closed sets: enums whose texts are said once, for requests, responses, the database and errors.

/// An enum of which each value has one text.
pub trait ClosedSet: Copy + Eq + 'static {
    /// All values, in the order in which errors and schemas list them.
    const ALL: &'static [Self];

    /// The text on the wire and in the database.
    fn text(self) -> &'static str;

    /// The value with this text.
    fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.text() == text)
    }

    /// The texts of all values.
    fn texts() -> Vec<&'static str> {
        Self::ALL.iter().map(|value| value.text()).collect()
    }
}

/// The error of a text that is not in the set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {}", .expected.join(", "))]
pub struct UnknownText {
    /// The texts that are.
    pub expected: Vec<&'static str>,
}

/// A closed set by the name of its schema in the API description.
#[derive(Clone, Copy, Debug)]
pub struct NamedSet {
    pub name: &'static str,
    pub texts: fn() -> Vec<&'static str>,
}

impl NamedSet {
    /// The set `T`.
    pub const fn of<T: ClosedSet>(name: &'static str) -> Self {
        Self { name, texts: T::texts }
    }
}

/// Gives an enum its texts: `closed_set!(Visibility { Public => "public", Private => "private" });`
macro_rules! closed_set {
    ($set:ident { $($value:ident => $text:literal),+ $(,)? }) => {
        impl $set {
            /// The text on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }
        }

        impl $crate::domain::closed_set::ClosedSet for $set {
            const ALL: &'static [Self] = &[$(Self::$value),+];

            fn text(self) -> &'static str {
                self.as_str()
            }
        }

        impl std::str::FromStr for $set {
            type Err = $crate::domain::closed_set::UnknownText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                use $crate::domain::closed_set::{ClosedSet, UnknownText};
                Self::from_text(text).ok_or_else(|| UnknownText { expected: Self::texts() })
            }
        }

        impl std::fmt::Display for $set {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $set {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $set {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use closed_set;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Weather {
        Sun,
        LightRain,
    }

    closed_set!(Weather { Sun => "sun", LightRain => "light_rain" });

    #[test]
    fn a_value_has_one_text_everywhere() {
        assert_eq!(Weather::texts(), ["sun", "light_rain"]);
        for value in Weather::ALL {
            let text = value.as_str();
            assert_eq!(text.parse(), Ok(*value));
            assert_eq!(value.to_string(), text);
            assert_eq!(json!(value), json!(text));
            assert_eq!(serde_json::from_value::<Weather>(json!(text)).unwrap(), *value);
        }
    }

    #[test]
    fn another_text_is_answered_with_the_set() {
        for text in ["", "Sun", "rain", "light rain"] {
            let error = text.parse::<Weather>().unwrap_err();
            assert_eq!(error.to_string(), "must be one of sun, light_rain", "{text:?}");
            assert!(serde_json::from_value::<Weather>(json!(text)).is_err(), "{text:?}");
        }
    }
}
