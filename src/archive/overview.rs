//! All calls of an archive at a glance, those with the most to hear first.

use std::collections::HashMap;

use super::index::{Index, IndexError};

/// A call at a glance. What is `None` could not be told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Glance {
    /// Its number in the index, by which [`matching`](super::find::matching) tells of it.
    pub number: i64,
    /// Its name, which is that of its folder.
    pub id: String,
    /// When it began.
    pub started: Option<String>,
    /// Who took it.
    pub agent: Option<String>,
    /// The customer's name or number.
    pub customer: Option<String>,
    /// By which queue it came.
    pub queue: Option<String>,
    /// Whether its log was cut short.
    pub partial: bool,
    /// Seconds.
    pub duration: f64,
    /// The customer's highest heat, 0 to 1.
    pub heat_peak: Option<f64>,
    /// See [`Facts::heat_course`](super::facts::Facts::heat_course).
    pub heat_course: String,
    /// How the customer's words felt, −5 to 5.
    pub customer_sentiment: Option<f64>,
    /// How often the agent cut in.
    pub agent_interruptions: Option<u32>,
    /// The share in which nobody spoke, 0 to 1.
    pub silence_share: f64,
    /// The kinds of the customer's problem, in the order of the alphabet.
    pub issues: Vec<String>,
    /// Moments for the coach, the gravest first and then in time.
    pub moments: Vec<Moment>,
}

/// A moment for the coach.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Seconds from the beginning of the call.
    pub start: f64,
    /// Why, as a short name.
    pub reason: String,
    /// 1 to 3, the gravest.
    pub severity: u8,
}

impl Glance {
    /// How much there is to hear: a moment of severity 3 counts as much as nine of severity 1.
    pub fn weight(&self) -> u32 {
        self.moments.iter().map(|moment| u32::from(moment.severity).pow(2)).sum()
    }
}

/// All calls: by [`Glance::weight`], then the hottest first, then by name.
///
/// # Errors
/// [`IndexError::Database`].
pub fn overview(index: &Index) -> Result<Vec<Glance>, IndexError> {
    let ask = || {
        let connection = index.connection();
        let mut moments: HashMap<i64, Vec<Moment>> = HashMap::new();
        let mut query = connection.prepare(
            "SELECT call, start, reason, severity FROM flags ORDER BY call, severity DESC, start",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let moment = Moment { start: row.get(1)?, reason: row.get(2)?, severity: row.get(3)? };
            moments.entry(row.get(0)?).or_default().push(moment);
        }
        let mut issues: HashMap<i64, Vec<String>> = HashMap::new();
        let mut query =
            connection.prepare("SELECT DISTINCT call, kind FROM issues ORDER BY call, kind")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            issues.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
        let mut query = connection.prepare(
            "SELECT number, id, started, agent, queue, partial, duration, heat_peak, heat_course,
                 customer_sentiment, agent_interruptions, silence_share, customer FROM calls",
        )?;
        let calls = query.query_map([], |row| {
            let number: i64 = row.get(0)?;
            Ok(Glance {
                number,
                id: row.get(1)?,
                started: row.get(2)?,
                agent: row.get(3)?,
                queue: row.get(4)?,
                partial: row.get(5)?,
                duration: row.get(6)?,
                heat_peak: row.get(7)?,
                heat_course: row.get(8)?,
                customer_sentiment: row.get(9)?,
                agent_interruptions: row.get(10)?,
                silence_share: row.get(11)?,
                customer: row.get(12)?,
                issues: issues.remove(&number).unwrap_or_default(),
                moments: moments.remove(&number).unwrap_or_default(),
            })
        })?;
        calls.collect::<rusqlite::Result<Vec<Glance>>>()
    };
    let mut calls = index.done(ask())?;
    calls.sort_by(|a, b| {
        let heat = |call: &Glance| call.heat_peak.unwrap_or(-1.0);
        let heavier = b.weight().cmp(&a.weight());
        heavier.then_with(|| heat(b).total_cmp(&heat(a))).then_with(|| a.id.cmp(&b.id))
    });
    Ok(calls)
}
