//! The layers that are trained with their head, in 32-bit floating point.
//!
//! The same arithmetic as `language::encoder`, whose layers these become.

use evenkeel::exponential::exp;
use evenkeel::language::encoder::{WIDTH, softmax, sum_of_products};

use super::chance::Chance;
use super::layer::{Layer, Text, drop_out, through};
use super::linear::{Learnt, Step, add};

/// Votes of pieces for answers to questions, weighted by what each piece counts for a question.
///
/// A question of one class is answered with yes or no, by a sigmoid; one of several with one of
/// them, by a softmax.
pub struct Head {
    /// Classes of each question.
    pub questions: Vec<usize>,
    /// For each question a row for each class, and one for how much a piece counts.
    pub weight: Learnt,
    /// One for each class.
    pub bias: Learnt,
}

/// What is known of a text for one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub question: usize,
    /// Probability of each class.
    pub target: Vec<f32>,
    /// How much it counts.
    pub weight: f32,
}

/// What answers above the layers.
pub trait Answers {
    /// What is known of a text.
    type Known;

    /// The loss of one text (its cross-entropy) over what is known of it; the slope by its vectors
    /// is added to `d_vectors`. Slopes are multiplied with `factor`.
    fn learn(
        &mut self,
        vectors: &[f32],
        known: &Self::Known,
        factor: f32,
        d_vectors: &mut [f32],
    ) -> f32;

    fn learnt(&mut self) -> Vec<&mut Learnt>;
}

impl Answers for Head {
    type Known = Vec<Answer>;

    fn learn(
        &mut self,
        vectors: &[f32],
        known: &Vec<Answer>,
        factor: f32,
        d_vectors: &mut [f32],
    ) -> f32 {
        known.iter().map(|answer| self.learn_one(vectors, answer, factor, d_vectors)).sum()
    }

    fn learnt(&mut self) -> Vec<&mut Learnt> {
        vec![&mut self.weight, &mut self.bias]
    }
}

impl Head {
    pub fn new(questions: Vec<usize>, chance: &mut Chance) -> Self {
        // Classes begin near nothing, the counts all equal.
        let mut weights = Vec::new();
        for classes in &questions {
            weights.extend((0..classes * WIDTH).map(|_| (chance.unit() - 0.5) * 0.04));
            weights.resize(weights.len() + WIDTH, 0.0);
        }
        let classes = questions.iter().sum();
        Head {
            questions,
            weight: Learnt::new(weights, true),
            bias: Learnt::new(vec![0.0; classes], false),
        }
    }

