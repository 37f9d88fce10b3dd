//! Sums of products with AVX-512 and its instructions for neural networks.

use std::arch::x86_64::*;

use super::{ROWS, VECTORS};

/// Whether the processor has it.
pub fn is_there() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512vnni")
}

/// The sums of the products of [`ROWS`] rows of weights, side by side, with each of the vectors, which lie
/// side by side as well.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub fn dots(rows: &[i8], values: &[i16], sums: &mut [[i32; ROWS]]) {
    of_as_many!(of, rows, values, sums);
}

#[allow(clippy::needless_range_loop, reason = "several arrays are walked at once")]
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn of<const N: usize>(rows: &[i8], values: &[i16], sums: &mut [[i32; ROWS]]) {
    let columns = rows.len() / ROWS;
    assert!(columns.is_multiple_of(2) && values.len() == N * columns && sums.len() == N);
    // Loops, as in `avx2`.
    let mut lanes = [_mm512_setzero_si512(); N];
    for at in (0..columns).step_by(2) {
        // SAFETY: two columns of all rows, 32 bytes from there on, lie within the weights.
        let bytes = unsafe { _mm256_loadu_si256(rows.as_ptr().add(at * ROWS).cast()) };
        let weights = _mm512_cvtepi8_epi16(bytes);
        for vector in 0..N {
            // SAFETY: two numbers of each vector lie within the values, for each two columns.
            let pair: i32 =
                unsafe { values.as_ptr().add(at * N + 2 * vector).cast::<i32>().read_unaligned() };
            lanes[vector] = _mm512_dpwssd_epi32(lanes[vector], weights, _mm512_set1_epi32(pair));
        }
    }
    for vector in 0..N {
        // SAFETY: as many numbers as a register has.
        unsafe { _mm512_storeu_si512(sums[vector].as_mut_ptr().cast(), lanes[vector]) };
    }
}
