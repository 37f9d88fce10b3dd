//! What is learnt, and the plain layers: a matrix with a bias, and the normalisation.
//!
//! Derivatives are written out by hand; a test of the whole network compares them with differences.

use evenkeel::language::encoder::WIDTH;

/// Keeps a vector without any spread from being divided by zero.
const EPSILON: f32 = 1e-12;

/// Numbers that are learnt, with what the last batch says of them.
pub struct Learnt {
    pub values: Vec<f32>,
    pub slope: Vec<f32>,
    /// Running mean of the slope and of its square (AdamW).
    mean: Vec<f32>,
    square: Vec<f32>,
    decays: bool,
}

impl Learnt {
    pub fn new(values: Vec<f32>, decays: bool) -> Self {
        let zeros = vec![0.0; values.len()];
        Learnt { slope: zeros.clone(), mean: zeros.clone(), square: zeros, values, decays }
    }
}

/// AdamW (Loshchilov and Hutter, 2019).
pub struct Step {
    pub number: i32,
    pub rate: f32,
    pub decay: f32,
    /// What slopes are multiplied with first.
    pub clip: f32,
}

impl Step {
    /// Share of the steps in which the rate rises to its full height; then it falls to nothing.
    const WARM_UP: f32 = 0.06;

    /// The step with this number, from 1, of so many, whose highest rate is `rate`.
    pub fn of(number: i32, steps: f32, rate: f32) -> Step {
        let done = number as f32 / steps;
        let slope = (done / Self::WARM_UP).min((1.0 - done) / (1.0 - Self::WARM_UP)).max(0.0);
        Step { number, rate: rate * slope, decay: 0.01, clip: 1.0 }
    }

    const MEAN: f32 = 0.9;
    const SQUARE: f32 = 0.999;

    pub fn take(&self, learnt: &mut Learnt) {
        let mean_share = 1.0 - Step::MEAN.powi(self.number);
        let square_share = 1.0 - Step::SQUARE.powi(self.number);
        let decay = if learnt.decays { self.decay } else { 0.0 };
        let all = learnt.values.iter_mut().zip(&mut learnt.slope);
        for ((value, slope), (mean, square)) in
            all.zip(learnt.mean.iter_mut().zip(&mut learnt.square))
        {
            let s = *slope * self.clip;
            *slope = 0.0;
            *mean = Step::MEAN * *mean + (1.0 - Step::MEAN) * s;
            *square = Step::SQUARE * *square + (1.0 - Step::SQUARE) * s * s;
            let step = *mean / mean_share / ((*square / square_share).sqrt() + 1e-8);
            *value -= self.rate * (step + decay * *value);
        }
    }
}

/// `c (m × n) += a (m × k) · b (k × n)`, or `=` without `add`. Each matrix with its strides by
/// row and by column.
#[allow(clippy::too_many_arguments, reason = "the three sizes and matrices of every such call")]
pub fn multiply(
    (m, n, k): (usize, usize, usize),
    a: &[f32],
    (a_row, a_column): (usize, usize),
    b: &[f32],
    (b_row, b_column): (usize, usize),
    c: &mut [f32],
    c_row: usize,
    add: bool,
    factor: f32,
) {
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    assert!((m - 1) * a_row + (k - 1) * a_column < a.len());
    assert!((k - 1) * b_row + (n - 1) * b_column < b.len());
    assert!((m - 1) * c_row + n <= c.len());
    // SAFETY: the furthest element of each matrix lies within its slice.
    unsafe {
        matrixmultiply::sgemm(
            m,
            k,
            n,
            factor,
            a.as_ptr(),
            a_row as isize,
            a_column as isize,
            b.as_ptr(),
            b_row as isize,
            b_column as isize,
            if add { 1.0 } else { 0.0 },
            c.as_mut_ptr(),
            c_row as isize,
            1,
        );
    }
}

/// A matrix with a bias.
pub struct Linear {
    pub weight: Learnt,
    pub bias: Learnt,
}

