//! Sums of products with AVX-512 and its instructions for neural networks.

use std::arch::x86_64::*;

/// Rows of weights whose sums are made at once.
pub const ROWS: usize = 4;
/// Columns are a multiple of these.
pub const COLUMNS: usize = 32;

/// Whether the processor has it.
pub fn is_there() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512vnni")
}

/// The sums of the products of [`ROWS`] rows of weights with `N` vectors that lie one behind the
/// other.
#[allow(clippy::needless_range_loop, reason = "several arrays are walked at once")]
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub fn dots<const N: usize>(weights: [&[i8]; ROWS], values: &[i16]) -> [[i32; N]; ROWS] {
    let columns = weights[0].len();
    assert!(columns.is_multiple_of(COLUMNS) && values.len() == N * columns);
    assert!(weights.iter().all(|row| row.len() == columns));
    // Loops, as in `avx2`.
    let mut sums = [[_mm512_setzero_si512(); N]; ROWS];
    for at in (0..columns).step_by(COLUMNS) {
        let mut rows = [_mm512_setzero_si512(); ROWS];
        for row in 0..ROWS {
            // SAFETY: 32 bytes from `at` on lie within each row.
            let bytes = unsafe { _mm256_loadu_si256(weights[row].as_ptr().add(at).cast()) };
            rows[row] = _mm512_cvtepi8_epi16(bytes);
        }
        for vector in 0..N {
            // SAFETY: 32 numbers from `at` on lie within the vector.
            let x =
                unsafe { _mm512_loadu_si512(values.as_ptr().add(vector * columns + at).cast()) };
            for row in 0..ROWS {
                sums[row][vector] = _mm512_dpwssd_epi32(sums[row][vector], rows[row], x);
            }
        }
    }
    let mut totals = [[0; N]; ROWS];
    for row in 0..ROWS {
        for vector in 0..N {
            totals[row][vector] = _mm512_reduce_add_epi32(sums[row][vector]);
        }
    }
    totals
}
