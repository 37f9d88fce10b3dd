//! How tense a point among the features is: a linear model and small networks beside it.
//!
//! The linear model carries over best to voices unlike those learnt from; the networks know where
//! more of a thing no longer means more. Both can say what moved them: of a sum that is each term;
//! of a network with one hidden layer its integrated gradients (Sundararajan and others, "Axiomatic
//! attribution for deep networks", 2017) from the usual to what was heard, which come out in closed form.

use serde::{Deserialize, Serialize};

/// What the linear model counts in the log-odds; the networks' mean counts the rest. Chosen on
/// EmoDB, speakers left out.
pub const LINEAR_SHARE: f32 = 0.3;

/// Log-odds of anger from features, each in deviations from the usual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The linear model.
    pub linear: Unit,
    /// The networks, all alike but for the random numbers they began with.
    pub networks: Vec<Network>,
}

/// A weighted sum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Added to the sum.
    pub bias: f32,
    /// One for each input.
    pub weights: Vec<f32>,
}

/// One hidden layer: the output is a weighted sum of the hyperbolic tangents of weighted sums.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// The hidden layer.
    pub hidden: Vec<Unit>,
    /// Its weighted sum.
    pub out: Unit,
}

impl Head {
    /// The log-odds of `inputs`, and adds to `moved`, for each input, `share` times that by which
    /// it moved them away from those of a voice that is as usual in everything.
    pub fn odds(&self, inputs: &[f32], share: f32, moved: &mut [f32]) -> f32 {
        let linear = LINEAR_SHARE * self.linear.sum(inputs);
        self.linear.attribute(inputs, share * LINEAR_SHARE, moved);
        let part = (1.0 - LINEAR_SHARE) / self.networks.len().max(1) as f32;
        let networks = self.networks.iter().map(|network| {
            network.attribute(inputs, share * part, moved);
            part * network.sum(inputs)
        });
        linear + networks.sum::<f32>()
    }

    /// Whether there are as many weights as there are `inputs`, and all numbers are some.
    pub(super) fn is_sound(&self, inputs: usize) -> bool {
        let fits = |unit: &Unit, count: usize| {
            unit.weights.len() == count
                && unit.bias.is_finite()
                && unit.weights.iter().all(|weight| weight.is_finite())
        };
        fits(&self.linear, inputs)
            && !self.networks.is_empty()
            && self.networks.iter().all(|network| {
                fits(&network.out, network.hidden.len())
                    && network.hidden.iter().all(|unit| fits(unit, inputs))
            })
    }
}

impl Unit {
    fn sum(&self, inputs: &[f32]) -> f32 {
        self.bias + self.weights.iter().zip(inputs).map(|(w, x)| w * x).sum::<f32>()
    }

    /// Adds `share` of each term to `moved`.
    fn attribute(&self, inputs: &[f32], share: f32, moved: &mut [f32]) {
        for ((to, weight), x) in moved.iter_mut().zip(&self.weights).zip(inputs) {
            *to += share * weight * x;
        }
    }
}

impl Network {
    /// The log-odds of `inputs`.
    pub fn sum(&self, inputs: &[f32]) -> f32 {
        let hidden: Vec<f32> = self.hidden.iter().map(|unit| unit.sum(inputs).tanh()).collect();
        self.out.sum(&hidden)
    }

    /// Adds `share` of the integrated gradient along each input to `moved`. On the straight way from
    /// nothing to `inputs` a hidden unit's slope is on the mean what it gains over what its sum gains.
    fn attribute(&self, inputs: &[f32], share: f32, moved: &mut [f32]) {
        for (unit, out) in self.hidden.iter().zip(&self.out.weights) {
            let (from, to) = (unit.bias, unit.sum(inputs));
            let slope = if (to - from).abs() > 1e-3 {
                (to.tanh() - from.tanh()) / (to - from)
            } else {
                1.0 - from.tanh().powi(2)
            };
            unit.attribute(inputs, share * out * slope, moved);
        }
    }
}

