//! Many calls at once: each on one thread, from start to end.
//!
//! One decode gains little from a second thread, and a machine with more calls than cores is best
//! used by one call a core. The calling thread hands out the work and takes what came of it, so
//! that only it writes to what the calls share.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crossbeam_channel::bounded;

use super::replay::SessionError;

/// Does each of `tasks` on one of `workers` threads, and gives what came of it to `done` in the
/// order in which they end. `start` makes what a thread keeps from task to task: its transcriber.
///
/// A task that panics gives the message of the panic, its thread starts afresh, and the others go on.
///
/// # Errors
/// Where `start` fails on a thread, once the others have stopped; or what `done` returns, which
/// stops the work.
pub fn each<T, K, R, E>(
    tasks: impl Iterator<Item = T> + Send,
    workers: usize,
    start: impl Fn() -> Result<K, E> + Sync,
    work: impl Fn(&mut K, &T) -> R + Sync,
    mut done: impl FnMut(T, Result<R, String>) -> Result<(), E>,
) -> Result<(), E>
where
    T: Send,
    R: Send,
    E: Send + From<SessionError>,
{
    thread::scope(|scope| {
        // One waiting task a worker: nobody idles, and nothing piles up.
        let (give, given) = bounded::<T>(workers);
        let (tell, told) = bounded::<Result<(T, Result<R, String>), E>>(workers);
        for number in 1..=workers {
            let (given, tell, start, work) = (given.clone(), tell.clone(), &start, &work);
            let run = move || {
                let mut kept = match start() {
                    Ok(kept) => kept,
                    Err(error) => return drop(tell.send(Err(error))),
                };
                while let Ok(task) = given.recv() {
                    let attempt = catch_unwind(AssertUnwindSafe(|| work(&mut kept, &task)));
                    let broke = attempt.is_err();
                    let result = attempt.map_err(|panic| message_of(panic.as_ref()));
                    if tell.send(Ok((task, result))).is_err() {
                        return;
                    }
                    if broke {
                        match start() {
                            Ok(anew) => kept = anew,
                            Err(error) => return drop(tell.send(Err(error))),
                        }
                    }
                }
            };
            thread::Builder::new()
                .name(format!("call-{number}"))
                .spawn_scoped(scope, run)
                .map_err(|_| E::from(SessionError::Worker))?;
        }
        drop((given, tell));
        let giver = thread::Builder::new().name("calls".into()).spawn_scoped(scope, move || {
            for task in tasks {
                if give.send(task).is_err() {
                    return;
                }
            }
        });
        giver.map_err(|_| E::from(SessionError::Worker))?;
        for result in told {
            let (task, result) = result?;
            done(task, result)?;
        }
        Ok(())
    })
}

fn message_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
    format!("the program broke down on it ({text}); please report it, with the recording")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(
        workers: usize,
        tasks: u32,
        stop_at: Option<u32>,
    ) -> (Vec<u32>, Result<(), SessionError>) {
        let mut found = Vec::new();
        let ended = each(
            0..tasks,
            workers,
            || Ok(0),
            |kept, task| {
                *kept += 1;
                task * 2
            },
            |task, result| {
                assert_eq!(result, Ok(task * 2));
                found.push(task);
                if Some(task) == stop_at { Err(SessionError::Worker) } else { Ok(()) }
            },
        );
        found.sort_unstable();
        (found, ended)
    }

    #[test]
    fn each_task_is_done_once() {
        for workers in [1, 3] {
            let (found, ended) = sums(workers, 100, None);
            assert!(ended.is_ok());
            assert_eq!(found, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_stops_the_work() {
        let (found, ended) = sums(2, 1_000, Some(10));
        assert!(ended.is_err() && found.len() < 20, "{found:?}");
        let cannot = || Err::<(), _>(SessionError::Worker);
        assert!(each(0..9, 2, cannot, |(), task| *task, |_, _| Ok(())).is_err());
    }

    #[test]
    fn a_task_that_breaks_down_is_told_and_the_others_go_on() {
        let mut told = Vec::new();
        let ended = each(
            0..4,
            1,
            || Ok::<_, SessionError>(0),
            |kept, task| {
                *kept += 1;
                assert!(*task != 1, "odd");
                *kept
            },
            |_, result| {
                told.push(result);
                Ok(())
            },
        );
        assert!(ended.is_ok());
        // What the thread kept is made anew after it.
        assert_eq!((&told[0], &told[2], &told[3]), (&Ok(1), &Ok(1), &Ok(2)));
        assert!(told[1].as_ref().unwrap_err().contains("broke down on it (odd)"));
    }
}
