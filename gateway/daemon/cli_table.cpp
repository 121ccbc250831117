// Plain text for a terminal; see gateway/daemon/cli_table.h. Left out on purpose: colours, wrapping, double-width
// characters.

#include "gateway/daemon/cli_table.h"

#include <algorithm>

#include "gateway/log.h"

namespace gateway {
namespace {

// Counts code points, which is the width of nearly every address on a terminal.
std::size_t width(const std::string& cell) {
    return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

void print_table(std::ostream& out, const std::vector<std::string>& head,
                 const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::vector<std::string>> lines{head};
    lines.insert(lines.end(), rows.begin(), rows.end());
    std::vector<std::size_t> widths(head.size());
    for (auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            line[i] = log::one_line(line[i]);
            widths[i] = std::max(widths[i], width(line[i]));
        }
    }
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            out << line[i];
            if (i + 1 < line.size()) out << std::string(widths[i] - width(line[i]) + 2, ' ');
        }
        out << "\n";
    }
}

std::string print_span(std::chrono::milliseconds span) {
    using namespace std::chrono_literals;
    span = std::chrono::abs(span);
    if (span < 2min) return std::to_string(span / 1s) + " s";
    if (span < 2h) return std::to_string(span / 1min) + " min";
    if (span < 48h) return std::to_string(span / 1h) + " h";
    return std::to_string(span / 24h) + " days";
}

void print_problems(std::ostream& out, const std::vector<config::Problem>& problems) {
    for (const auto& problem : problems) out << log::one_line(problem.print()) << "\n";
    out << problems.size() << (problems.size() == 1 ? " problem\n" : " problems\n");
}

}  // namespace gateway
