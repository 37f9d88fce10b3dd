//! Logistic regression with a ridge, by Newton's method.

use nalgebra::{DMatrix, DVector};

/// One example.
pub struct Example {
    /// Its features, scaled.
    pub features: Vec<f64>,
    /// Whether it is of the class that is looked for.
    pub positive: bool,
    /// How much it counts.
    pub weight: f64,
}

/// Weights and bias, in that order.
pub struct Fit {
    /// One for each feature.
    pub weights: Vec<f64>,
    /// Added to the sum.
    pub bias: f64,
}

/// The weights under which the examples are most likely, each weight held down by `ridge`. The
/// examples' own weights should add up to about 1.
pub fn logistic(examples: &[Example], ridge: f64) -> Fit {
    let count = examples.first().map_or(0, |example| example.features.len());
    let mut beta = DVector::<f64>::zeros(count + 1);
    for _ in 0..25 {
        let mut gradient = DVector::<f64>::zeros(count + 1);
        let mut hessian = DMatrix::<f64>::zeros(count + 1, count + 1);
        for example in examples {
            let x =
                DVector::from_iterator(count + 1, example.features.iter().copied().chain([1.0]));
            let p = 1.0 / (1.0 + (-beta.dot(&x)).exp());
            let y = if example.positive { 1.0 } else { 0.0 };
            gradient.axpy(example.weight * (y - p), &x, 1.0);
            hessian.ger(example.weight * (p * (1.0 - p)).max(1e-9), &x, &x, 1.0);
        }
        for i in 0..count {
            gradient[i] -= ridge * beta[i];
            hessian[(i, i)] += ridge;
        }
        hessian[(count, count)] += 1e-9;
        let Some(step) = hessian.cholesky().map(|cholesky| cholesky.solve(&gradient)) else {
            break;
        };
        beta += &step;
        if step.amax() < 1e-6 {
            break;
        }
    }
    Fit { weights: beta.iter().take(count).copied().collect(), bias: beta[count] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(x: f64, positive: bool) -> Example {
        Example { features: vec![x], positive, weight: 0.25 }
    }

    #[test]
    fn odds_come_out_as_they_are() {
        // At 1, three of four: log-odds ln 3; at 0, one of four: −ln 3.
        let mut examples = Vec::new();
        for (x, positives) in [(1.0, 3), (0.0, 1)] {
            examples.extend((0..4).map(|i| example(x, i < positives)));
        }
        let fit = logistic(&examples, 1e-9);
        assert!((fit.bias + 3f64.ln()).abs() < 1e-4, "{}", fit.bias);
        assert!((fit.weights[0] - 2.0 * 3f64.ln()).abs() < 1e-4, "{}", fit.weights[0]);
    }

    #[test]
    fn a_ridge_holds_weights_down() {
        // Without it, separable classes have no end.
        let examples = [example(-1.0, false), example(1.0, true)];
        let (loose, tight) = (logistic(&examples, 0.01), logistic(&examples, 1.0));
        assert!(loose.weights[0] > 2.0 * tight.weights[0] && tight.weights[0] > 0.0);
    }
}
