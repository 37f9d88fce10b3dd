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
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub fn dots<const N: usize>(weights: [&[i8]; ROWS], values: &[i16]) -> [[i32; N]; ROWS] {
    let columns = weights[0].len();
    assert!(columns.is_multiple_of(COLUMNS) && values.len() == N * columns);
    assert!(weights.iter().all(|row| row.len() == columns));
    let mut sums = [[_mm512_setzero_si512(); N]; ROWS];
    for at in (0..columns / COLUMNS).map(|block| block * COLUMNS) {
        // SAFETY: 32 bytes from `at` on lie within each row.
        let rows = weights.map(|row| unsafe {
            _mm512_cvtepi8_epi16(_mm256_loadu_si256(row.as_ptr().add(at).cast()))
        });
        for vector in 0..N {
            // SAFETY: 32 numbers from `at` on lie within the vector.
            let x =
                unsafe { _mm512_loadu_si512(values.as_ptr().add(vector * columns + at).cast()) };
            for (sums, row) in sums.iter_mut().zip(rows) {
                sums[vector] = _mm512_dpwssd_epi32(sums[vector], row, x);
            }
        }
    }
    sums.map(|sums| sums.map(|lanes| _mm512_reduce_add_epi32(lanes)))
}
