//! The head that points at words of a statement.

use std::ops::Range;

use evenkeel::exponential::exp;
use evenkeel::language::encoder::{WIDTH, sum_of_products};
use evenkeel::language::reflection::pointer::{
    Chances, HEAD, LEFT_OUT, PRONOUN, RANK, Target, scale,
};

use super::chance::Chance;
use super::linear::Learnt;
use super::network::Answers;

/// What counts a word that is left out or not beside a stretch.
const LEFT_OUT_WEIGHT: f32 = 0.1;

/// The numbers of the head, as the program reads them.
pub struct Pointer {
    pub weight: Learnt,
}

/// Words from the first to the last.
pub type Words = (usize, usize);

/// What is known of a statement.
pub struct Known {
    /// The first and the last piece of each word.
    pub first: Vec<usize>,
    pub last: Vec<usize>,
    /// The words to say back.
    pub stretch: Option<Words>,
    /// The words that name what they call "it", or that nothing does; `None` where they name it themselves.
    pub thing: Option<Option<Words>>,
    /// Of each word of the stretch, whether it is left out.
    pub left_out: Vec<bool>,
}

impl Pointer {
    pub fn new(chance: &mut Chance) -> Self {
        let weights = (0..HEAD).map(|_| (chance.unit() - 0.5) * 0.1);
        Pointer { weight: Learnt::new(weights.collect(), true) }
    }

    /// The slope by a row that was multiplied with a piece's vector.
    fn row(&mut self, row: Range<usize>, d: f32, vector: &[f32], d_vector: &mut [f32]) {
        let (weight, slope) = (&self.weight.values[row.clone()], &mut self.weight.slope[row]);
        slope.iter_mut().zip(vector).for_each(|(slope, x)| *slope += d * x);
        d_vector.iter_mut().zip(weight).for_each(|(slope, w)| *slope += d * w);
    }

    /// What is lost by `found`, the chances of a target, and its slopes.
    fn learn_target(
        &mut self,
        (target, truth): (Target, Option<Words>),
        found: &Chances,
        vectors: &[f32],
        known: &Known,
        factor: f32,
        d_vectors: &mut [f32],
    ) -> f32 {
        let rank = RANK;
        let count = found.queries.len() / rank;
        let [begin, end, queries, keys] = target.parts();
        let (mut d_begins, mut d_ends) = (vec![0.0; count], vec![0.0; count]);
        let (mut d_queries, mut d_keys) = (vec![0.0; count * rank], vec![0.0; count * rank]);
        let mut likely = found.none;
        for (a, b, chance) in &found.pairs {
            let mut d = *chance;
            if truth == Some((*a, *b)) {
                likely = *chance;
                d -= 1.0;
            }
            let d = d * factor;
            d_begins[*a] += d;
            d_ends[*b] += d;
            let (query, key) = (a * rank..(a + 1) * rank, b * rank..(b + 1) * rank);
            let by = |to: &mut [f32], of: &[f32]| {
                to.iter_mut().zip(of).for_each(|(to, of)| *to += d * of);
            };
            by(&mut d_queries[query.clone()], &found.keys[key.clone()]);
            by(&mut d_keys[key], &found.queries[query]);
        }
        let piece = |piece: usize| piece * WIDTH..(piece + 1) * WIDTH;
        let d_none = (found.none - f32::from(u8::from(truth.is_none()))) * factor;
        for row in [begin.clone(), end.clone()] {
            self.row(row, d_none, &vectors[piece(0)], &mut d_vectors[piece(0)]);
        }
        for word in 0..count {
            let sides = [
                (&begin, &queries, known.first[word], d_begins[word], &d_queries, scale()),
                (&end, &keys, known.last[word], d_ends[word], &d_keys, 1.0),
            ];
            for (row, matrix, at, d, d_found, factor) in sides {
                let (vector, d_vector) = (&vectors[piece(at)], &mut d_vectors[piece(at)]);
                self.row(row.clone(), d, vector, d_vector);
                for (i, d) in d_found[word * rank..(word + 1) * rank].iter().enumerate() {
                    let from = matrix.start + i * WIDTH;
                    self.row(from..from + WIDTH, d * factor, vector, d_vector);
                }
            }
        }
        if let (Some((pronoun, _)), false) = (known.stretch, found.asked.is_empty()) {
            let [ask, answer] = PRONOUN;
            // Of nothing and of each word, as the end of a name.
            let d_answers = [d_none].into_iter().chain(d_ends.iter().copied());
            let places = [0].into_iter().chain(known.last[..count].iter().copied());
            let mut d_asked = vec![0.0; rank];
            for (place, (at, d)) in places.zip(d_answers).enumerate() {
                for (i, d_asked) in d_asked.iter_mut().enumerate() {
                    *d_asked += d * found.answers[place * rank + i];
                    let from = answer.start + i * WIDTH;
                    let d = d * found.asked[i];
                    self.row(from..from + WIDTH, d, &vectors[piece(at)], &mut d_vectors[piece(at)]);
                }
            }
            let at = piece(known.first[pronoun]);
            for (i, d) in d_asked.iter().enumerate() {
                let from = ask.start + i * WIDTH;
                let (vector, d_vector) = (&vectors[at.clone()], &mut d_vectors[at.clone()]);
                self.row(from..from + WIDTH, d * scale(), vector, d_vector);
            }
        }
        -likely.max(1e-9).ln()
    }
}

