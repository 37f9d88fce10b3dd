//! Work that a window must not wait for.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};

/// A piece of work.
type Errand = Box<dyn FnOnce() + Send>;

/// Threads that run errands, each in the order in which it is free. Who drops this waits for those
/// that are under way; those that wait are not run any more.
pub struct Errands {
    /// Held here alone: when this goes, the threads have heard the last of it.
    give: Option<Arc<Sender<Errand>>>,
    given: Receiver<Errand>,
    threads: Vec<JoinHandle<()>>,
}

impl Errands {
    /// So many threads with this name. With none, each errand is run where it is given: for tests.
    pub fn new(name: &str, threads: usize) -> Errands {
        let (give, given) = unbounded::<Errand>();
        let run = |number: usize| {
            let given = given.clone();
            let run = move || given.iter().for_each(|errand| errand());
            thread::Builder::new().name(format!("{name}-{number}")).spawn(run).ok()
        };
        let threads: Vec<_> = (1..=threads).filter_map(run).collect();
        // Where no thread can be had, the work is done all the same.
        let give = (!threads.is_empty()).then(|| Arc::new(give));
        Errands { give, given, threads }
    }

    /// Runs `errand` when a thread is free.
    pub fn run(&self, errand: impl FnOnce() + Send + 'static) {
        match &self.give {
            Some(give) => drop(give.send(Box::new(errand))),
            None => errand(),
        }
    }

    /// Runs the errands of others in turn with those of this.
    pub fn line(&self) -> Line {
        Line { give: self.give.as_ref().map(Arc::downgrade), waiting: Arc::default() }
    }
}

impl Drop for Errands {
    fn drop(&mut self) {
        while self.given.try_recv().is_ok() {}
        self.give = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Errands of which only the last counts: one that still waits is dropped for the next.
#[derive(Clone)]
pub struct Line {
    give: Option<Weak<Sender<Errand>>>,
    waiting: Arc<Mutex<Option<Errand>>>,
}

impl Line {
    /// Runs `errand` in place of the one that still waits.
    pub fn run(&self, errand: impl FnOnce() + Send + 'static) {
        let Some(give) = &self.give else { return errand() };
        // Whose threads are gone has nobody to run it.
        let Some(give) = give.upgrade() else { return };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let first = waiting.replace(Box::new(errand)).is_none();
        if first {
            let own = Arc::clone(&self.waiting);
            let next = move || {
                let errand = own.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(errand) = errand {
                    errand();
                }
            };
            drop(give.send(Box::new(next)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_line_only_the_last_that_waits_is_run() {
        let (tell, told) = unbounded();
        let (go, wait) = unbounded::<()>();
        let errands = Errands::new("test", 1);
        errands.run(move || _ = wait.recv());
        let line = errands.line();
        for number in 0..5 {
            let tell = tell.clone();
            line.run(move || tell.send(number).unwrap());
        }
        drop((go, tell));
        assert_eq!(told.iter().collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn a_line_keeps_no_thread_from_ending() {
        let errands = Errands::new("test", 2);
        let line = errands.line();
        drop(errands);
        line.run(|| panic!("nobody runs this"));
    }

    #[test]
    fn without_threads_it_is_done_at_once() {
        let done = Arc::new(Mutex::new(0));
        let errands = Errands::new("test", 0);
        for run in 1..=2 {
            let own = Arc::clone(&done);
            errands.run(move || *own.lock().unwrap() += 1);
            let own = Arc::clone(&done);
            errands.line().run(move || *own.lock().unwrap() += 10);
            assert_eq!(*done.lock().unwrap(), 11 * run);
        }
    }
}
