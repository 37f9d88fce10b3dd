//! What comes back across the calls of an archive: problems, practices, promises, prompts.

use std::collections::HashMap;

use jiff::civil::Date;
use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use super::index::{Index, IndexError};
use super::scope::{Conditions, Scope};

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
    let mut conditions = Conditions::default();
    scope.add_to(&mut conditions);
    let (values, within) = (conditions.values(), conditions.text());
    let ask = || {
        let calls = calls(index, &within, values, period)?;
        Ok(Trends {
            calls: calls.len() as u32,
            issues: issues(index, &calls)?,
            practices: practices(index, &calls)?,
            promises: promises(index, &within, values, today)?,
            rules: rules(index, &within, values)?,
        })
    };
    index.done(ask())
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

/// A call in the scope.
struct Call {
    id: String,
    agent: Option<String>,
    heat: Option<f64>,
    /// See [`PracticeTrend::period`].
    period: Option<String>,
}

/// The calls in the scope, by their number in the index.
fn calls(
    index: &Index,
    within: &str,
    values: &[Value],
    period: Period,
) -> rusqlite::Result<HashMap<i64, Call>> {
    let of = match period {
        // The Monday on or before the day.
        Period::Week => "date(day, 'weekday 0', '-6 days')",
        Period::Month => "substr(day, 1, 7)",
    };
    let text = format!("SELECT number, id, agent, heat_peak, {of} FROM calls WHERE {within}");
    let all = many(index, &text, values, |row| {
        let (id, agent) = (row.get(1)?, row.get(2)?);
        Ok((row.get(0)?, Call { id, agent, heat: row.get(3)?, period: row.get(4)? }))
    })?;
    Ok(all.into_iter().collect())
}

fn issues(index: &Index, calls: &HashMap<i64, Call>) -> rusqlite::Result<Vec<Issue>> {
    // The words are those of the row with the lowest start: documented by SQLite.
    let text = "SELECT kind, call, quote, min(start) FROM issues GROUP BY kind, call";
    let all: Vec<(String, i64, String)> =
        many(index, text, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut issues = Vec::new();
    for of_kind in all.chunk_by(|a, b| a.0 == b.0) {
        let within: Vec<(&Call, &String)> =
            of_kind.iter().filter_map(|(_, call, quote)| Some((calls.get(call)?, quote))).collect();
        let heat = |call: &Call| call.heat.unwrap_or(-1.0);
        let hottest = within.iter().max_by(|(a, _), (b, _)| heat(a).total_cmp(&heat(b)));
        let Some((call, quote)) = hottest else { continue };
        let heats: Vec<f64> = within.iter().filter_map(|(call, _)| call.heat).collect();
        issues.push(Issue {
            kind: of_kind[0].0.clone(),
            calls: within.len() as u32,
            heat: (!heats.is_empty()).then(|| heats.iter().sum::<f64>() / heats.len() as f64),
            quote: (*quote).clone(),
            call: call.id.clone(),
        });
    }
    issues.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.kind.cmp(&b.kind)));
    Ok(issues)
}

/// Counted here and not by the database, which sorts all rows by their texts for that: three times
/// as slow.
fn practices(index: &Index, calls: &HashMap<i64, Call>) -> rusqlite::Result<Vec<PracticeTrend>> {
    // Agents, practices and periods are few: numbers stand for them.
    let mut names: Vec<String> = Vec::new();
    let mut groups: HashMap<(&Option<String>, &Option<String>), usize> = HashMap::new();
    let group_of: HashMap<i64, usize> = calls
        .iter()
        .map(|(number, call)| {
            let next = groups.len();
            (*number, *groups.entry((&call.agent, &call.period)).or_insert(next))
        })
        .collect();
    let mut counts: HashMap<(usize, usize), [u32; 3]> = HashMap::new();
    let mut query = index.connection().prepare("SELECT call, name, mark FROM practices")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let Some(&group) = group_of.get(&row.get(0)?) else { continue };
        let mark = match row.get_ref(2)?.as_str()? {
            "done" => 0,
            "missed" => 1,
            "broken" => 2,
            _ => continue,
        };
        let name = row.get_ref(1)?.as_str()?;
        let name = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        counts.entry((group, name)).or_default()[mark] += 1;
    }
    let by_number: HashMap<usize, (&Option<String>, &Option<String>)> =
        groups.into_iter().map(|(key, number)| (number, key)).collect();
    let mut all: Vec<PracticeTrend> = counts
        .into_iter()
        .map(|((group, name), [done, missed, broken])| {
            let (agent, period) = by_number[&group];
            PracticeTrend {
                agent: agent.clone(),
                practice: names[name].clone(),
                period: period.clone(),
                done,
                missed,
                broken,
            }
        })
        .collect();
    let key = |trend: &PracticeTrend| {
        let PracticeTrend { agent, practice, period, .. } = trend;
        (agent.is_none(), agent.clone(), practice.clone(), period.clone())
    };
    all.sort_by_cached_key(key);
    Ok(all)
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
