//! How well three classes are told apart.

/// Counts of texts: by the true class, by the class that was found. 0 is negative, 1 neutral,
/// 2 positive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Confusion(pub [[usize; 3]; 3]);

impl Confusion {
    pub fn add(&mut self, truth: usize, found: usize) {
        self.0[truth][found] += 1;
    }

    pub fn total(&self) -> usize {
        self.0.iter().flatten().sum()
    }

    /// Precision, recall and F1 of a class; 0 where nothing can be said.
    pub fn of(&self, class: usize) -> [f64; 3] {
        let hit = self.0[class][class] as f64;
        let found: usize = self.0.iter().map(|row| row[class]).sum();
        let there: usize = self.0[class].iter().sum();
        let share = |of: usize| if of > 0 { hit / of as f64 } else { 0.0 };
        [share(found), share(there), share(found + there) * 2.0]
    }

    /// The mean of the three F1.
    pub fn macro_f1(&self) -> f64 {
        (0..3).map(|class| self.of(class)[2]).sum::<f64>() / 3.0
    }

    /// Share of texts whose class was found.
    pub fn accuracy(&self) -> f64 {
        let hits: usize = (0..3).map(|class| self.0[class][class]).sum();
        hits as f64 / self.total().max(1) as f64
    }
}

/// Recall at the threshold that finds most while precision is at least `precision`; texts with
/// scores above it count as found. `None` when no threshold is so precise.
pub fn recall_at_precision(scored: &[(f64, bool)], precision: f64) -> Option<f64> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let there = scored.iter().filter(|(_, truth)| *truth).count();
    let (mut found, mut hits, mut best) = (0, 0, None);
    for tied in sorted.chunk_by(|(a, _), (b, _)| a == b) {
        found += tied.len();
        hits += tied.iter().filter(|(_, truth)| *truth).count();
        if hits > 0 && hits as f64 >= precision * found as f64 {
            best = Some(hits as f64 / there as f64);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_give_the_figures() {
        let confusion = Confusion([[6, 2, 2], [1, 8, 1], [1, 0, 4]]);
        let [precision, recall, f1] = confusion.of(0);
        assert!((precision - 0.75).abs() < 1e-12 && (recall - 0.6).abs() < 1e-12);
        assert!((f1 - 2.0 * 0.75 * 0.6 / 1.35).abs() < 1e-12);
        // 2/3, 0.8 and 2/3.
        assert!((confusion.macro_f1() - (2.0 / 3.0 + 0.8 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((confusion.accuracy() - 18.0 / 25.0).abs() < 1e-12);
        assert_eq!(Confusion::default().macro_f1(), 0.0);
    }

    #[test]
    fn the_most_is_found_at_the_precision_wanted() {
        let scored =
            [(0.9, true), (0.8, false), (0.7, true), (0.6, true), (0.5, false), (0.5, true)];
        assert_eq!(recall_at_precision(&scored, 1.0), Some(0.25));
        // Three of the first four, four of all six: ties go together.
        assert_eq!(recall_at_precision(&scored, 0.75), Some(0.75));
        assert_eq!(recall_at_precision(&scored, 0.66), Some(1.0));
        assert_eq!(recall_at_precision(&[(0.9, false), (0.1, true)], 0.9), None);
        assert_eq!(recall_at_precision(&[], 0.5), None);
    }
}
