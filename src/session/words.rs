//! Words on order in a live call: what is asked for first is not always what matters most.
//!
//! A final of the customer goes before one of the agent, and both before words of speech that
//! goes on. One worker at most makes partial words, so that a final never waits for them while
//! there are two. When finals wait for too long, work is shed: partial words first, then the
//! agent's finals, the customer's never.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::event::{TranscribeRequest, Urgency};
use crate::units::{Party, PerParty};

/// A final that waits longer than this makes the desk shed partial words.
const LATE: Duration = Duration::from_millis(1_500);
/// One of the agent's that waits longer than this is left out.
const TOO_LATE: Duration = Duration::from_secs(4);
/// The desk has recovered when nothing waits longer than this.
const PROMPT: Duration = Duration::from_millis(300);
/// Finals of one party that may wait: beyond it the oldest is left out. Each is 0.8 MB at most.
const MOST_WAITING: usize = 64;

/// The orders, shared by the listening thread and the workers.
pub struct WordDesk {
    orders: Mutex<Orders>,
    news: Condvar,
}

#[derive(Default)]
struct Orders {
    finals: PerParty<VecDeque<Order>>,
    partials: PerParty<Option<Order>>,
    partial_at_work: bool,
    behind: bool,
    closed: bool,
}

struct Order {
    request: TranscribeRequest,
    since: Instant,
}

impl Default for WordDesk {
    fn default() -> Self {
        WordDesk { orders: Mutex::new(Orders::default()), news: Condvar::new() }
    }
}

impl WordDesk {
    /// Takes an order. Returns the numbers of those that nobody will work on: what it makes
    /// useless, and what is shed.
    pub fn order(&self, request: TranscribeRequest, now: Instant) -> Vec<u64> {
        let mut orders = self.orders();
        let mut left_out = Vec::new();
        let party = request.party.unwrap_or(Party::Customer);
        // A newer request for the same utterance says all that the older would have said.
        let same = |order: &Order| order.request.span.start == request.span.start;
        left_out.extend(orders.partials[party].take_if(|order| same(order)).map(Order::id));
        let older = orders.finals[party].iter().position(same);
        left_out.extend(older.and_then(|i| orders.finals[party].remove(i)).map(Order::id));
        let order = Order { request, since: now };
        match order.request.urgency {
            Urgency::Final => orders.finals[party].push_back(order),
            Urgency::Partial if orders.behind => left_out.push(order.id()),
            Urgency::Partial => {
                left_out.extend(orders.partials[party].replace(order).map(Order::id));
            }
        }
        orders.shed(now, &mut left_out);
        drop(orders);
        self.news.notify_one();
        left_out
    }

