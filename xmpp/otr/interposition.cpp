// Reads the relocations of a loaded library; see interposition.h.

#include "xmpp/otr/interposition.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace xmpp::otr {
namespace {

/// A table that the dynamic section names by its address and its size in bytes.
struct Table {
    const char* at = nullptr;
    std::size_t size = 0;
};

struct Dynamic {
    const char* strings = nullptr;
    const char* symbols = nullptr;
    std::array<Table, 3> relocations{};  // of calls, with addends, without
    bool plt_has_addends = false;
};

Dynamic read_dynamic(const link_map& library) {
    Dynamic found;
    const auto address = [&](const ElfW(Dyn) & entry) {
        // Most platforms' loaders add the library's address, some do not.
        const auto value = entry.d_un.d_ptr;
        return reinterpret_cast<const char*>(value < library.l_addr ? value + library.l_addr : value);
    };
    auto& [calls, with, without] = found.relocations;
    for (const ElfW(Dyn)* entry = library.l_ld; entry->d_tag != DT_NULL; ++entry) {
        switch (entry->d_tag) {
            case DT_STRTAB:
                found.strings = address(*entry);
                break;
            case DT_SYMTAB:
                found.symbols = address(*entry);
                break;
            case DT_JMPREL:
                calls.at = address(*entry);
                break;
            case DT_PLTRELSZ:
                calls.size = entry->d_un.d_val;
                break;
            case DT_PLTREL:
                found.plt_has_addends = entry->d_un.d_val == DT_RELA;
                break;
            case DT_RELA:
                with.at = address(*entry);
                break;
            case DT_RELASZ:
                with.size = entry->d_un.d_val;
                break;
            case DT_REL:
                without.at = address(*entry);
                break;
            case DT_RELSZ:
                without.size = entry->d_un.d_val;
                break;
            default:
                break;
        }
    }
    return found;
}

std::size_t symbol_of(const ElfW(Rel) & relocation) {
    if constexpr (sizeof(void*) == 8) return ELF64_R_SYM(relocation.r_info);
    return ELF32_R_SYM(relocation.r_info);
}

/// A relocation with an addend begins like one without.
bool names(const Dynamic& dynamic, const Table& table, std::size_t step, std::string_view function) {
    for (std::size_t at = 0; table.at != nullptr && at + step <= table.size; at += step) {
        const auto index = symbol_of(*reinterpret_cast<const ElfW(Rel)*>(table.at + at));
        if (index == 0) continue;
        const auto& symbol = reinterpret_cast<const ElfW(Sym)*>(dynamic.symbols)[index];
        if (function == dynamic.strings + symbol.st_name) return true;
    }
    return false;
}

}  // namespace

bool is_looked_up(const char* symbol, std::string_view function) {
    Dl_info info{};
    link_map* library = nullptr;
    const void* inside = dlsym(RTLD_DEFAULT, symbol);
    if (inside == nullptr || dladdr1(inside, &info, reinterpret_cast<void**>(&library), RTLD_DL_LINKMAP) == 0)
        return false;
    const Dynamic dynamic = read_dynamic(*library);
    if (dynamic.strings == nullptr || dynamic.symbols == nullptr) return false;
    const auto& [calls, with, without] = dynamic.relocations;
    constexpr std::size_t long_step = sizeof(ElfW(Rela)), short_step = sizeof(ElfW(Rel));
    return names(dynamic, calls, dynamic.plt_has_addends ? long_step : short_step, function) ||
           names(dynamic, with, long_step, function) || names(dynamic, without, short_step, function);
}

bool is_smp_bounded() {
    constexpr std::array steps{"otrl_sm_step2a", "otrl_sm_step3", "otrl_sm_step4", "otrl_sm_step5"};
    return std::ranges::all_of(steps, [](const char* step) { return is_looked_up("otrl_version", step); });
}

}  // namespace xmpp::otr
