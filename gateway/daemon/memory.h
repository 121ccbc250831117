// What of the process's memory is given back after the start.

#pragma once

namespace gateway::memory {

/// After the start: unmaps the code and constants that were read by then. Most of them (relocations, tables, set-up of
/// libraries) are not needed again; what is, the system maps again from its cache at the first use. Writable pages are
/// not touched.
void release_code();

/// Before threads are started: from now on a large buffer is mapped by itself, and given back when it is freed. Without
/// this, glibc takes even those of a whole mail from its heaps as soon as one was freed, and keeps them.
void give_large_buffers_back();

}  // namespace gateway::memory
