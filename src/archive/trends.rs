//! What comes back across the calls of an archive: problems, practices, promises, prompts.

use jiff::civil::Date;
use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use super::index::{Index, IndexError};

/// Which calls are looked at.
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

/// Lengths of time into which calls are put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// From Monday to Sunday.
    #[default]
    Week,
    /// A month of the calendar.
    Month,
}

/// What comes back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trends {
    /// Calls looked at.
    pub calls: u32,
    /// Kinds of problem, the most frequent first.
    pub issues: Vec<Issue>,
    /// Practices of each agent in each period, in the order of agent, practice and period.
    pub practices: Vec<PracticeTrend>,
    /// Promises with a due date that are to be kept, the first due first.
    pub promises: Vec<Due>,
    /// Rules, those whose prompts help least first.
    pub rules: Vec<Rule>,
}

/// A kind of problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// As billing or delivery.
    pub kind: String,
    /// In how many calls it came up.
    pub calls: u32,
    /// Their mean highest heat.
    pub heat: Option<f64>,
    /// What a customer said, in the hottest of them.
    pub quote: String,
    /// In which call that was.
    pub call: String,
}

/// How an agent kept a practice in a period.
#[derive(Clone, Debug, PartialEq)]
pub struct PracticeTrend {
    /// `None` where calls don't say whose they are.
    pub agent: Option<String>,
    /// The practice.
    pub practice: String,
    /// The first day of the week, or the month as 2026-11; `None` where no day is known.
    pub period: Option<String>,
    /// Calls in which it was done.
    pub done: u32,
    /// Calls in which it was missed.
    pub missed: u32,
    /// Calls in which it was broken.
    pub broken: u32,
}

impl PracticeTrend {
    /// The share of the calls that asked for it in which it was done.
    pub fn share(&self) -> f64 {
        let asked = self.done + self.missed + self.broken;
        f64::from(self.done) / f64::from(asked.max(1))
    }
}

/// A promise.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The day.
    pub due: String,
    /// Whose.
    pub agent: Option<String>,
    /// In which call.
    pub call: String,
    /// What was said.
    pub quote: String,
}

/// What came of a rule's prompts.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub rule: String,
    /// How many prompts.
    pub prompts: u32,
    /// How many were heeded.
    pub heeded: u32,
    /// How many were ignored.
    pub ignored: u32,
    /// How many the agent called wrong.
    pub wrong: u32,
}

impl Rule {
    /// The share of the prompts whose outcome is known that were heeded.
    pub fn share(&self) -> Option<f64> {
        let known = self.heeded + self.ignored + self.wrong;
        (known > 0).then(|| f64::from(self.heeded) / f64::from(known))
    }
}

/// Looks over the calls in `scope`; promises are those due from `today` on.
///
/// # Errors
/// [`IndexError::Database`].
pub fn trends(
    index: &Index,
    scope: &Scope,
    period: Period,
    today: Date,
) -> Result<Trends, IndexError> {
    let (within, values) = within(scope);
    let ask = || {
        Ok(Trends {
            calls: one(index, &format!("SELECT count(*) FROM calls WHERE {within}"), &values)?,
            issues: issues(index, &within, &values)?,
            practices: practices(index, &within, &values, period)?,
            promises: promises(index, &within, &values, today)?,
            rules: rules(index, &within, &values)?,
        })
    };
    index.done(ask())
}

fn within(scope: &Scope) -> (String, Vec<Value>) {
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    let given = [
        ("calls.agent = ", scope.agent.clone()),
        ("calls.queue = ", scope.queue.clone()),
        ("calls.day >= ", day(scope.since)),
        ("calls.day <= ", day(scope.until)),
    ];
    let mut all = vec!["1".to_owned()];
    let mut values = Vec::new();
    for (condition, value) in given {
        let Some(value) = value else { continue };
        values.push(Value::from(value));
        all.push(format!("{condition}?{}", values.len()));
    }
    (all.join(" AND "), values)
}