#[cfg(test)]
impl Head {
    /// A linear model of these weights beside a network that says nothing.
    pub(super) fn of_weights(bias: f32, weights: &[f32]) -> Head {
        let unit = |bias, weights: Vec<f32>| Unit { bias, weights };
        let hidden = vec![unit(0.0, vec![0.0; weights.len()])];
        Head {
            linear: unit(bias / LINEAR_SHARE, weights.iter().map(|w| w / LINEAR_SHARE).collect()),
            networks: vec![Network { hidden, out: unit(0.0, vec![0.0]) }],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        let unit = |bias: f32, weights: &[f32]| Unit { bias, weights: weights.to_vec() };
        Head {
            linear: unit(0.5, &[1.0, 0.0, -2.0]),
            networks: vec![
                Network {
                    hidden: vec![unit(0.2, &[1.0, -0.5, 0.0]), unit(-1.0, &[0.0, 2.0, 1.0])],
                    out: unit(0.1, &[2.0, -1.0]),
                },
                Network { hidden: vec![unit(0.0, &[0.0, 1.0, 0.0])], out: unit(0.0, &[3.0]) },
            ],
        }
    }

    #[test]
    fn the_odds_are_those_on_paper() {
        let mut moved = [0.0; 3];
        let odds = head().odds(&[1.0, 2.0, 0.5], 1.0, &mut moved);
        let first = 0.1 + 2.0 * 0.2f32.tanh() - 3.5f32.tanh();
        let second = 3.0 * 2f32.tanh();
        let expected = 0.3 * (0.5 + 1.0 - 1.0) + 0.7 * (first + second) / 2.0;
        assert!((odds - expected).abs() < 1e-6, "{odds} instead of {expected}");
    }

    #[test]
    fn what_moved_them_adds_up() {
        for inputs in [[1.0, 2.0, 0.5], [-3.0, 0.0, 4.0], [0.0, 0.001, 0.0], [0.0; 3]] {
            let mut moved = [0.0; 3];
            let odds = head().odds(&inputs, 1.0, &mut moved);
            let usual = head().odds(&[0.0; 3], 1.0, &mut [0.0; 3]);
            let sum: f32 = moved.iter().sum();
            assert!((sum - (odds - usual)).abs() < 1e-5, "{inputs:?}: {sum}");
            // What is as usual has moved nothing.
            assert!(inputs.iter().zip(&moved).all(|(x, by)| *x != 0.0 || *by == 0.0));
        }
    }

    #[test]
    fn an_input_is_credited_by_its_gradient_on_the_way() {
        // Against the integral as a sum of small steps.
        let inputs = [1.0, 2.0, 0.5];
        let odds = |x: [f32; 3]| f64::from(head().odds(&x, 1.0, &mut [0.0; 3]));
        let mut moved = [0.0; 3];
        head().odds(&inputs, 1.0, &mut moved);
        for (i, by) in moved.iter().enumerate() {
            let steps = 200;
            let slope = |step: i32| {
                let at = inputs.map(|x| x * (step as f32 + 0.5) / steps as f32);
                let (mut above, mut below) = (at, at);
                (above[i], below[i]) = (at[i] + 0.01, at[i] - 0.01);
                (odds(above) - odds(below)) / 0.02
            };
            let mean = (0..steps).map(slope).sum::<f64>() / f64::from(steps);
            let expected = mean * f64::from(inputs[i]);
            assert!((f64::from(*by) - expected).abs() < 2e-3, "{i}: {by} instead of {expected}");
        }
    }

    #[test]
    fn what_does_not_fit_is_not_sound() {
        assert!(head().is_sound(3) && !head().is_sound(4));
        let mut wrong = head();
        wrong.networks[0].hidden[1].weights[0] = f32::NAN;
        assert!(!wrong.is_sound(3));
        assert!(!Head { networks: Vec::new(), ..head() }.is_sound(3));
    }
}
