//! Limits glibc's allocator to one arena, which reduces memory per idle stream (docs/adr/0007).
#![expect(unsafe_code, reason = "mallopt has no safe form; docs/adr/0007 says why it is called")]

/// Makes all threads share one malloc arena, unless `MALLOC_ARENA_MAX` is set. Call it before
/// starting any thread; a no-op without glibc.
pub fn use_one_arena() {
    if std::env::var_os("MALLOC_ARENA_MAX").is_some() {
        return;
    }
    #[cfg(target_env = "gnu")]
    // SAFETY: mallopt takes two integers and changes only the allocator's own settings; no other
    // thread exists yet.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}