    fn learn_one(
        &mut self,
        vectors: &[f32],
        answer: &Answer,
        factor: f32,
        d_vectors: &mut [f32],
    ) -> f32 {
        let n = vectors.len() / WIDTH;
        // The marks at both ends don't vote.
        let pieces = 1..n - 1;
        let before = &self.questions[..answer.question];
        let classes = self.questions[answer.question];
        let first = before.iter().sum::<usize>();
        let first_row = first + before.len();
        let weight = &self.weight.values;
        let row = |r: usize| &weight[(first_row + r) * WIDTH..(first_row + r + 1) * WIDTH];
        let vector = |p: usize| &vectors[p * WIDTH..(p + 1) * WIDTH];
        let mut counts: Vec<f32> =
            pieces.clone().map(|p| sum_of_products(vector(p), row(classes))).collect();
        softmax(&mut counts);
        let votes: Vec<Vec<f32>> = pieces
            .clone()
            .map(|p| (0..classes).map(|c| sum_of_products(vector(p), row(c))).collect())
            .collect();
        let logits = (0..classes).map(|c| {
            self.bias.values[first + c]
                + votes.iter().zip(&counts).map(|(v, count)| v[c] * count).sum::<f32>()
        });
        let mut probabilities: Vec<f32> = logits.collect();
        match &mut probabilities[..] {
            [yes] => *yes = 1.0 / (1.0 + exp(-*yes)),
            several => softmax(several),
        }
        let log = |p: f32| p.max(1e-9).ln();
        let of_class = |(t, p): (&f32, &f32)| match classes {
            1 => t * log(*p) + (1.0 - t) * log(1.0 - p),
            _ => t * log(*p),
        };
        let loss = -answer.target.iter().zip(&probabilities).map(of_class).sum::<f32>();
        let factor = factor * answer.weight;
        let d_logits: Vec<f32> =
            probabilities.iter().zip(&answer.target).map(|(p, t)| (p - t) * factor).collect();
        // What a piece's count changes, less what all change on average.
        let along = |v: &[f32]| v.iter().zip(&d_logits).map(|(v, d)| v * d).sum::<f32>();
        let gains: Vec<f32> = votes.iter().map(|v| along(v)).collect();
        let mean: f32 = gains.iter().zip(&counts).map(|(gain, count)| gain * count).sum();
        add(&mut self.bias.slope[first..first + classes], &d_logits);
        for (i, p) in pieces.enumerate() {
            let vector = &vectors[p * WIDTH..(p + 1) * WIDTH];
            let d_vector = &mut d_vectors[p * WIDTH..(p + 1) * WIDTH];
            for r in 0..=classes {
                let d = counts[i] * d_logits.get(r).copied().unwrap_or(gains[i] - mean);
                let row = (first_row + r) * WIDTH..(first_row + r + 1) * WIDTH;
                let slope = &mut self.weight.slope[row.clone()];
                slope.iter_mut().zip(vector).for_each(|(slope, x)| *slope += d * x);
                let weight = &self.weight.values[row];
                d_vector.iter_mut().zip(weight).for_each(|(slope, w)| *slope += d * w);
            }
        }
        loss * answer.weight
    }
}

/// The layers that are trained, and their head.
pub struct Network<H = Head> {
    pub layers: Vec<Layer>,
    pub head: H,
}

/// A text to learn from.
pub struct Sample<'a, K = Vec<Answer>> {
    /// The vectors of its pieces.
    pub vectors: &'a [f32],
    /// Those of other pieces, at which they look in the first layer.
    pub beside: &'a [f32],
    /// What is known of it.
    pub answers: &'a K,
    /// How much it counts.
    pub weight: f32,
}

impl<H: Answers> Network<H> {
    /// The mean loss over a batch; its slopes are added to those of all that is learnt.
    pub fn learn(&mut self, batch: &[Sample<'_, H::Known>], drop: f32, chance: &mut Chance) -> f32 {
        let pieces = |vectors: &[f32]| vectors.len() / WIDTH;
        let sizes = batch.iter().map(|sample| (pieces(sample.vectors), pieces(sample.beside)));
        let beside = Text::below(sizes.clone());
        let alone = Text::below(sizes.map(|(own, _)| (own, 0)));
        let among = |layer: usize| if layer == 0 { &beside } else { &alone };
        let mut x = Vec::new();
        for sample in batch {
            x.extend_from_slice(sample.vectors);
            x.extend_from_slice(sample.beside);
        }
        let mut traces = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            let (y, trace) = layer.forward(x, among(i), drop, chance);
            x = y;
            traces.push(trace);
        }
        let kept = drop_out(&mut x, drop, chance);
        let mut dx = vec![0.0; x.len()];
        let mut loss = 0.0;
        let total: f32 = batch.iter().map(|sample| sample.weight).sum();
        for (sample, text) in batch.iter().zip(&alone) {
            let numbers = text.numbers();
            let factor = sample.weight / total;
            let of_text = &x[numbers.clone()];
            loss += factor * self.head.learn(of_text, sample.answers, factor, &mut dx[numbers]);
        }
        dx = through(&kept, &dx);
        for (i, (layer, trace)) in self.layers.iter_mut().zip(&traces).enumerate().rev() {
            dx = layer.backward(trace, dx, among(i));
        }
        loss
    }

