// spdlog's two sinks behind log.h. The journal gets the priority with each line and adds its own time.

#include "gateway/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace gateway::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::error:
            return spdlog::level::err;
        case Level::warn:
            return spdlog::level::warn;
        case Level::info:
            return spdlog::level::info;
        case Level::debug:
            break;
    }
    return spdlog::level::debug;
}

// systemd.exec(5): JOURNAL_STREAM is "DEVICE:INODE" of the socket that stderr is, unless somebody redirected it since.
bool stderr_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    if (stream == nullptr) return false;
    unsigned long long device = 0, inode = 0;
    if (std::sscanf(stream, "%llu:%llu", &device, &inode) != 2) return false;
    struct stat is{};
    return fstat(STDERR_FILENO, &is) == 0 && is.st_dev == device && is.st_ino == inode;
}

std::shared_ptr<spdlog::logger> to_stderr() {
    auto logger = std::make_shared<spdlog::logger>("coigate", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
    return logger;
}

std::shared_ptr<spdlog::logger>& logger() {
    static std::shared_ptr<spdlog::logger> it = to_stderr();
    return it;
}

/// Characters that act on a terminal or on the reading order of a line, and line ends other than LF.
bool acts(UChar32 character) {
    const auto category = u_charType(character);
    return category == U_CONTROL_CHAR || category == U_LINE_SEPARATOR || category == U_PARAGRAPH_SEPARATOR ||
           u_hasBinaryProperty(character, UCHAR_BIDI_CONTROL) != 0;
}

}  // namespace

void open() {
    if (!stderr_is_journal()) return;
    const auto level = logger()->level();
    logger() = std::make_shared<spdlog::logger>("coigate", std::make_shared<spdlog::sinks::systemd_sink_mt>("coigate"));
    logger()->set_pattern("%v");
    logger()->set_level(level);
}

void set_level(std::string_view word) {
    logger()->set_level(to_spdlog(word == "error"   ? Level::error
                                  : word == "warn"  ? Level::warn
                                  : word == "debug" ? Level::debug
                                                    : Level::info));
}

bool enabled(Level level) { return logger()->should_log(to_spdlog(level)); }

void write(Level level, fmt::string_view format, fmt::format_args args) {
    if (!enabled(level)) return;
    logger()->log(to_spdlog(level), "{}", one_line(fmt::vformat(format, args)));
}

std::string one_line(std::string_view text) {
    std::string line;
    line.reserve(text.size());
    const auto size = static_cast<std::int32_t>(text.size());
    for (std::int32_t at = 0, from = 0; at < size; from = at) {
        UChar32 character = 0;
        U8_NEXT(text.data(), at, size, character);
        const auto bytes = text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(at - from));
        if (character >= 0 && !acts(character)) {
            line += bytes;
        } else {
            for (const unsigned char byte : bytes) line += fmt::format("\\x{:02x}", byte);
        }
    }
    return line;
}

}  // namespace gateway::log
