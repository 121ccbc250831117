// Output of the subcommands for people: tables, time spans, lists of problems.

#pragma once

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "config/config.h"

namespace gateway {

/// Columns as wide as their widest cell, two spaces between them, no trailing spaces. Cells are UTF-8 from any source:
/// control characters are printed as \xNN, so that text from a server cannot control the admin's terminal.
void print_table(std::ostream&, const std::vector<std::string>& head,
                 const std::vector<std::vector<std::string>>& rows);

/// In the largest unit that fits: "42 s", "3 min", "5 h", "2 days"; of a negative span the absolute value.
std::string print_span(std::chrono::milliseconds);

/// All problems, one per line, and their number.
void print_problems(std::ostream&, const std::vector<config::Problem>&);

}  // namespace gateway
