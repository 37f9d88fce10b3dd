//! ITU-T G.711: the two 8-bit codes of telephone networks, expanded by table.

/// What a 16-bit sample is divided by to reach −1 to 1.
const FULL_SCALE: f32 = 32_768.0;

/// The sample for each μ-law byte, −32124/32768 to 32124/32768 (G.711 table 2, 14 bits shifted
/// up to 16).
pub(super) static MU_LAW: [f32; 256] = {
    let mut samples = [0.0; 256];
    let mut code = 0;
    while code < 256 {
        samples[code] = expand_mu_law(code as u8) as f32 / FULL_SCALE;
        code += 1;
    }
    samples
};

/// The sample for each A-law byte, −32256/32768 to 32256/32768 (G.711 table 1, 13 bits shifted
/// up to 16).
pub(super) static A_LAW: [f32; 256] = {
    let mut samples = [0.0; 256];
    let mut code = 0;
    while code < 256 {
        samples[code] = expand_a_law(code as u8) as f32 / FULL_SCALE;
        code += 1;
    }
    samples
};

/// The samples of μ-law bytes, −1 to 1.
pub fn from_mu_law(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|&byte| MU_LAW[usize::from(byte)]).collect()
}

/// `sample` (−1 to 1) as it comes out of a μ-law line: the nearest of the 255 values.
pub fn through_mu_law(sample: f32) -> f32 {
    // Codes 0x80 to 0xff are the positive values, the largest first.
    let positive = &MU_LAW[0x80..];
    let after = positive.partition_point(|&value| value > sample.abs());
    let nearest = match (after.checked_sub(1).map(|i| positive[i]), positive.get(after)) {
        (Some(above), Some(&below)) if above - sample.abs() > sample.abs() - below => below,
        (Some(above), _) => above,
        (None, _) => positive[0],
    };
    nearest.copysign(sample)
}

/// One μ-law byte: sent inverted; sign, 3 bits of segment, 4 bits of step; bias 33 (132 at 16 bits).
const fn expand_mu_law(code: u8) -> i32 {
    const BIAS: i32 = 132;
    let code = !code as i32;
    let (segment, step) = (code >> 4 & 7, code & 15);
    let size = ((step << 3) + BIAS) << segment;
    if code & 0x80 != 0 { BIAS - size } else { size - BIAS }
}

/// One A-law byte: sent with every other bit inverted; the lowest two segments are alike.
const fn expand_a_law(code: u8) -> i32 {
    let code = (code ^ 0x55) as i32;
    let (segment, step) = (code >> 4 & 7, code & 15);
    let within = (step << 4) + 8;
    let size = if segment == 0 { within } else { (within + 256) << (segment - 1) };
    if code & 0x80 != 0 { size } else { -size }
}