impl Answers for Pointer {
    type Known = Known;

    fn learn(&mut self, vectors: &[f32], known: &Known, factor: f32, d_vectors: &mut [f32]) -> f32 {
        let Known { first, last, .. } = known;
        let found = Chances::of_stretch(&self.weight.values, vectors, first, last);
        let target = (Target::Stretch, known.stretch);
        let mut loss = self.learn_target(target, &found, vectors, known, factor, d_vectors);
        let Some((from, _)) = known.stretch else { return loss };
        if let Some(truth) = known.thing {
            let found = Chances::of_thing(&self.weight.values, vectors, first, last, from);
            let target = (Target::Thing, truth);
            loss += self.learn_target(target, &found, vectors, known, factor, d_vectors);
        }
        for (word, left_out) in known.left_out.iter().enumerate() {
            let at = known.last[from + word];
            let piece = at * WIDTH..(at + 1) * WIDTH;
            let (vector, d_vector) = (&vectors[piece.clone()], &mut d_vectors[piece]);
            let score = sum_of_products(&self.weight.values[LEFT_OUT], vector);
            let chance = 1.0 / (1.0 + exp(-score));
            let truth = f32::from(u8::from(*left_out));
            let right = if *left_out { chance } else { 1.0 - chance };
            loss -= LEFT_OUT_WEIGHT * right.max(1e-9).ln();
            let d = LEFT_OUT_WEIGHT * factor * (chance - truth);
            self.row(LEFT_OUT, d, vector, d_vector);
        }
        loss
    }

    fn learnt(&mut self) -> Vec<&mut Learnt> {
        vec![&mut self.weight]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slopes against what a small change of a number does to the loss.
    #[test]
    fn slopes_are_differences() {
        let mut chance = Chance::new(1);
        let mut head = Pointer::new(&mut chance);
        let vectors: Vec<f32> = (0..8 * WIDTH).map(|_| chance.unit() - 0.5).collect();
        let known = Known {
            first: vec![1, 2, 4, 5, 6],
            last: vec![1, 3, 4, 5, 6],
            stretch: Some((2, 4)),
            thing: Some(Some((0, 1))),
            left_out: vec![false, true, false],
        };
        let mut d_vectors = vec![0.0; vectors.len()];
        head.learn(&vectors, &known, 1.0, &mut d_vectors);
        let slopes = head.weight.slope.clone();
        let parts =
            Target::ALL.into_iter().flat_map(Target::parts).chain(PRONOUN).chain([LEFT_OUT]);
        let steepest = |slopes: &[f32], part: Range<usize>| {
            part.max_by(|&a, &b| slopes[a].abs().total_cmp(&slopes[b].abs())).unwrap()
        };
        let by = 1e-2;
        let close = |slope: f32, more: f32, less: f32| {
            let difference = (more - less) / (2.0 * by);
            assert!((difference - slope).abs() < 1e-3 + 0.03 * slope.abs(), "{slope} {difference}");
        };
        for part in parts {
            let at = steepest(&slopes, part);
            let mut loss_at = |by: f32| {
                head.weight.values[at] += by;
                let loss = head.learn(&vectors, &known, 1.0, &mut d_vectors.clone());
                head.weight.values[at] -= by;
                loss
            };
            close(slopes[at], loss_at(by), loss_at(-by));
        }
        for piece in 0..7 {
            let at = steepest(&d_vectors, piece * WIDTH..(piece + 1) * WIDTH);
            let mut loss_at = |by: f32| {
                let mut moved = vectors.clone();
                moved[at] += by;
                head.learn(&moved, &known, 1.0, &mut d_vectors.clone())
            };
            close(d_vectors[at], loss_at(by), loss_at(-by));
        }
    }
}