impl Linear {
    pub fn new(weight: Vec<f32>, bias: Vec<f32>) -> Self {
        Linear { weight: Learnt::new(weight, true), bias: Learnt::new(bias, false) }
    }

    fn sizes(&self) -> (usize, usize) {
        let outputs = self.bias.values.len();
        (outputs, self.weight.values.len() / outputs)
    }

    pub fn forward(&self, x: &[f32]) -> Vec<f32> {
        let (outputs, inputs) = self.sizes();
        let rows = x.len() / inputs;
        let mut y = self.bias.values.repeat(rows);
        let w = &self.weight.values;
        multiply(
            (rows, outputs, inputs),
            x,
            (inputs, 1),
            w,
            (1, inputs),
            &mut y,
            outputs,
            true,
            1.0,
        );
        y
    }

    pub fn backward(&mut self, x: &[f32], dy: &[f32]) -> Vec<f32> {
        let (outputs, inputs) = self.sizes();
        let rows = x.len() / inputs;
        let dw = &mut self.weight.slope;
        multiply((outputs, inputs, rows), dy, (1, outputs), x, (inputs, 1), dw, inputs, true, 1.0);
        for row in dy.chunks_exact(outputs) {
            add(&mut self.bias.slope, row);
        }
        let mut dx = vec![0.0; x.len()];
        let w = &self.weight.values;
        multiply(
            (rows, inputs, outputs),
            dy,
            (outputs, 1),
            w,
            (inputs, 1),
            &mut dx,
            inputs,
            false,
            1.0,
        );
        dx
    }
}

pub fn add(to: &mut [f32], what: &[f32]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}

/// Normalisation of each vector.
pub struct Norm {
    pub weight: Learnt,
    pub bias: Learnt,
}

/// What the normalisation made before scale and mean, and the inverse of the spread.
pub struct Normed {
    values: Vec<f32>,
    inverse: Vec<f32>,
}

impl Norm {
    pub fn new(weight: Vec<f32>, bias: Vec<f32>) -> Self {
        Norm { weight: Learnt::new(weight, false), bias: Learnt::new(bias, false) }
    }

    pub fn forward(&self, mut x: Vec<f32>) -> (Vec<f32>, Normed) {
        let mut inverse = Vec::with_capacity(x.len() / WIDTH);
        for row in x.chunks_exact_mut(WIDTH) {
            let mean = row.iter().sum::<f32>() / WIDTH as f32;
            row.iter_mut().for_each(|x| *x -= mean);
            let variance = row.iter().map(|x| x * x).sum::<f32>() / WIDTH as f32;
            let one = 1.0 / (variance + EPSILON).sqrt();
            row.iter_mut().for_each(|x| *x *= one);
            inverse.push(one);
        }
        let (weight, bias) = (&self.weight.values, &self.bias.values);
        let y = x
            .chunks_exact(WIDTH)
            .flat_map(|row| row.iter().zip(weight).zip(bias).map(|((x, w), b)| x * w + b))
            .collect();
        (y, Normed { values: x, inverse })
    }

    pub fn backward(&mut self, normed: &Normed, mut dy: Vec<f32>) -> Vec<f32> {
        let rows = dy.chunks_exact_mut(WIDTH).zip(normed.values.chunks_exact(WIDTH));
        for ((dy, x), inverse) in rows.zip(&normed.inverse) {
            add(&mut self.bias.slope, dy);
            let (mut sum, mut along) = (0.0, 0.0);
            for i in 0..WIDTH {
                self.weight.slope[i] += dy[i] * x[i];
                dy[i] *= self.weight.values[i];
                sum += dy[i];
                along += dy[i] * x[i];
            }
            let (mean, along) = (sum / WIDTH as f32, along / WIDTH as f32);
            for i in 0..WIDTH {
                dy[i] = (dy[i] - mean - x[i] * along) * inverse;
            }
        }
        dy
    }
}
