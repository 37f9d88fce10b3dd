//! Sums of products with AVX2.

use std::arch::x86_64::*;

/// Rows of weights whose sums are made at once.
pub const ROWS: usize = 2;
/// Columns are a multiple of these.
pub const COLUMNS: usize = 16;

/// Whether the processor has it.
pub fn is_there() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

/// The sums of the products of [`ROWS`] rows of weights with `N` vectors that lie one behind the
/// other.
#[allow(clippy::needless_range_loop, reason = "several arrays are walked at once")]
#[inline]
#[target_feature(enable = "avx2")]
pub fn dots<const N: usize>(weights: [&[i8]; ROWS], values: &[i16]) -> [[i32; N]; ROWS] {
    let columns = weights[0].len();
    assert!(columns.is_multiple_of(COLUMNS) && values.len() == N * columns);
    assert!(weights.iter().all(|row| row.len() == columns));
    // Loops, since what a closure does can't be inlined into functions of the library that lack AVX2.
    let mut sums = [[_mm256_setzero_si256(); N]; ROWS];
    for at in (0..columns).step_by(COLUMNS) {
        let mut rows = [_mm256_setzero_si256(); ROWS];
        for row in 0..ROWS {
            // SAFETY: 16 bytes from `at` on lie within each row.
            let bytes = unsafe { _mm_loadu_si128(weights[row].as_ptr().add(at).cast()) };
            rows[row] = _mm256_cvtepi8_epi16(bytes);
        }
        for vector in 0..N {
            // SAFETY: 16 numbers from `at` on lie within the vector.
            let x =
                unsafe { _mm256_loadu_si256(values.as_ptr().add(vector * columns + at).cast()) };
            for row in 0..ROWS {
                let products = _mm256_madd_epi16(rows[row], x);
                sums[row][vector] = _mm256_add_epi32(sums[row][vector], products);
            }
        }
    }
    let mut totals = [[0; N]; ROWS];
    for row in 0..ROWS {
        for vector in 0..N {
            totals[row][vector] = total(sums[row][vector]);
        }
    }
    totals
}

/// The sum of the eight lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn total(lanes: __m256i) -> i32 {
    let four = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256::<1>(lanes));
    let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
    _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b00_00_00_01>(two)))
}
