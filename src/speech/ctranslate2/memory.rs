//! Memory that is used again instead of given back.
//!
//! CTranslate2 asks for large stretches in every step. By itself, the C library gives such a stretch back to
//! the system, and the system clears each page of the next one.

/// Keeps what has been freed for what is asked for next, in all of the program, which holds no more for it:
/// the most that is used at one time. What the C library refuses stays as it was.
pub fn keep() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (parameter, value) in [
        // The largest that it takes.
        (libc::M_MMAP_THRESHOLD, 32 << 20),
        (libc::M_TRIM_THRESHOLD, libc::c_int::MAX),
        // What one thread has freed is there for the others.
        (libc::M_ARENA_MAX, 1),
    ] {
        // SAFETY: it takes two numbers, refuses those it doesn't know, and locks what it changes.
        unsafe { libc::mallopt(parameter, value) };
    }
}
