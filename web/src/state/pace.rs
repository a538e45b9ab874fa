//! How long is an event shown while the session plays?

/// Whole seconds, of a few.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace(u32);

impl Default for Pace {
    fn default() -> Self {
        Self(3)
    }
}

impl Pace {
    /// The longest: time to say something about each event.
    pub const TEN: Self = Self(10);
    /// Those to choose from.
    pub const ALL: [Self; 4] = [Self(1), Self(3), Self(6), Self::TEN];

    /// As a person reads it.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// As a timer takes it.
    #[must_use]
    pub const fn milliseconds(self) -> u32 {
        self.0 * 1000
    }

    /// The one of so many seconds.
    #[must_use]
    pub fn read(seconds: &str) -> Self {
        let is_it = |pace: &Self| seconds.parse() == Ok(pace.0);
        Self::ALL.into_iter().find(is_it).unwrap_or_default()
    }
}
