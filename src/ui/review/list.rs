//! The list of calls: which are shown, in what order, which one is chosen.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::memory::Memory;
use super::query::Query;
use crate::archive::overview::Glance;

/// By what the list can be sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    /// When the call began, the latest first.
    Began,
    /// Who took it.
    Agent,
    /// The customer's problem.
    Problem,
    /// The longest first.
    Length,
    /// The hottest first.
    Heat,
    /// Those whose customer's words felt worst first.
    Words,
    /// Those in which the agent cut in most first.
    CutIn,
    /// Those with the largest share of silence first.
    Silence,
    /// Those with most to hear first: by their moments for the coach, and then by heat.
    #[default]
    Moments,
}

impl Column {
    /// All of them, as they stand in the list.
    pub const ALL: [Column; 9] = [
        Column::Began,
        Column::Agent,
        Column::Problem,
        Column::Length,
        Column::Heat,
        Column::Words,
        Column::CutIn,
        Column::Silence,
        Column::Moments,
    ];

    /// Its heading.
    pub fn name(self) -> &'static str {
        match self {
            Column::Began => "Began",
            Column::Agent => "Agent and queue",
            Column::Problem => "Problem",
            Column::Length => "Length",
            Column::Heat => "Heat",
            Column::Words => "Words",
            Column::CutIn => "Cut in",
            Column::Silence => "Silence",
            Column::Moments => "Moments worth hearing",
        }
    }
}

/// The list.
#[derive(Default)]
pub struct CallList {
    /// All calls.
    pub calls: Vec<Glance>,
    /// Whether they have been read.
    pub loaded: bool,
    /// Whether the folders were looked through since.
    pub complete: bool,
    /// What could not be read.
    pub damaged: Vec<String>,
    /// Calls that are locked, and not shown.
    pub locked: usize,
    /// What is looked for.
    pub query: Query,
    /// The places in `calls` of those that are shown, in their order.
    pub shown: Vec<u32>,
    /// The name of the chosen one.
    pub chosen: Option<String>,
    /// The row in which it was last.
    chosen_at: Cell<usize>,
    /// Whether the list is to move so that the chosen one is seen.
    pub reveal: bool,
    /// Whether the search has the keys.
    pub wants_search: bool,
    /// Agents, queues and problems that occur.
    pub agents: Vec<String>,
    /// See `agents`.
    pub queues: Vec<String>,
    /// See `agents`.
    pub issues: Vec<String>,
    pub(super) noted: HashSet<String>,
    /// The number of the last search, and what it found.
    pub(super) search: u64,
    found: Option<HashSet<i64>>,
    /// The number of the search that `found` is of.
    answered: u64,
    /// Where the words of that search were said first in calls that were in view; `None` where they are
    /// still being looked up.
    said: HashMap<i64, Option<(f64, String)>>,
    /// The numbers of the calls in view.
    pub in_view: Vec<i64>,
}

impl CallList {
    /// Takes the calls, in the place of those before.
    pub fn take(&mut self, calls: Vec<Glance>, complete: bool) {
        let each = |of: fn(&Glance) -> Vec<&String>| -> Vec<String> {
            let all: BTreeSet<&String> = calls.iter().flat_map(of).collect();
            all.into_iter().cloned().collect()
        };
        self.agents = each(|call| call.agent.iter().collect());
        self.queues = each(|call| call.queue.iter().collect());
        self.issues = each(|call| call.issues.iter().collect());
        (self.calls, self.loaded, self.complete) = (calls, true, complete);
        // The numbers of before may be those of others now.
        self.found = None;
        self.said.clear();
    }

    /// Takes what a search found; an earlier one than the last is late.
    pub fn matched(&mut self, search: u64, found: HashSet<i64>) {
        if search == self.search {
            self.found = Some(found);
            self.answered = search;
            self.said.clear();
        }
    }

