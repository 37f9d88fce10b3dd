//! Small networks with one hidden layer, by gradient descent.

use std::f32::consts::PI;

use evenkeel::tone::head::{Network, Unit};
use fastrand::Rng;

use crate::augment::gauss;
use crate::fit::Example;

/// Examples looked at between two steps.
const BATCH: usize = 256;
/// The longest step; it shrinks to nothing along half a cosine.
const RATE: f32 = 2e-3;
/// Adam's memories of the gradient and of its square, as its authors have them (Kingma and Ba, 2015).
const GRADIENT_KEPT: f32 = 0.9;
const SQUARE_KEPT: f32 = 0.999;

/// How networks learn.
#[derive(Clone, Copy, Debug)]
pub struct Learning {
    /// Hidden units.
    pub units: usize,
    /// How often each example is seen.
    pub epochs: usize,
    /// How much weights are held down.
    pub decay: f32,
    /// Noise on each input, in deviations: voices and lines are more unlike than those learnt from.
    pub noise: f32,
}

/// A network under which the examples are likely. The same seed gives the same network.
pub fn learn(examples: &[Example], learning: Learning, seed: u64) -> Network {
    let mut rng = Rng::with_seed(seed);
    let inputs = examples.first().map_or(0, |example| example.features.len());
    let mut numbers = Numbers::draw(inputs, learning.units, &mut rng);
    let mut adam = Adam::new(numbers.all.len());
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let steps = (learning.epochs * examples.len().div_ceil(BATCH)) as f32;
    let mut x = vec![0.0; inputs];
    for _ in 0..learning.epochs {
        rng.shuffle(&mut order);
        for batch in order.chunks(BATCH) {
            let mut gradient = vec![0.0; numbers.all.len()];
            for example in batch.iter().map(|&i| &examples[i]) {
                for (to, from) in x.iter_mut().zip(&example.features) {
                    *to = *from as f32 + learning.noise * gauss(&mut rng);
                }
                // Weights add up to 1 over all examples; here 1 is the mean.
                let weight = (example.weight * examples.len() as f64) as f32 / batch.len() as f32;
                numbers.add_gradient(&x, example.positive, weight, &mut gradient);
            }
            numbers.hold_down(learning.decay, &mut gradient);
            let rate = RATE * 0.5 * (1.0 + (PI * adam.steps as f32 / steps).cos());
            adam.step(rate, &gradient, &mut numbers.all);
        }
    }
    numbers.network()
}

/// A network's numbers in a row: for each hidden unit its weights, bias and weight in the output; at last
/// the output's bias.
struct Numbers {
    all: Vec<f32>,
    inputs: usize,
    units: usize,
}

impl Numbers {
    fn draw(inputs: usize, units: usize, rng: &mut Rng) -> Numbers {
        let mut all = Vec::with_capacity(units * (inputs + 2) + 1);
        for _ in 0..units {
            all.extend((0..inputs).map(|_| gauss(rng) / (inputs as f32).sqrt()));
            all.extend([0.0, gauss(rng) / (units as f32).sqrt()]);
        }
        all.push(0.0);
        Numbers { all, inputs, units }
    }

    fn unit(&self, unit: usize) -> (&[f32], f32, f32) {
        let of = &self.all[unit * (self.inputs + 2)..][..self.inputs + 2];
        (&of[..self.inputs], of[self.inputs], of[self.inputs + 1])
    }

    /// Adds the gradient of the example's cross-entropy, `weight` times.
    fn add_gradient(&self, x: &[f32], positive: bool, weight: f32, gradient: &mut [f32]) {
        let hidden: Vec<f32> = (0..self.units)
            .map(|unit| {
                let (weights, bias, _) = self.unit(unit);
                (bias + weights.iter().zip(x).map(|(w, x)| w * x).sum::<f32>()).tanh()
            })
            .collect();
        let outs = hidden.iter().enumerate().map(|(unit, h)| self.unit(unit).2 * h);
        let sum = outs.sum::<f32>() + self.all[self.all.len() - 1];
        let target = if positive { 1.0 } else { 0.0 };
        let wrong = weight * (1.0 / (1.0 + (-sum).exp()) - target);
        for (unit, h) in hidden.iter().enumerate() {
            let slope = wrong * self.unit(unit).2 * (1.0 - h * h);
            let of = &mut gradient[unit * (self.inputs + 2)..][..self.inputs + 2];
            for (to, x) in of.iter_mut().zip(x) {
                *to += slope * x;
            }
            of[self.inputs] += slope;
            of[self.inputs + 1] += wrong * h;
        }
        gradient[self.all.len() - 1] += wrong;
    }

