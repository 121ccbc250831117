// What the subcommands print for people: tables, spans of time, lists of problems.

#pragma once

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "config/config.h"

namespace gateway {

/// Columns as wide as their widest cell, two spaces between them, nothing behind the last. Cells are UTF-8 from
/// anywhere: control characters are shown as \xNN, so that a server's words cannot drive the admin's terminal.
void print_table(std::ostream&, const std::vector<std::string>& head,
                 const std::vector<std::vector<std::string>>& rows);

/// The largest unit that fits: "42 s", "3 min", "5 h", "2 days"; negative spans as their opposite.
std::string print_span(std::chrono::milliseconds);

/// All of them, a line each, and how many.
void print_problems(std::ostream&, const std::vector<config::Problem>&);

}  // namespace gateway
