//! Small values of a document as people write them: lengths (`1h30m`), times of day (`20:15`), days of the year (`12-24`).
//!
//! Each reads what it writes. An error says what was found and what is expected.

use crate::library::HZ;
use serde::de::{Deserializer, Error as _, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The longest length that may stand in a document: a year.
const LONGEST_S: i64 = 366 * 24 * 3_600;

/// A length in ticks of 90 kHz; written `90s`, `15m`, `1h30m`, `2d`, or as a number of seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Length(pub i64);

impl Length {
    /// So many seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds * HZ)
    }

    /// So many minutes.
    pub const fn minutes(minutes: i64) -> Self {
        Self(minutes * 60 * HZ)
    }
}

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("'{text}' is no length; write it as '90s', '15m', '1h30m' or '2d'");
        let (mut total, mut number) = (0_i64, None::<i64>);
        for c in text.chars() {
            if let Some(digit) = c.to_digit(10) {
                let more = number.unwrap_or(0) * 10 + i64::from(digit);
                number = Some(more).filter(|more| *more <= LONGEST_S);
                number.ok_or_else(expected)?;
                continue;
            }
            let unit = match c {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                _ => return Err(expected()),
            };
            total += number.take().ok_or_else(expected)? * unit;
        }
        if number.is_some() || text.is_empty() || total > LONGEST_S {
            return Err(expected());
        }
        Ok(Self::seconds(total))
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0 / HZ;
        if left == 0 {
            return f.write_str("0s");
        }
        for (unit, name) in [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
            if left / unit > 0 {
                write!(f, "{}{name}", left / unit)?;
            }
            left %= unit;
        }
        Ok(())
    }
}

/// A time of day by the clock on the wall, in seconds since midnight; written `06:00` or `06:00:30`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(pub u32);

impl FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("'{text}' is no time of day; write it as '06:00' or '23:59:30'");
        let parts: Vec<&str> = text.split(':').collect();
        if !(2..=3).contains(&parts.len())
            || parts.iter().any(|part| part.len() != 2 || !part.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(expected());
        }
        let mut seconds = 0;
        for (at, most) in [24_u32, 60, 60].into_iter().enumerate() {
            let part: u32 = parts.get(at).map_or(Ok(0), |part| part.parse()).map_err(|_| expected())?;
            if part >= most {
                return Err(expected());
            }
            seconds = seconds * 60 + part;
        }
        Ok(Self(seconds))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / 3_600, self.0 / 60 % 60, self.0 % 60);
        write!(f, "{hours:02}:{minutes:02}")?;
        if seconds == 0 { Ok(()) } else { write!(f, ":{seconds:02}") }
    }
}

/// A day: of each year (`12-24`), or of one (`2026-12-24`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// Of this year alone.
    pub year: Option<i16>,
    /// Month, from 1.
    pub month: i8,
    /// Day of the month, from 1.
    pub day: i8,
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("'{text}' is no day; write it as '12-24' or '2026-12-24'");
        let parts: Vec<&str> = text.split('-').collect();
        let (year, rest) = match parts.as_slice() {
            [year, rest @ ..] if year.len() == 4 && rest.len() == 2 => {
                (Some(year.parse::<i16>().map_err(|_| expected())?), rest)
            }
            rest if rest.len() == 2 => (None, rest),
            _ => return Err(expected()),
        };
        let month: i8 = rest[0].parse().map_err(|_| expected())?;
        let day: i8 = rest[1].parse().map_err(|_| expected())?;
        // A leap year, so that 29 February is a day of each year that has it.
        jiff::civil::Date::new(year.unwrap_or(2024), month, day).map_err(|_| expected())?;
        Ok(Self { year, month, day })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(year) = self.year {
            write!(f, "{year:04}-")?;
        }
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

macro_rules! written {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}
written!(Length, TimeOfDay, Day);

struct Written<T>(std::marker::PhantomData<T>);

impl<T: FromStr<Err = String>> Visitor<'_> for Written<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text such as '1h30m', '20:15' or '12-24'")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Written(std::marker::PhantomData))
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Written(std::marker::PhantomData))
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Length;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length such as '90s', '15m', '1h30m', or a number of seconds")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Length, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: serde::de::Error>(self, seconds: u64) -> Result<Length, E> {
                let seconds = i64::try_from(seconds).ok().filter(|seconds| *seconds <= LONGEST_S);
                seconds.map(Length::seconds).ok_or_else(|| E::custom("longer than a year"))
            }

            fn visit_i64<E: serde::de::Error>(self, seconds: i64) -> Result<Length, E> {
                let seconds = u64::try_from(seconds).map_err(|_| E::custom("a length is not below 0"))?;
                self.visit_u64(seconds)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Reads either a bare text, which `of_text` takes, or an object of `T`'s fields.
pub(super) fn text_or<'de, T, D>(
    deserializer: D,
    of_text: fn(&str) -> Result<T, String>,
) -> Result<T, D::Error>
where
    T: TryFromMap<'de>,
    D: Deserializer<'de>,
{
    struct Both<T>(fn(&str) -> Result<T, String>);
    impl<'de, T: TryFromMap<'de>> Visitor<'de> for Both<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or an object")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            (self.0)(text).map_err(E::custom)
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::from_map(serde::de::value::MapAccessDeserializer::new(map)).map_err(A::Error::custom)
        }
    }
    deserializer.deserialize_any(Both(of_text))
}

/// What an object of a document can be read into.
pub(super) trait TryFromMap<'de>: Sized {
    /// Reads its fields.
    fn from_map<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_times_and_days_are_read_as_they_are_written() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("1h30m", 5_400), ("2d", 172_800), ("0s", 0)] {
            let length: Length = text.parse().expect(text);
            assert_eq!(length, Length::seconds(seconds), "{text}");
            assert_eq!(length.to_string().parse(), Ok(length), "{text}");
        }
        for wrong in ["", "h", "5", "1x", "-3s", "99999999999999999999s", "400d", "1h 30m"] {
            assert!(wrong.parse::<Length>().is_err(), "{wrong}");
        }
        for (text, seconds) in [("06:00", 21_600), ("23:59:30", 86_370), ("00:00", 0)] {
            assert_eq!(text.parse(), Ok(TimeOfDay(seconds)), "{text}");
            assert_eq!(TimeOfDay(seconds).to_string(), text);
        }
        for wrong in ["24:00", "6:00", "06:60", "06", "06:00:00:00", "ab:cd", "+1:00"] {
            assert!(wrong.parse::<TimeOfDay>().is_err(), "{wrong}");
        }
        for text in ["12-24", "2026-12-24", "02-29"] {
            assert_eq!(text.parse::<Day>().expect(text).to_string(), text);
        }
        for wrong in ["2025-02-29", "13-01", "12-32", "24.12.", "12", "26-12-24"] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
        assert_eq!(serde_json::from_str::<Length>("90").expect("a number"), Length::seconds(90));
        assert_eq!(serde_json::to_string(&Length::minutes(90)).expect("a text"), "\"1h30m\"");
        assert!(serde_json::from_str::<Length>("-1").is_err());
    }
}