    /// Takes where the words of a search were said first; of an earlier one than the last it is late.
    pub fn quoted(&mut self, search: u64, said: Vec<(i64, (f64, String))>) {
        if search == self.answered {
            self.said.extend(said.into_iter().map(|(number, said)| (number, Some(said))));
        }
    }

    /// Whether a search is under way. What the one before found is shown meanwhile.
    pub fn is_searching(&self) -> bool {
        self.answered != self.search && self.query.wanted().is_some()
    }

    /// The words that were looked for, in which search, and the calls in view of which nobody has
    /// looked up yet where they were said.
    pub fn unquoted(&mut self) -> Option<(u64, String, Vec<i64>)> {
        let words = self.query.words.trim();
        if words.is_empty() || self.found.is_none() || self.is_searching() {
            return None;
        }
        let new = |number: &&i64| !self.said.contains_key(number);
        let new: Vec<i64> = self.in_view.iter().filter(new).copied().collect();
        self.said.extend(new.iter().map(|number| (*number, None)));
        (!new.is_empty()).then(|| (self.answered, words.to_owned(), new))
    }

    /// Begins another search; its number.
    pub fn begin_search(&mut self) -> u64 {
        self.search += 1;
        if self.query.wanted().is_none() {
            self.found = None;
            self.said.clear();
        }
        self.search
    }

    /// Whether a call stands out as unread.
    pub fn is_unread(&self, call: &Glance, memory: &Memory) -> bool {
        !memory.has_opened(&call.id) && !self.noted.contains(&call.id)
    }

    /// Where the words that are looked for were said first in a call.
    pub fn said(&self, call: &Glance) -> Option<&(f64, String)> {
        self.said.get(&call.number)?.as_ref()
    }

    /// The moment at which they were said first in the call with this name.
    pub fn said_at(&self, id: &str) -> Option<f64> {
        let call = self.calls.iter().find(|call| call.id == id)?;
        self.said(call).map(|(at, _)| *at)
    }

    /// Puts together what is shown.
    pub fn arrange(&mut self, memory: &Memory) {
        let (column, reversed) = (memory.layout.sort, memory.layout.reversed);
        let asks = self.query.wanted().is_some();
        let is_shown = |call: &Glance| {
            let found = self.found.as_ref();
            let matches = !asks || found.is_none_or(|found| found.contains(&call.number));
            matches && (!self.query.unread || self.is_unread(call, memory))
        };
        let mut shown: Vec<u32> =
            (0..self.calls.len() as u32).filter(|i| is_shown(&self.calls[*i as usize])).collect();
        // As they come, those with most to hear are on top.
        if column != Column::Moments {
            let calls = &self.calls;
            shown.sort_by(|a, b| by(column, &calls[*a as usize], &calls[*b as usize]));
        }
        if reversed {
            shown.reverse();
        }
        self.shown = shown;
        let chosen = self.chosen_row();
        if chosen.is_none() {
            self.chosen = self.at(0).map(|call| call.id.clone());
        }
    }

    /// The call in a row.
    pub fn at(&self, row: usize) -> Option<&Glance> {
        self.calls.get(*self.shown.get(row)? as usize)
    }

    /// The row of the chosen call.
    pub fn chosen_row(&self) -> Option<usize> {
        let chosen = self.chosen.as_ref()?;
        let last = self.chosen_at.get();
        if self.at(last).is_some_and(|call| call.id == *chosen) {
            return Some(last);
        }
        let row = self.shown.iter().position(|i| self.calls[*i as usize].id == *chosen)?;
        self.chosen_at.set(row);
        Some(row)
    }

    /// Chooses the call so many rows on, or back.
    pub fn step(&mut self, by: isize) {
        let last = self.shown.len().saturating_sub(1);
        let row = match self.chosen_row() {
            Some(row) => row.saturating_add_signed(by).min(last),
            None => 0,
        };
        self.choose(row);
    }

    /// Chooses the call in a row.
    pub fn choose(&mut self, row: usize) {
        if let Some(id) = self.at(row).map(|call| call.id.clone()) {
            self.chosen = Some(id);
            self.chosen_at.set(row);
            self.reveal = true;
        }
    }
}

