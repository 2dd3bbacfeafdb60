//! One arena for the allocator: what an idle stream costs depends on it (docs/adr/0007).
#![expect(unsafe_code, reason = "mallopt has no safe form; docs/adr/0007 says why it is called")]

/// Keeps glibc from giving each thread an arena of its own. To be called before there are other
/// threads; `MALLOC_ARENA_MAX` in the environment has its way.
pub fn use_one_arena() {
    if std::env::var_os("MALLOC_ARENA_MAX").is_some() {
        return;
    }
    #[cfg(target_env = "gnu")]
    // SAFETY: mallopt takes two integers and touches nothing but the allocator's own settings; it
    // is called before any other thread exists.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}
