//! What is looked for in the list.

use jiff::civil::Date;

use crate::archive::find::Wanted;
use crate::archive::scope::Scope;

/// How a practice stands that is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum How {
    /// It was called for and didn't come.
    #[default]
    Missed,
    /// The opposite was done.
    Broken,
    /// It was done.
    Done,
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Words that were said in one utterance.
    pub words: String,
    /// Whose calls.
    pub agent: Option<String>,
    /// Of which queue.
    pub queue: Option<String>,
    /// From a day on, as it is typed.
    pub since: String,
    /// To a day.
    pub until: String,
    /// The customer's highest heat.
    pub min_heat: Option<f64>,
    /// By how much the customer's words fell.
    pub min_fall: Option<f64>,
    /// How often the agent cut in.
    pub min_interruptions: Option<u32>,
    /// The share in which nobody spoke, 0 to 1.
    pub min_silence_share: Option<f64>,
    /// A practice, and how it stands.
    pub practice: Option<(String, How)>,
    /// The customer's problem.
    pub issue: Option<String>,
    /// Moments of at least this severity.
    pub min_severity: Option<u8>,
    /// Only calls that this person has not opened and nobody noted anything on.
    pub unread: bool,
}

impl Query {
    /// The same as `find` has it; `None` where all calls are asked for.
    pub fn wanted(&self) -> Option<Wanted> {
        let marked = |how: How| {
            let practice = self.practice.iter().filter(|(_, wanted)| *wanted == how);
            practice.map(|(name, _)| name.clone()).collect()
        };
        let words = self.words.trim();
        let wanted = Wanted {
            words: (!words.is_empty()).then(|| words.to_owned()),
            scope: Scope {
                agent: self.agent.clone(),
                queue: self.queue.clone(),
                since: day(&self.since),
                until: day(&self.until),
            },
            min_heat: self.min_heat,
            min_fall: self.min_fall,
            min_interruptions: self.min_interruptions,
            min_silence_share: self.min_silence_share,
            missed: marked(How::Missed),
            broken: marked(How::Broken),
            done: marked(How::Done),
            issue: self.issue.clone(),
            min_severity: self.min_severity,
        };
        (wanted != Wanted::default()).then_some(wanted)
    }

    /// How many filters are set beside the words.
    pub fn filters(&self) -> usize {
        let set = [
            self.agent.is_some(),
            self.queue.is_some(),
            day(&self.since).is_some(),
            day(&self.until).is_some(),
            self.min_heat.is_some(),
            self.min_fall.is_some(),
            self.min_interruptions.is_some(),
            self.min_silence_share.is_some(),
            self.practice.is_some(),
            self.issue.is_some(),
            self.min_severity.is_some(),
            self.unread,
        ];
        set.into_iter().filter(|set| *set).count()
    }
}

/// A day as it is typed; half of one is none yet.
pub fn day(text: &str) -> Option<Date> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_find_is_asked() {
        let query = Query {
            words: " third time ".into(),
            since: "2026-11-01".into(),
            until: "2026-1".into(),
            practice: Some(("apologise".into(), How::Broken)),
            ..Query::default()
        };
        let wanted = query.wanted().unwrap();
        assert_eq!(wanted.words.as_deref(), Some("third time"));
        assert_eq!((wanted.scope.since.is_some(), wanted.scope.until), (true, None));
        assert_eq!((wanted.broken, wanted.missed), (vec!["apologise".to_owned()], vec![]));
        assert_eq!(query.filters(), 2);
        assert_eq!(Query { unread: true, ..Query::default() }.wanted(), None);
    }
}
