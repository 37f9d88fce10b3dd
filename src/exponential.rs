//! The exponential function, the same bits on every processor.

/// The exponential function without a branch or a call, so that loops over it vectorise:
/// a power of two times the Taylor series on the rest, within 5e-7 of the true value, relatively.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    /// Adding it drops the digits after the point, and the whole number stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 87.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let power = rounded - ROUND;
    let whole = rounded.to_bits().wrapping_sub(ROUND.to_bits());
    // ln 2 in two parts, so that the difference keeps its digits.
    let rest = (x - power * 0.693_359_4) + power * 2.121_944_4e-4;
    let mut series = 1.0 / 720.0;
    for term in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        series = series * rest + term;
    }
    series * f32::from_bits(whole.wrapping_add(127) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_exact_enough() {
        for i in -8700..8700 {
            let x = i as f32 / 100.0;
            assert!((f64::from(exp(x)) / f64::from(x).exp() - 1.0).abs() < 5e-7, "exp({x})");
        }
    }
}
