//! Audio callbacks before all else: on a busy machine the server does not wait for a late one,
//! and its sound is lost.

use std::fs;

/// The name of the threads on which cpal's PipeWire host calls back.
const CALLBACK_THREAD: &str = "pw_in";
/// Below that of the sound server itself (88), above all that is not real-time.
const PRIORITY: i32 = 20;
/// Where real time is not allowed: the nicest that a user may be given.
const NICENESS: i32 = -11;

/// Gives the callback threads of this program real-time priority, or a high one, as far as the
/// system allows (`rtprio` and `nice` in limits.conf; members of the group `pipewire` have them
/// on Debian). Elsewhere they stay as they are.
pub fn promote_callbacks() {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return };
    for thread in threads.flatten() {
        let name = fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
        let id = thread.file_name().to_str().and_then(|id| id.parse::<i32>().ok());
        if let (CALLBACK_THREAD, Some(id)) = (name.trim_end(), id) {
            promote(id);
        }
    }
}

fn promote(thread: i32) {
    // SAFETY: all zeros is a valid value of this struct of plain numbers.
    let mut parameters: libc::sched_param = unsafe { std::mem::zeroed() };
    parameters.sched_priority = PRIORITY;
    // A thread that it starts does not inherit it.
    let policy = libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK;
    // SAFETY: the call reads `parameters`, which outlives it; a thread that has ended is an
    // error, not harm.
    let refused = unsafe { libc::sched_setscheduler(thread, policy, &raw const parameters) } != 0;
    if refused {
        // SAFETY: takes numbers only.
        unsafe { libc::setpriority(libc::PRIO_PROCESS, thread as libc::id_t, NICENESS) };
    }
}
