//! How bad, how sure, and in which way it goes wrong.
//!
//! Severity and confidence are two scales and stay two: how bad it is if true, and how sure we are
//! that it is. Nothing multiplies one by the other.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How bad it is if it is true: blast radius and how hard the way back is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// A nuisance.
    Low,
    /// Needs a fix, breaks nothing at once.
    Medium,
    /// Breaks a service.
    High,
    /// Breaks a service on many hosts, or loses data.
    Critical,
}

/// How sure the gate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess worth a look.
    Low,
    /// Rests on something that could not be decided here.
    Medium,
    /// Both sides were read.
    High,
}

/// The way in which it shows once it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureMode {
    /// Requests fail quickly and the backends go idle.
    FastFail,
    /// Demand exceeds supply: queues grow, timeouts follow.
    Overload,
    /// Nothing alerts; something is lost or wrong meanwhile.
    Silent,
    /// It breaks later, at an event that seems unrelated.
    Delayed,
}

impl Severity {
    /// All, mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Confidence {
    /// All, weakest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl FailureMode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::FastFail, Self::Overload, Self::Silent, Self::Delayed];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FastFail => "fast-fail",
            Self::Overload => "overload",
            Self::Silent => "silent",
            Self::Delayed => "delayed",
        }
    }

    /// What to look at while the change goes out.
    #[must_use]
    pub fn watch(self) -> &'static str {
        match self {
            Self::FastFail => "error rate up, utilisation of the backends down, responses fast and small",
            Self::Overload => {
                "queue length and process count up, latency near the timeout, errors from the layer above"
            }
            Self::Silent => {
                "nothing alerts by itself: compare a count of work done (mails sent, jobs finished) with yesterday's"
            }
            Self::Delayed => {
                "nothing changes now: exercise the change by hand (restart, reboot, next run) while somebody looks"
            }
        }
    }

    /// What to try first once it has happened: fixing comes before diagnosing.
    #[must_use]
    pub fn first_fix(self) -> &'static str {
        match self {
            Self::FastFail => "take the hosts done out of rotation and go back on them; diagnose afterwards",
            Self::Overload => {
                "stop the rollout; drop the queued work first (restart the backends in turn, kill slow queries), patch second"
            }
            Self::Silent => "go back on the hosts done, then count what was lost and send it again",
            Self::Delayed => "go back before anybody else restarts or reboots; the fault sleeps until then",
        }
    }
}

/// A word that names no level.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a level")]
pub struct UnknownLevel(pub String);

macro_rules! words {
    ($($level:ty),*) => {$(
        impl fmt::Display for $level {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $level {
            type Err = UnknownLevel;

            fn from_str(word: &str) -> Result<Self, UnknownLevel> {
                Self::ALL.into_iter().find(|l| l.name() == word).ok_or_else(|| UnknownLevel(word.to_owned()))
            }
        }
    )*};
}

words!(Severity, Confidence, FailureMode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_and_read_back() {
        assert!(Severity::Critical > Severity::High && Severity::Low > Severity::Info);
        for level in Severity::ALL {
            assert_eq!(level.name().parse(), Ok(level));
        }
        assert_eq!("severe".parse::<Severity>(), Err(UnknownLevel("severe".into())));
        assert_eq!("fast-fail".parse(), Ok(FailureMode::FastFail));
    }
}