    /// The same as [`Self::learn`] after a step, one half of the batch by a twin at the same time; what the twin
    /// has learnt before is forgotten.
    pub fn learn_with(
        &mut self,
        twin: &mut Self,
        batch: &[Sample<'_, H::Known>],
        drop: f32,
        chance: &mut Chance,
    ) -> f32
    where
        H: Send,
        H::Known: Sync,
    {
        for (own, other) in self.learnt().into_iter().zip(twin.learnt()) {
            other.values.copy_from_slice(&own.values);
            other.slope.fill(0.0);
        }
        let (first, second) = batch.split_at(batch.len().div_ceil(2));
        let mut chances = [Chance::new(chance.next()), Chance::new(chance.next())];
        let [own, other] = &mut chances;
        let (own, other) = std::thread::scope(|scope| {
            let other = scope.spawn(|| twin.learn(second, drop, other));
            (self.learn(first, drop, own), other.join().expect("learning ends"))
        });
        let total = |half: &[Sample<'_, H::Known>]| half.iter().map(|s| s.weight).sum::<f32>();
        let share = total(second) / total(batch);
        for (own, other) in self.learnt().into_iter().zip(twin.learnt()) {
            for (own, other) in own.slope.iter_mut().zip(&other.slope) {
                *own += (*other - *own) * share;
            }
        }
        own + (other - own) * share
    }

    fn learnt(&mut self) -> Vec<&mut Learnt> {
        let mut learnt = self.head.learnt();
        learnt.extend(self.layers.iter_mut().flat_map(Layer::learnt));
        learnt
    }

    /// Goes a step against the slopes, the head `head_rate` times as far; clips slopes whose
    /// length is above 1.
    pub fn step(&mut self, mut step: Step, head_rate: f32) {
        let length = self
            .learnt()
            .iter()
            .map(|learnt| learnt.slope.iter().map(|s| f64::from(s * s)).sum::<f64>())
            .sum::<f64>()
            .sqrt();
        step.clip = (1.0 / length.max(1.0)) as f32;
        let rate = step.rate;
        let of_head = self.head.learnt().len();
        for (i, learnt) in self.learnt().into_iter().enumerate() {
            step.rate = if i < of_head { rate * head_rate } else { rate };
            step.take(learnt);
        }
    }
}

#[cfg(test)]
mod tests {
    use evenkeel::language::encoder::INNER;

    use super::*;
    use crate::linear::{Linear, Norm};

    fn random(count: usize, size: f32, chance: &mut Chance) -> Vec<f32> {
        (0..count).map(|_| (chance.unit() - 0.5) * size).collect()
    }

    fn network(chance: &mut Chance) -> Network {
        let mut linear = |outputs: usize, inputs: usize| {
            Linear::new(random(outputs * inputs, 0.2, chance), random(outputs, 0.2, chance))
        };
        let norm = || Norm::new(vec![1.0; WIDTH], vec![0.1; WIDTH]);
        let layer = Layer {
            attention: linear(3 * WIDTH, WIDTH),
            attention_out: linear(WIDTH, WIDTH),
            attention_norm: norm(),
            up: linear(INNER, WIDTH),
            down: linear(WIDTH, INNER),
            norm: norm(),
        };
        let mut head = Head::new(vec![3, 1], chance);
        head.weight.values = random(6 * WIDTH, 0.3, chance);
        Network { layers: vec![layer], head }
    }

    fn one_of(target: [f32; 3]) -> Answer {
        Answer { question: 0, target: target.to_vec(), weight: 1.0 }
    }

    fn yes(target: f32, weight: f32) -> Answer {
        Answer { question: 1, target: vec![target], weight }
    }

    /// Slopes against what a small change of a number does to the loss, for one number of each
    /// kind.
    #[test]
    fn slopes_are_differences() {
        let mut chance = Chance::new(1);
        let mut network = network(&mut chance);
        let texts = [random(5 * WIDTH, 2.0, &mut chance), random(3 * WIDTH, 2.0, &mut chance)];
        let others = random(2 * WIDTH, 2.0, &mut chance);
        let answers = [
            vec![one_of([1.0, 0.0, 0.0]), yes(0.0, 1.0)],
            vec![one_of([0.2, 0.3, 0.5]), yes(1.0, 2.5)],
        ];
        let batch: Vec<Sample<'_>> = texts
            .iter()
            .zip(&answers)
            .map(|(vectors, answers)| Sample { vectors, beside: &others, answers, weight: 1.0 })
            .collect();
        network.learn(&batch, 0.0, &mut chance);
        let slopes: Vec<Vec<f32>> =
            network.learnt().iter().map(|learnt| learnt.slope.clone()).collect();
        for (kind, slopes) in slopes.iter().enumerate() {
            // The steepest, where rounding hides least.
            let at = (0..slopes.len())
                .max_by(|&a, &b| slopes[a].abs().total_cmp(&slopes[b].abs()))
                .unwrap();
            let mut loss_at = |by: f32| {
                network.learnt()[kind].values[at] += by;
                let loss = network.learn(&batch, 0.0, &mut Chance::new(0));
                network.learnt()[kind].values[at] -= by;
                f64::from(loss)
            };
            let by = 1e-2;
            let difference = (loss_at(by) - loss_at(-by)) / (2.0 * f64::from(by));
            let slope = f64::from(slopes[at]);
            assert!(
                (difference - slope).abs() < 2e-4 + 0.03 * slope.abs(),
                "kind {kind}: slope {slope}, difference {difference}"
            );
        }
    }

    #[test]
    fn halves_have_the_slopes_of_the_whole() {
        let mut chance = Chance::new(3);
        let (mut whole, mut half) = (network(&mut chance), network(&mut chance));
        let mut twin = network(&mut chance);
        for (half, whole) in half.learnt().into_iter().zip(whole.learnt()) {
            half.values.clone_from(&whole.values);
        }
        let texts: Vec<Vec<f32>> = (0..3).map(|_| random(4 * WIDTH, 2.0, &mut chance)).collect();
        let answers = [vec![yes(1.0, 1.0)], vec![yes(0.0, 2.0)], vec![one_of([0.0, 1.0, 0.0])]];
        let batch: Vec<Sample<'_>> = texts
            .iter()
            .zip(&answers)
            .map(|(vectors, answers)| Sample { vectors, beside: &[], answers, weight: 1.0 })
            .collect();
        let loss = whole.learn(&batch, 0.0, &mut chance);
        assert!((half.learn_with(&mut twin, &batch, 0.0, &mut chance) - loss).abs() < 1e-5);
        for (half, whole) in half.learnt().iter().zip(whole.learnt()) {
            let apart = half.slope.iter().zip(&whole.slope).map(|(a, b)| (a - b).abs());
            assert!(apart.fold(0.0, f32::max) < 1e-5);
        }
    }

    #[test]
    fn a_batch_is_learnt() {
        let mut chance = Chance::new(2);
        let mut network = network(&mut chance);
        let texts: Vec<Vec<f32>> = (0..6).map(|_| random(4 * WIDTH, 2.0, &mut chance)).collect();
        let answers: Vec<Vec<Answer>> = (0..texts.len())
            .map(|i| {
                let mut target = [0.0; 3];
                target[i % 3] = 1.0;
                vec![one_of(target), yes((i % 2) as f32, 1.0)]
            })
            .collect();
        let mut losses = Vec::new();
        for number in 1..=30 {
            let batch: Vec<Sample<'_>> = texts
                .iter()
                .zip(&answers)
                .map(|(vectors, answers)| Sample { vectors, beside: &[], answers, weight: 1.0 })
                .collect();
            losses.push(network.learn(&batch, 0.0, &mut chance));
            network.step(Step { number, rate: 1e-3, decay: 0.0, clip: 1.0 }, 1.0);
        }
        assert!(losses[29] < 0.1 * losses[0], "{losses:?}");
    }
}