    /// Waits for the next order to work on; `None` when the call is over. Tell
    /// [`Self::done`] afterwards.
    pub fn next(&self) -> Option<TranscribeRequest> {
        let mut orders = self.orders();
        loop {
            if let Some(request) = orders.next() {
                return Some(request);
            }
            if orders.closed {
                return None;
            }
            orders = self.news.wait(orders).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// An order has been worked on.
    pub fn done(&self, urgency: Urgency) {
        if urgency == Urgency::Partial {
            self.orders().partial_at_work = false;
            self.news.notify_one();
        }
    }

    /// Looks at the time: sheds what waits for too long. Returns the numbers of what is left
    /// out.
    pub fn look(&self, now: Instant) -> Vec<u64> {
        let mut left_out = Vec::new();
        self.orders().shed(now, &mut left_out);
        left_out
    }

    /// Whether words are late and work is shed.
    pub fn is_behind(&self) -> bool {
        self.orders().behind
    }

    /// No more orders: what waits as final is still worked on.
    pub fn close(&self) {
        let mut orders = self.orders();
        orders.closed = true;
        orders.partials = PerParty::default();
        drop(orders);
        self.news.notify_all();
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        // Whoever broke down while holding it left it whole: every change is a single step.
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Orders {
    fn next(&mut self) -> Option<TranscribeRequest> {
        let by_rank = [Party::Customer, Party::Agent];
        for party in by_rank {
            if let Some(order) = self.finals[party].pop_front() {
                return Some(order.request);
            }
        }
        if self.partial_at_work {
            return None;
        }
        let order = by_rank.into_iter().find_map(|party| self.partials[party].take())?;
        self.partial_at_work = true;
        Some(order.request)
    }

    fn shed(&mut self, now: Instant, left_out: &mut Vec<u64>) {
        let waited = |order: Option<&Order>| {
            order.map_or(Duration::ZERO, |order| now.saturating_duration_since(order.since))
        };
        while waited(self.finals.agent.front()) > TOO_LATE {
            left_out.extend(self.finals.agent.pop_front().map(Order::id));
        }
        for party in Party::BOTH {
            while self.finals[party].len() > MOST_WAITING {
                left_out.extend(self.finals[party].pop_front().map(Order::id));
            }
        }
        let longest = waited(self.finals.agent.front()).max(waited(self.finals.customer.front()));
        self.behind = longest > if self.behind { PROMPT } else { LATE };
        if self.behind {
            for party in Party::BOTH {
                left_out.extend(self.partials[party].take().map(Order::id));
            }
        }
    }
}

impl Order {
    fn id(self) -> u64 {
        self.request.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{CallSpan, CallTime};

    use Party::{Agent, Customer};
    use Urgency::{Final, Partial};

    const NONE: [u64; 0] = [];

    fn request(id: u64, party: Party, urgency: Urgency, start: f64) -> TranscribeRequest {
        let start = CallTime::from_secs(start);
        let span = CallSpan::new(start, start.shifted(1.0));
        let party = Some(party);
        TranscribeRequest { id, urgency, party, span, audio_start: start, samples: vec![0.0] }
    }

    fn taken(desk: &WordDesk) -> Vec<u64> {
        std::iter::from_fn(|| desk.orders().next().map(|request| request.id)).collect()
    }

    #[test]
    fn what_matters_most_comes_first() {
        let (desk, now) = (WordDesk::default(), Instant::now());
        for (id, party, urgency) in
            [(1, Agent, Partial), (2, Customer, Partial), (3, Agent, Final), (4, Customer, Final)]
        {
            assert_eq!(desk.order(request(id, party, urgency, id as f64), now), NONE);
        }
        // One worker at a time makes partial words.
        assert_eq!(taken(&desk), [4, 3, 2]);
        desk.done(Partial);
        assert_eq!(taken(&desk), [1]);
    }

    #[test]
    fn a_newer_request_for_an_utterance_replaces_the_older() {
        let (desk, now) = (WordDesk::default(), Instant::now());
        assert_eq!(desk.order(request(1, Agent, Partial, 5.0), now), NONE);
        assert_eq!(desk.order(request(2, Agent, Partial, 5.0), now), [1]);
        assert_eq!(desk.order(request(3, Agent, Final, 5.0), now), [2]);
        // It went on after all, and another utterance of the party waits as well.
        assert_eq!(desk.order(request(4, Agent, Final, 5.0), now), [3]);
        assert_eq!(desk.order(request(5, Agent, Final, 9.0), now), NONE);
        assert_eq!(desk.order(request(6, Customer, Final, 9.0), now), NONE);
        assert_eq!(taken(&desk), [6, 4, 5]);
    }

    #[test]
    fn late_work_is_shed_and_the_customers_finals_never() {
        let (desk, start) = (WordDesk::default(), Instant::now());
        let at = |secs: f64| start + Duration::from_secs_f64(secs);
        desk.order(request(1, Customer, Final, 0.0), at(0.0));
        desk.order(request(2, Agent, Final, 0.0), at(0.0));
        desk.order(request(3, Customer, Partial, 1.0), at(1.0));
        assert!(!desk.is_behind());
        assert_eq!(desk.look(at(2.0)), [3]);
        assert!(desk.is_behind());
        assert_eq!(desk.order(request(4, Customer, Partial, 2.0), at(2.0)), [4]);
        assert_eq!(desk.look(at(4.5)), [2]);
        assert_eq!(desk.look(at(60.0)), NONE);
        assert_eq!(taken(&desk), [1]);
        desk.look(at(60.1));
        assert!(!desk.is_behind());
    }

    #[test]
    fn the_oldest_is_left_out_where_there_is_no_more_room() {
        let (desk, now) = (WordDesk::default(), Instant::now());
        for id in 0..MOST_WAITING as u64 {
            assert_eq!(desk.order(request(id, Customer, Final, id as f64), now), NONE);
        }
        assert_eq!(desk.order(request(99, Customer, Final, 99.0), now), [0]);
    }

    #[test]
    fn after_closing_what_waits_is_still_worked_on() {
        let (desk, now) = (WordDesk::default(), Instant::now());
        desk.order(request(1, Agent, Final, 0.0), now);
        desk.order(request(2, Agent, Partial, 1.0), now);
        desk.close();
        assert_eq!(desk.next().map(|request| request.id), Some(1));
        assert_eq!(desk.next(), None);
    }
}
