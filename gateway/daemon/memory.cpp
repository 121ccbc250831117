// madvise over the read-only segments of the program and its libraries; mallopt.

#include "gateway/daemon/memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace gateway::memory {

namespace {

/// Whether the loader wrote into the read-only segments (never on 64-bit systems): these pages cannot be mapped again.
bool has_text_relocations(const dl_phdr_info& object) {
    for (int i = 0; i < object.dlpi_phnum; ++i) {
        const auto& segment = object.dlpi_phdr[i];
        if (segment.p_type != PT_DYNAMIC) continue;
        const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + segment.p_vaddr);
        for (; entry->d_tag != DT_NULL; ++entry) {
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0))
                return true;
        }
    }
    return false;
}

int release(dl_phdr_info* object, std::size_t, void*) {
    const bool is_file = *object->dlpi_name == '\0' || *object->dlpi_name == '/';  // "" is the program; not the vDSO
    if (!is_file || has_text_relocations(*object)) return 0;
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const auto begin = (object->dlpi_addr + segment.p_vaddr) / page * page;
        const auto end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
        madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);  // it is only a hint
    }
    return 0;
}

}  // namespace

void give_large_buffers_back() {
#ifdef M_MMAP_THRESHOLD
    constexpr int large = 256 * 1024;  // bytes
    mallopt(M_MMAP_THRESHOLD, large);
#endif
}

void release_code() { dl_iterate_phdr(release, nullptr); }

}  // namespace gateway::memory
