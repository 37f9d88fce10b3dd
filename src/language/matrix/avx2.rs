//! Sums of products with AVX2.

use std::arch::x86_64::*;

use super::{ROWS, VECTORS};

/// Sums in a register: half the rows.
const LANES: usize = ROWS / 2;

/// Whether the processor has it.
pub fn is_there() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

/// The sums of the products of [`ROWS`] rows of weights, side by side, with each of the vectors, which lie
/// side by side as well.
#[inline]
#[target_feature(enable = "avx2")]
pub fn dots(rows: &[i8], values: &[i16], sums: &mut [[i32; ROWS]]) {
    of_as_many!(of, rows, values, sums);
}

#[allow(clippy::needless_range_loop, reason = "several arrays are walked at once")]
#[inline]
#[target_feature(enable = "avx2")]
fn of<const N: usize>(rows: &[i8], values: &[i16], sums: &mut [[i32; ROWS]]) {
    let columns = rows.len() / ROWS;
    assert!(columns.is_multiple_of(2) && values.len() == N * columns && sums.len() == N);
    for half in [0, LANES] {
        // Loops, since what a closure does can't be inlined into functions of the library that lack AVX2.
        let mut lanes = [_mm256_setzero_si256(); N];
        for at in (0..columns).step_by(2) {
            // SAFETY: two columns of half the rows, 16 bytes from there on, lie within the weights.
            let bytes = unsafe { _mm_loadu_si128(rows.as_ptr().add(at * ROWS + 2 * half).cast()) };
            let weights = _mm256_cvtepi8_epi16(bytes);
            for vector in 0..N {
                // SAFETY: two numbers of each vector lie within the values, for each two columns.
                let pair: i32 = unsafe {
                    values.as_ptr().add(at * N + 2 * vector).cast::<i32>().read_unaligned()
                };
                let products = _mm256_madd_epi16(weights, _mm256_set1_epi32(pair));
                lanes[vector] = _mm256_add_epi32(lanes[vector], products);
            }
        }
        for vector in 0..N {
            // SAFETY: as many numbers as a register has, from `half` on.
            unsafe {
                _mm256_storeu_si256(sums[vector].as_mut_ptr().add(half).cast(), lanes[vector]);
            }
        }
    }
}
