//! The area under the ROC curve.

/// How likely a positive scores above a negative, ties counting half: 1 separates perfectly, 0.5
/// is chance. Nothing when a class is empty or a score is not a number.
///
/// By the rank sum of the positives (Mann and Whitney, 1947), tied scores sharing their mean rank.
pub fn roc_auc(scored: &[(f64, bool)]) -> Option<f64> {
    if scored.iter().any(|(score, _)| score.is_nan()) {
        return None;
    }
    let mut sorted = scored.to_vec();
    sorted.sort_by(|(a, _), (b, _)| a.total_cmp(b));

    let positives = sorted.iter().filter(|(_, positive)| *positive).count() as f64;
    let negatives = sorted.len() as f64 - positives;
    let mut rank_sum = 0.0;
    let mut ranked = 0.0;
    // `==` rather than `total_cmp`, so that 0 and -0 are tied: they are neighbours either way.
    for tied in sorted.chunk_by(|(a, _), (b, _)| a == b) {
        let mean_rank = ranked + (tied.len() as f64 + 1.0) / 2.0;
        rank_sum += mean_rank * tied.iter().filter(|(_, positive)| *positive).count() as f64;
        ranked += tied.len() as f64;
    }
    let wins = rank_sum - positives * (positives + 1.0) / 2.0;
    (positives > 0.0 && negatives > 0.0).then(|| wins / (positives * negatives))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_of_positive_and_negative_counts_once() {
        // Of the 2 x 3 pairs the positives win (0.9 over 3) + (0.4 over 2) = 5.
        let scored = [(0.9, true), (0.5, false), (0.4, true), (0.3, false), (0.1, false)];
        assert_eq!(roc_auc(&scored), Some(5.0 / 6.0));
    }

    #[test]
    fn ties_count_half() {
        assert_eq!(roc_auc(&[(0.5, true), (0.5, false)]), Some(0.5));
        // 0.7 ties 0.7 (half) and beats 0.2 (one); 0.2 loses to 0.7 and ties 0.2 (half): 2 of 4.
        let scored = [(0.7, true), (0.7, false), (0.2, true), (0.2, false)];
        assert_eq!(roc_auc(&scored), Some(0.5));
        // 1 beats both, 0 ties -0 and loses to 0.5: 2.5 of 4.
        let scored = [(1.0, true), (0.0, true), (-0.0, false), (0.5, false)];
        assert_eq!(roc_auc(&scored), Some(0.625));
    }

    #[test]
    fn the_ends_are_perfect_and_reversed() {
        let scored = [(2.0, true), (3.0, true), (1.0, false), (-1.0, false)];
        assert_eq!(roc_auc(&scored), Some(1.0));
        assert_eq!(roc_auc(&scored.map(|(score, positive)| (-score, positive))), Some(0.0));
    }

    #[test]
    fn nothing_can_be_said_of_one_class_or_of_nan() {
        assert_eq!(roc_auc(&[]), None);
        assert_eq!(roc_auc(&[(0.3, true), (0.4, true)]), None);
        assert_eq!(roc_auc(&[(f64::NAN, true), (0.4, false)]), None);
    }
}
