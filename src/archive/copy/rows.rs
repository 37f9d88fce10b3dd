//! Lists of rows that are changed in two places: `failures.csv` and `purged.jsonl`.

use std::collections::BTreeSet;

/// The rows of `here` and `there` together, without those that either has struck out since both had them
/// (they were in `met`). Those of `there` first, each once.
pub fn merged<T: Ord + Clone>(met: &[T], here: &[T], there: &[T]) -> Vec<T> {
    let set = |rows: &[T]| rows.iter().cloned().collect::<BTreeSet<T>>();
    let (met, in_here, in_there) = (set(met), set(here), set(there));
    let mut taken = BTreeSet::new();
    let stays = |row: &&T| {
        let in_both = in_here.contains(row) && in_there.contains(row);
        (in_both || !met.contains(row)) && taken.insert((*row).clone())
    };
    there.iter().chain(here).filter(stays).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_either_has_added_comes_and_what_either_has_struck_out_goes() {
        let (met, here, there) = (["a", "b", "c"], ["a", "b", "new"], ["a", "c", "other"]);
        assert_eq!(merged(&met, &here, &there), ["a", "other", "new"]);
        // Without a memory nothing is lost.
        assert_eq!(merged(&[], &here, &there), ["a", "c", "other", "b", "new"]);
        assert!(merged(&met, &[], &met).is_empty());
    }
}
