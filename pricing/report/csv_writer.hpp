#pragma once

#include <string>
#include <string_view>

#include "pricing/report/output_file.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

// Writes a table as RFC 4180 text with a header row and lines that end in \n. Numbers are the
// shortest text that reads back as the same double; missing values are empty fields. Throws
// NonFiniteResult on an infinity, OutputError if the file cannot be written.
void write_csv(const Table& table, OutputFile& file);

// A result that is not a number although it must be one: exit 70.
class NonFiniteResult : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Appends a text as one field: quoted where it must be; neutralised with an apostrophe where a
// spreadsheet would take it for a formula; control characters that a terminal obeys as \xNN.
void append_csv_field(std::string& line, std::string_view text);

}  // namespace lien::pricing