fn one(index: &Index, text: &str, values: &[Value]) -> rusqlite::Result<u32> {
    index.connection().query_row(text, params_from_iter(values), |row| row.get(0))
}

fn many<T>(
    index: &Index,
    text: &str,
    values: &[Value],
    make: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut query = index.connection().prepare(text)?;
    query.query_map(params_from_iter(values), make)?.collect()
}

fn issues(index: &Index, within: &str, values: &[Value]) -> rusqlite::Result<Vec<Issue>> {
    // With max(), the other columns are those of the row that has it: documented by SQLite.
    let text = format!(
        "SELECT kind, count(*), avg(heat_peak), quote, id, max(coalesce(heat_peak, -1)) FROM
             (SELECT DISTINCT kind, calls.number, heat_peak, calls.id,
                  first_value(quote) OVER (PARTITION BY calls.number, kind ORDER BY start) AS quote
              FROM issues JOIN calls ON calls.number = issues.call WHERE {within})
         GROUP BY kind ORDER BY count(*) DESC, kind"
    );
    many(index, &text, values, |row| {
        Ok(Issue {
            kind: row.get(0)?,
            calls: row.get(1)?,
            heat: row.get(2)?,
            quote: row.get(3)?,
            call: row.get(4)?,
        })
    })
}

fn practices(
    index: &Index,
    within: &str,
    values: &[Value],
    period: Period,
) -> rusqlite::Result<Vec<PracticeTrend>> {
    let of = match period {
        // The Monday on or before the day.
        Period::Week => "date(day, 'weekday 0', '-6 days')",
        Period::Month => "substr(day, 1, 7)",
    };
    let text = format!(
        "SELECT agent, name, {of} AS period, sum(mark = 'done'), sum(mark = 'missed'),
             sum(mark = 'broken')
         FROM practices JOIN calls ON calls.number = practices.call
         WHERE {within} AND mark <> 'not-needed'
         GROUP BY agent, name, period ORDER BY agent NULLS LAST, name, period"
    );
    many(index, &text, values, |row| {
        Ok(PracticeTrend {
            agent: row.get(0)?,
            practice: row.get(1)?,
            period: row.get(2)?,
            done: row.get(3)?,
            missed: row.get(4)?,
            broken: row.get(5)?,
        })
    })
}

fn promises(
    index: &Index,
    within: &str,
    values: &[Value],
    today: Date,
) -> rusqlite::Result<Vec<Due>> {
    let mut values = values.to_vec();
    values.push(today.to_string().into());
    let text = format!(
        "SELECT due, agent, id, quote FROM promises JOIN calls ON calls.number = promises.call
         WHERE {within} AND due >= ?{} ORDER BY due, id, start",
        values.len()
    );
    many(index, &text, &values, |row| {
        Ok(Due { due: row.get(0)?, agent: row.get(1)?, call: row.get(2)?, quote: row.get(3)? })
    })
}

fn rules(index: &Index, within: &str, values: &[Value]) -> rusqlite::Result<Vec<Rule>> {
    let text = format!(
        "SELECT rule, count(*), coalesce(sum(outcome = 'heeded'), 0),
             coalesce(sum(outcome = 'ignored'), 0), coalesce(sum(outcome = 'wrong'), 0)
         FROM cues JOIN calls ON calls.number = cues.call WHERE {within} GROUP BY rule"
    );
    let mut rules = many(index, &text, values, |row| {
        Ok(Rule {
            rule: row.get(0)?,
            prompts: row.get(1)?,
            heeded: row.get(2)?,
            ignored: row.get(3)?,
            wrong: row.get(4)?,
        })
    })?;
    let key = |rule: &Rule| rule.share().unwrap_or(f64::INFINITY);
    rules.sort_by(|a, b| key(a).total_cmp(&key(b)).then_with(|| a.rule.cmp(&b.rule)));
    Ok(rules)
}
