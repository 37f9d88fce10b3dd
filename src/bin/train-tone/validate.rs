//! How well the models do on a speaker whom they have not heard, and how sure they may be.

use std::collections::BTreeSet;

use evenkeel::tone::baseline::HALF_KNOWN_SECS;
use evenkeel::tone::features::{COUNT, LEVEL, VOICED_SHARE};
use evenkeel::tone::voice::Confidence;

use crate::auc::roc_auc;
use crate::clips::Emotion;
use crate::examples::{Examples, Look};
use crate::fit::{Example, logistic};
use crate::heads::{Fitting, Group, Heads, fit};

/// Log-odds of a look by models that have not heard its speaker: cold, and as warm as the speaker's
/// neutral clips make it, with how far they make the speaker known.
pub struct Judgement<'a> {
    look: &'a Look,
    cold: f64,
    warm: Option<(f64, f64)>,
}

/// Leaves each speaker out in turn, fits to the others, and judges the one left out.
pub fn leave_one_out(examples: &Examples, fitting: Fitting) -> Vec<Judgement<'_>> {
    let everybody = 0..examples.speakers.len();
    let mut judged = Vec::new();
    for out in everybody.clone() {
        let others: BTreeSet<usize> = everybody.clone().filter(|s| *s != out).collect();
        let heads = fit(examples, &others, fitting);
        let of = examples.looks.iter().filter(|look| look.speaker == out);
        judged.extend(of.map(|look| judge(examples, &heads, look)));
    }
    judged
}

/// Prints how well that is, over each kind of way.
pub fn print(judged: &[Judgement]) {
    println!("Each speaker left out in turn; anger against low arousal, against all others:");
    println!("{:<28}  AUC low  AUC rest  AUC joy  UAR low", "");
    type Chosen = fn(&Look) -> bool;
    let rows: [(&str, Chosen); 7] = [
        ("as it is", |look| look.way == 0 && look.last),
        ("by telephone", |look| look.way == 1 && look.last),
        ("over all other ways", |look| look.way > 1 && look.last),
        ("all ways, after 0.5 s", |look| !look.last && look.secs < 0.7),
        ("all ways, after 1 s", |look| !look.last && (0.7..1.2).contains(&look.secs)),
        ("all ways, after 1.5 s", |look| !look.last && (1.2..1.8).contains(&look.secs)),
        ("all ways, after 3 s", |look| !look.last && look.secs > 2.5),
    ];
    for (name, chosen) in rows {
        let of = || judged.iter().filter(|j| chosen(j.look) && j.look.raised_db.is_none());
        let cold: Vec<_> = of().map(|j| (j.look.emotion, j.cold)).collect();
        let warm: Vec<_> = of()
            .filter(|j| j.look.emotion != Emotion::Neutral)
            .filter_map(|j| Some((j.look.emotion, j.warm?.0)))
            .collect();
        print_row(&format!("{name}, cold"), &cold);
        print_row(&format!("{name}, warm"), &warm);
    }
    // Against the low ones as they were acted: a raised neutral voice counts as anger.
    let ends = || judged.iter().filter(|j| j.look.last);
    for (name, emotion) in [("raised", Emotion::Neutral), ("shouts", Emotion::Anger)] {
        let of = |odds: &dyn Fn(&Judgement) -> Option<f64>| -> Vec<(Emotion, f64)> {
            let raised = ends().filter(|j| j.look.raised_db.is_some() && j.look.emotion == emotion);
            let low = ends().filter(|j| j.look.raised_db.is_none() && j.look.emotion.is_low());
            let raised = raised.filter_map(|j| Some((Emotion::Anger, odds(j)?)));
            raised.chain(low.filter_map(|j| Some((j.look.emotion, odds(j)?)))).collect()
        };
        print_row(&format!("{name}, made up, cold"), &of(&|j| Some(j.cold)));
        print_row(&format!("{name}, made up, warm"), &of(&|j| Some(j.warm?.0)));
    }
}

/// How sure a judgement is, by what is known of the speech: a logistic regression of whether those of
/// speakers left out were right at even odds, anger and the rest weighing the same.
pub fn confidence(judged: &[Judgement]) -> Confidence {
    let acted = || judged.iter().filter(|j| j.look.raised_db.is_none());
    let angry = acted().filter(|j| Group::of(j.look).is_tense()).count() as f64;
    let calm = acted().count() as f64 - angry;
    let examples = acted().flat_map(|j| {
        let is = Group::of(j.look).is_tense();
        [Some((j.cold, 0.0)), j.warm].into_iter().flatten().map(move |(odds, known)| {
            let voiced = f64::from(j.look.features[VOICED_SHARE]);
            Example {
                features: vec![f64::from(j.look.secs.ln()), voiced, known],
                positive: (odds >= 0.0) == is,
                weight: 0.25 / if is { angry } else { calm },
            }
        })
    });
    let fit = logistic(&examples.collect::<Vec<_>>(), 1e-6);
    let number = |i: usize| fit.weights[i] as f32;
    Confidence { bias: fit.bias as f32, log_secs: number(0), voiced: number(1), known: number(2) }
}

fn judge<'a>(examples: &Examples, heads: &Heads, look: &'a Look) -> Judgement<'a> {
    let away = |i: usize, usual: f32| {
        // The corpus says nothing of levels.
        if i == LEVEL { 0.0 } else { heads.scale[i].away(look.features[i], usual) }
    };
    let mut ignored = [0.0; COUNT];
    let usual: [f32; COUNT] = std::array::from_fn(|i| away(i, heads.scale[i].mean));
    let cold = f64::from(heads.cold.odds(&usual, 1.0, &mut ignored));
    let warm = examples.baseline(look).map(|(secs, own)| {
        let own: [f32; COUNT] = std::array::from_fn(|i| away(i, own[i] as f32));
        let warm = f64::from(heads.warm.odds(&own, 1.0, &mut ignored));
        let known = secs / (secs + f64::from(HALF_KNOWN_SECS));
        ((1.0 - known) * cold + known * warm, known)
    });
    Judgement { look, cold, warm }
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
