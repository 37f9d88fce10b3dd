//! The names that the log has for the engine's enums.

use serde::{Deserialize, Deserializer, Serializer};

use crate::event::{GapCause, Layout, Mark, Outcome, OverlapKind, Speed};

/// An enum with a name in the log for each of its values.
pub trait Name: Copy + PartialEq + 'static {
    /// The values and their names.
    const NAMES: &'static [(Self, &'static str)];

    /// This value's name.
    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(value, _)| *value == self).map_or("", |(_, name)| name)
    }
}

macro_rules! names {
    ($type:ty: $($value:ident = $name:literal),+) => {
        impl Name for $type {
            const NAMES: &'static [(Self, &'static str)] = &[$((<$type>::$value, $name)),+];
        }
    };
}

names!(Layout: Stereo = "stereo", TwoFiles = "two-files", MonoMix = "mono-mix", Live = "live");
names!(OverlapKind: Backchannel = "backchannel", Interruption = "interruption", Shared = "shared");
names!(GapCause: Overrun = "overrun", DeviceLost = "device-lost", File = "file", Paused = "paused");
names!(Outcome: Heeded = "heeded", Ignored = "ignored", Wrong = "wrong", Expired = "expired", Snoozed = "snoozed");
names!(Speed: Fast = "fast", Slow = "slow");
names!(Mark: Done = "done", Missed = "missed", Broken = "broken", NotNeeded = "not-needed");

/// For `#[serde(with)]`.
pub fn serialize<T: Name, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.name())
}

/// For `#[serde(with)]`.
pub fn deserialize<'de, T: Name, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known = T::NAMES.iter().find(|(_, known)| *known == name);
    known
        .map(|(value, _)| *value)
        .ok_or_else(|| serde::de::Error::custom(format!("{name:?} is from a newer version")))
}
