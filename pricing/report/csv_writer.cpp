#include "pricing/report/csv_writer.hpp"

#include <charconv>
#include <cmath>

#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

void append_number(std::string& line, const Table& table, const Column& column, double value) {
  if (std::isnan(value)) return;
  if (std::isinf(value))
    throw NonFiniteResult("non-finite result in column " + column.name + " of " + table.name);
  char text[32];
  // -0 is written 0: it differs from 0 by nothing a reader could act on.
  const auto end = column.kind == ColumnKind::integer
                       ? std::to_chars(text, text + sizeof text, static_cast<long long>(value))
                       : std::to_chars(text, text + sizeof text, value == 0 ? 0.0 : value);
  line.append(text, end.ptr);
}

}  // namespace

void append_csv_field(std::string& line, std::string_view text) {
  if (text.empty()) return;
  const std::string inert = without_controls(text, "\t\r\n");
  const bool formula = std::string_view("=+-@\t\r\n").find(inert.front()) != std::string_view::npos;
  const bool quoted = inert.find_first_of(",\"\r\n") != std::string::npos;
  if (quoted) line += '"';
  if (formula) line += '\'';
  for (const char c : inert) {
    if (c == '"') line += '"';
    line += c;
  }
  if (quoted) line += '"';
}

void write_csv(const Table& table, OutputFile& file) {
  std::string line;
  for (const Column& column : table.columns) {
    if (!line.empty()) line += ',';
    append_csv_field(line, column.name);
  }
  line += '\n';
  file.write(line);
  const std::size_t rows = table.rows();
  for (std::size_t row = 0; row < rows; ++row) {
    line.clear();
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const Column& column = table.columns[c];
      if (c != 0) line += ',';
      if (column.kind == ColumnKind::text)
        append_csv_field(line, column.texts[row]);
      else
        append_number(line, table, column, column.numbers[row]);
    }
    line += '\n';
    file.write(line);
  }
}

}  // namespace lien::pricing