    /// Adds the gradient of half `decay` times the square of each weight that is no bias.
    fn hold_down(&self, decay: f32, gradient: &mut [f32]) {
        for unit in 0..self.units {
            let start = unit * (self.inputs + 2);
            for i in (start..start + self.inputs).chain([start + self.inputs + 1]) {
                gradient[i] += decay * self.all[i];
            }
        }
    }

    fn network(&self) -> Network {
        let hidden = (0..self.units).map(|unit| {
            let (weights, bias, _) = self.unit(unit);
            Unit { bias, weights: weights.to_vec() }
        });
        let outs = (0..self.units).map(|unit| self.unit(unit).2);
        let out = Unit { bias: self.all[self.all.len() - 1], weights: outs.collect() };
        Network { hidden: hidden.collect(), out }
    }
}

/// Steps by what is remembered of the gradient.
struct Adam {
    steps: i32,
    gradients: Vec<f32>,
    squares: Vec<f32>,
}

impl Adam {
    fn new(count: usize) -> Adam {
        Adam { steps: 0, gradients: vec![0.0; count], squares: vec![0.0; count] }
    }

    fn step(&mut self, rate: f32, gradient: &[f32], numbers: &mut [f32]) {
        self.steps += 1;
        let gradients = 1.0 - GRADIENT_KEPT.powi(self.steps);
        let squares = 1.0 - SQUARE_KEPT.powi(self.steps);
        let memories = self.gradients.iter_mut().zip(&mut self.squares);
        for ((number, now), (mean, square)) in numbers.iter_mut().zip(gradient).zip(memories) {
            *mean = GRADIENT_KEPT * *mean + (1.0 - GRADIENT_KEPT) * now;
            *square = SQUARE_KEPT * *square + (1.0 - SQUARE_KEPT) * now * now;
            *number -= rate * (*mean / gradients) / ((*square / squares).sqrt() + 1e-8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Positive where exactly one of two inputs is 1: no sum tells that.
    fn either() -> Vec<Example> {
        let of = |i: usize| {
            let (a, b) = (i % 2, i / 2 % 2);
            Example { features: vec![a as f64, b as f64], positive: a != b, weight: 1.0 / 4000.0 }
        };
        (0..4000).map(of).collect()
    }

    const LEARNING: Learning = Learning { units: 6, epochs: 60, decay: 0.0, noise: 0.0 };

    #[test]
    fn a_network_learns_what_no_sum_tells() {
        let network = learn(&either(), LEARNING, 1);
        for example in &either()[..4] {
            let x: Vec<f32> = example.features.iter().map(|x| *x as f32).collect();
            assert_eq!(network.sum(&x) > 0.0, example.positive, "{x:?}");
        }
        assert_eq!(network, learn(&either(), LEARNING, 1));
        assert_ne!(network, learn(&either(), LEARNING, 2));
    }

    #[test]
    fn the_gradient_is_that_of_small_steps() {
        let mut numbers = Numbers::draw(2, 3, &mut Rng::with_seed(3));
        let x = [0.7, -1.3];
        let loss = |numbers: &Numbers| {
            let sum = f64::from(numbers.network().sum(&x));
            2.0 * (1.0 + (-sum).exp()).ln()
        };
        let mut gradient = vec![0.0; numbers.all.len()];
        numbers.add_gradient(&x, true, 2.0, &mut gradient);
        for (i, expected) in gradient.into_iter().enumerate() {
            let at = numbers.all[i];
            numbers.all[i] = at + 0.01;
            let above = loss(&numbers);
            numbers.all[i] = at - 0.01;
            let below = loss(&numbers);
            numbers.all[i] = at;
            let found = (above - below) / 0.02;
            assert!((found - f64::from(expected)).abs() < 1e-3, "{i}: {expected}, not {found}");
        }
    }

    #[test]
    fn decay_holds_weights_down() {
        let largest = |decay: f32| {
            let network = learn(&either(), Learning { decay, ..LEARNING }, 1);
            network.out.weights.iter().fold(0f32, |most, w| most.max(w.abs()))
        };
        assert!(largest(0.01) < largest(0.0));
    }
}
