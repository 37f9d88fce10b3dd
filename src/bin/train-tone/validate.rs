//! How well the model does on a speaker whom it has not heard.

use std::collections::BTreeSet;

use evenkeel::tone::baseline::HALF_KNOWN_SECS;
use evenkeel::tone::features::COUNT;

use crate::auc::roc_auc;
use crate::clips::Emotion;
use crate::examples::{Examples, Heads, Look, scaled};

/// Leaves each speaker out in turn, fits to the others, and prints how well the one left out is
/// judged, over each kind of way.
pub fn leave_one_out(examples: &Examples, ridge: f64) {
    let mut judged: Vec<(&Look, f64, Option<f64>)> = Vec::new();
    for out in 0..examples.speakers.len() {
        let others: BTreeSet<usize> = (0..examples.speakers.len()).filter(|s| *s != out).collect();
        let heads = examples.fit(&others, ridge);
        judged.extend(examples.looks.iter().filter(|look| look.speaker == out).map(|look| {
            let (cold, warm) = judge(examples, &heads, look);
            (look, cold, warm)
        }));
    }
    println!("Each speaker left out in turn; anger against low arousal, against all others:");
    println!("{:<24}  AUC low  AUC rest  AUC joy  UAR low", "");
    type Chosen = fn(&Look) -> bool;
    let rows: [(&str, Chosen); 6] = [
        ("as it is", |look| look.way == 0 && look.last),
        ("by telephone", |look| look.way == 1 && look.last),
        ("over all other ways", |look| look.way > 1 && look.last),
        ("all ways, after 1 s", |look| !look.last && look.secs < 1.2),
        ("all ways, after 1.5 s", |look| !look.last && (1.2..1.8).contains(&look.secs)),
        ("all ways, after 3 s", |look| !look.last && look.secs > 2.5),
    ];
    for (name, chosen) in rows {
        let of: Vec<_> = judged.iter().filter(|(look, ..)| chosen(look)).collect();
        let cold: Vec<(Emotion, f64)> =
            of.iter().map(|(look, cold, _)| (look.emotion, *cold)).collect();
        let warm: Vec<(Emotion, f64)> = of
            .iter()
            .filter(|(look, ..)| look.emotion != Emotion::Neutral)
            .filter_map(|(look, _, warm)| Some((look.emotion, (*warm)?)))
            .collect();
        print_row(&format!("{name}, cold"), &cold);
        print_row(&format!("{name}, warm"), &warm);
    }
}

/// Log-odds of a look, cold and as warm as the speaker's neutral clips make it.
fn judge(examples: &Examples, heads: &Heads, look: &Look) -> (f64, Option<f64>) {
    let sum = |weights: &[f64], usual: &dyn Fn(usize) -> f64| {
        let away = |i: usize| scaled(f64::from(look.features[i]) - usual(i), heads.scale[i].1);
        (0..COUNT).map(|i| weights[i] * away(i)).sum::<f64>()
    };
    let cold = heads.cold.bias + sum(&heads.cold.weights, &|i| heads.scale[i].0);
    let warm = examples.baseline(look).map(|(secs, own)| {
        let warm = heads.warm.bias + sum(&heads.warm.weights, &|i| own[i]);
        let own_share = secs / (secs + f64::from(HALF_KNOWN_SECS));
        (1.0 - own_share) * cold + own_share * warm
    });
    (cold, warm)
}

fn print_row(name: &str, judged: &[(Emotion, f64)]) {
    let against = |chosen: &dyn Fn(Emotion) -> bool| -> Vec<(f64, bool)> {
        judged
            .iter()
            .filter(|(emotion, _)| *emotion == Emotion::Anger || chosen(*emotion))
            .map(|(emotion, odds)| (*odds, *emotion == Emotion::Anger))
            .collect()
    };
    let low = against(&Emotion::is_low);
    let recall = |class: bool| {
        let of: Vec<_> = low.iter().filter(|(_, is)| *is == class).collect();
        of.iter().filter(|(odds, _)| (*odds >= 0.0) == class).count() as f64 / of.len() as f64
    };
    let auc = |of: &[(f64, bool)]| roc_auc(of).unwrap_or(f64::NAN);
    println!(
        "{name:<28}  {:.3}    {:.3}     {:.3}    {:.3}",
        auc(&low),
        auc(&against(&|_| true)),
        auc(&against(&|emotion| emotion == Emotion::Joy)),
        (recall(true) + recall(false)) / 2.0
    );
}
