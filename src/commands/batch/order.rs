//! Which calls a task of `--engine hq` gets.
//!
//! The largest recordings are begun first, so that no long call is left for the end while the
//! other cores have nothing to do. And recordings that look like copies of each other stay
//! together: one program notices that they are one call, two on two machines at the same moment
//! would not.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::archive::Job;

/// So much of a recording's middle is looked at, where others are as long: its beginning may be
/// the same greeting in all of them.
const LOOK_BYTES: u64 = 65_536;

/// Divides the jobs of these `numbers` into tasks of `size` calls; of more, where they look alike.
pub fn tasks(jobs: &[Job], numbers: impl Iterator<Item = usize>, size: usize) -> Vec<Vec<usize>> {
    let mut by_bytes = BTreeMap::<_, Vec<usize>>::new();
    for number in numbers {
        by_bytes.entry(Reverse(jobs[number].bytes())).or_default().push(number);
    }
    let alike = by_bytes.into_values().flat_map(|numbers| match numbers.len() {
        1 => vec![numbers],
        _ => {
            let mut by_look = BTreeMap::<_, Vec<usize>>::new();
            for number in numbers {
                by_look.entry(look(&jobs[number])).or_default().push(number);
            }
            by_look.into_values().collect()
        }
    });
    let mut tasks: Vec<Vec<usize>> = Vec::new();
    for group in alike {
        match tasks.last_mut().filter(|task| task.len() + group.len() <= size) {
            Some(task) => task.extend(group),
            None => tasks.push(group),
        }
    }
    tasks
}

/// What copies of a recording have in common. What can't be read looks like anything else that
/// can't: the task will say why.
fn look(job: &Job) -> Vec<u8> {
    let middle = |path: &Path| {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        file.seek(SeekFrom::Start((bytes / 2).saturating_sub(LOOK_BYTES / 2)))?;
        let mut looked = Vec::new();
        file.take(LOOK_BYTES).read_to_end(&mut looked).map(|_| looked)
    };
    let mut sum = Sha256::new();
    job.paths().into_iter().for_each(|path| sum.update(middle(path).unwrap_or_default()));
    sum.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::audio::source::{CallFiles, Side};

    #[test]
    fn the_largest_are_first_and_copies_together() {
        let dir = tempfile::tempdir().unwrap();
        let content = ["1", "22", "cc", "333", "22", "cc", "4444", "cc", "22"];
        let job = |(number, text): (usize, &&str)| {
            let path = dir.path().join(format!("{number}.wav"));
            fs::write(&path, text).unwrap();
            Job::of(CallFiles::One { path, agent: Side::Left })
        };
        let jobs: Vec<Job> = content.iter().enumerate().map(job).collect();
        let told = |size| -> Vec<String> {
            let mut said: Vec<String> = tasks(&jobs, 0..jobs.len(), size)
                .into_iter()
                .map(|task| task.iter().map(|n| content[*n]).collect::<Vec<_>>().join(" "))
                .collect();
            // Which of two kinds of the same length is first is left open.
            said.sort_by_key(|task| Reverse(task.clone()));
            said
        };
        assert_eq!(told(1), ["cc cc cc", "4444", "333", "22 22 22", "1"]);
        assert_eq!(told(2), ["cc cc cc", "4444 333", "22 22 22", "1"]);
        assert_eq!(tasks(&jobs, 0..9, 100).len(), 1);
        assert_eq!(tasks(&jobs, [0, 4].into_iter(), 1), [[4], [0]]);
        assert!(tasks(&jobs, std::iter::empty(), 3).is_empty());
    }
}