/// The order of two calls; what is not known comes last.
fn by(column: Column, a: &Glance, b: &Glance) -> Ordering {
    let number = |of: fn(&Glance) -> Option<f64>| {
        of(b).unwrap_or(f64::MIN).total_cmp(&of(a).unwrap_or(f64::MIN))
    };
    let order = match column {
        Column::Began => b.started.cmp(&a.started),
        Column::Agent => {
            let agent =
                a.agent.is_none().cmp(&b.agent.is_none()).then_with(|| a.agent.cmp(&b.agent));
            agent.then_with(|| a.queue.cmp(&b.queue))
        }
        Column::Problem => (a.issues.is_empty(), &a.issues).cmp(&(b.issues.is_empty(), &b.issues)),
        Column::Length => number(|call| Some(call.duration)),
        Column::Heat => number(|call| call.heat_peak),
        Column::Words => number(|call| call.customer_sentiment.map(|words| -words)),
        Column::CutIn => number(|call| call.agent_interruptions.map(f64::from)),
        Column::Silence => number(|call| Some(call.silence_share)),
        Column::Moments => b.weight().cmp(&a.weight()),
    };
    order.then_with(|| a.id.cmp(&b.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: i64, id: &str, heat: Option<f64>, agent: Option<&str>) -> Glance {
        let agent = agent.map(str::to_owned);
        Glance { number, id: id.into(), heat_peak: heat, agent, ..Glance::default() }
    }

    fn ids(list: &CallList) -> Vec<&str> {
        (0..list.shown.len()).filter_map(|row| list.at(row)).map(|c| c.id.as_str()).collect()
    }

    #[test]
    fn calls_are_sorted_filtered_and_chosen() {
        let mut memory = Memory::default();
        let mut list = CallList::default();
        let calls = vec![
            call(7, "c", Some(0.2), Some("Ana")),
            call(8, "a", None, None),
            call(9, "b", Some(0.9), Some("Ben")),
        ];
        list.take(calls, true);
        list.arrange(&memory);
        assert_eq!(ids(&list), ["c", "a", "b"]);
        memory.layout.sort = Column::Heat;
        list.arrange(&memory);
        assert_eq!(ids(&list), ["b", "c", "a"]);
        memory.layout.reversed = true;
        list.arrange(&memory);
        assert_eq!(ids(&list), ["a", "c", "b"]);
        assert_eq!((list.chosen.as_deref(), list.chosen_row()), (Some("c"), Some(1)));
        list.step(5);
        assert_eq!(list.chosen.as_deref(), Some("b"));
        memory.open("b");
        list.noted.insert("a".into());
        list.query.unread = true;
        list.arrange(&memory);
        assert_eq!((ids(&list), list.chosen.as_deref()), (vec!["c"], Some("c")));
        list.query = Query { words: "refund".into(), ..Query::default() };
        let late = list.begin_search();
        let search = list.begin_search();
        list.matched(late, HashSet::new());
        assert!(list.is_searching());
        list.in_view = vec![9];
        assert_eq!(list.unquoted(), None);
        list.matched(search, HashSet::from([9]));
        list.arrange(&memory);
        assert_eq!(ids(&list), ["b"]);
        // Where they were said is looked up once, and only of what is in view.
        assert_eq!(list.unquoted(), Some((search, "refund".to_owned(), vec![9])));
        assert_eq!(list.unquoted(), None);
        assert_eq!(list.said(list.at(0).unwrap()), None);
        list.quoted(late, vec![(9, (1.0, "late".into()))]);
        list.quoted(search, vec![(9, (3.0, "my refund".into()))]);
        assert_eq!(list.said(list.at(0).unwrap()).unwrap().0, 3.0);
        // Of the next search nothing is known yet; what this one found stays until it is.
        list.query.words.push('s');
        list.begin_search();
        list.arrange(&memory);
        assert_eq!((list.is_searching(), ids(&list)), (true, vec!["b"]));
    }
}
