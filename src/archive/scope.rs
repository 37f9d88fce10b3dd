//! Which calls of an archive are looked at, and how the index is asked for them.

use jiff::civil::Date;
use rusqlite::types::Value;

/// Which calls are looked at; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Only those of this agent.
    pub agent: Option<String>,
    /// Only those of this queue.
    pub queue: Option<String>,
    /// From this day on.
    pub since: Option<Date>,
    /// To this day.
    pub until: Option<Date>,
}

impl Scope {
    /// Adds what holds of its calls.
    pub(super) fn add_to(&self, conditions: &mut Conditions) {
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        conditions.add("agent = ?", self.agent.clone());
        conditions.add("queue = ?", self.queue.clone());
        conditions.add("day >= ?", day(self.since));
        conditions.add("day <= ?", day(self.until));
    }
}

/// What must hold of a row of `calls`, in SQL, with the values to be put in.
#[derive(Default)]
pub(super) struct Conditions {
    all: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds a condition with `?` in the place of its value, where one is given.
    pub fn add(&mut self, condition: &str, value: Option<impl Into<Value>>) {
        let Some(value) = value else { return };
        self.values.push(value.into());
        self.all.push(condition.replace('?', &format!("?{}", self.values.len())));
    }

    /// All of them, as one condition.
    pub fn text(&self) -> String {
        if self.all.is_empty() { "1".into() } else { self.all.join(" AND ") }
    }

    /// The values, in the order of their numbers.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}
