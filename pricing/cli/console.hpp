#pragma once

#include <string>

#include "pricing/book/diagnostic.hpp"
#include "pricing/report/text_table.hpp"
#include "pricing/report/write_run.hpp"

namespace lien::pricing {

// Writes to standard output and flushes; throws OutputError (input-output) if that fails, since a
// result that nobody received must not end with 0.
void print(const std::string& text);

// Writes to standard error; what cannot be told there cannot be told.
void print_error(const std::string& text);

// Every fault on its lines, then their number.
void print_faults(const std::vector<Diagnostic>& faults);

// Whether the stream (1 or 2) is a terminal that takes control sequences.
[[nodiscard]] bool is_terminal(int stream);

// Standard output's width; bold where it is a terminal and NO_COLOR is not set.
[[nodiscard]] TerminalStyle terminal_style();

[[nodiscard]] BuildFacts build_facts();

}  // namespace lien::pricing
