#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pricing/book/csv.hpp"
#include "pricing/book/fields.hpp"
#include "pricing/book/text_file.hpp"
#include "pricing/contract/contract.hpp"

namespace lien::pricing {

// True, with a fault that says it once, for a header whose names stand between semicolons or tabs:
// every column would be unknown otherwise. known: names of columns.
[[nodiscard]] bool is_separated_otherwise(const CsvRow& header,
                                          const std::vector<std::string>& known,
                                          const Scope& scope);

// Takes from the header the columns without a name that commas at its end begin, with a fault; true
// if there were any. The rows have them or not: drop_blank_end() takes theirs.
[[nodiscard]] bool drop_unnamed_end(CsvRow& header, const Scope& scope);
void drop_blank_end(CsvRow& row, std::size_t columns);

// The columns of a tape: the field of each, null for one that is unknown or stands twice.
template <class T>
std::vector<const Field<T>*> resolve_header(const CsvRow& header, std::span<const Field<T>> fields,
                                            const Scope& scope) {
  std::vector<const Field<T>*> columns;
  std::vector<std::string> misspelt;  // names that were offered
  for (const CsvCell& cell : header.cells) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field<T>& f) { return f.name == cell.text; });
    const bool known = field != fields.end();
    const bool twice = known && std::find(columns.begin(), columns.end(), &*field) != columns.end();
    if (!known) {
      refuse_unknown(cell.line, cell.column, cell.text, "column", names_of(fields), scope);
      misspelt.push_back(nearest_name(cell.text, names_of(fields)));
    }
    if (twice)
      scope.fault(cell.line, cell.column, cell.text, "", "stands twice in the header",
                  "keep one column");
    columns.push_back(known && !twice ? &*field : nullptr);
  }
  for (const Field<T>& field : fields)
    if (field.is_required && std::find(columns.begin(), columns.end(), &field) == columns.end() &&
        std::find(misspelt.begin(), misspelt.end(), field.name) == misspelt.end())
      scope.fault(header.line, 0, field.name, "", "is no column of the header", "add it");
  return columns;
}

// Reads the cells of one row into `out`. A blank cell is not given: it keeps the default, and is a
// fault in a required column. source: filled with the place of every cell given.
template <class T>
void read_row(const CsvRow& row, const std::vector<const Field<T>*>& columns, T& out, Given& given,
              RowSource& source, const Scope& scope) {
  given.clear(row.line, 0);
  source.file = scope.file;
  source.line = row.line;
  if (row.cells.size() != columns.size()) {
    scope.fault(row.line, 0, "", "",
                "has " + std::to_string(row.cells.size()) + " cells; the header has " +
                    std::to_string(columns.size()),
                "put cells that hold a comma in quotes");
    return;
  }
  source.columns.reserve(static_cast<std::size_t>(std::count_if(
      row.cells.begin(), row.cells.end(), [](const CsvCell& cell) { return !cell.text.empty(); })));
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const CsvCell& cell = row.cells[c];
    if (!columns[c]) {
      given.complete = false;
      continue;
    }
    const Field<T>& field = *columns[c];
    if (cell.text.empty()) {
      if (field.is_required)
        scope.fault(cell.line, cell.column, field.name, "", "is blank", "fill it in");
      continue;
    }
    const Scalar value{ScalarKind::cell, cell.text, 0, 0, false, {}, cell.line, cell.column};
    given.names.push_back(field.name);
    given.values.push_back(value);
    source.columns.emplace_back(field.name, cell.column);
    if (!assign(field, value, out, scope)) given.wrong.push_back(field.name);
  }
}

// "loan L-204", or "loan" where the row has no id.
inline std::string row_label(std::string_view noun, const CsvRow& row, std::size_t id_column) {
  if (id_column >= row.cells.size() || row.cells[id_column].text.empty()) return std::string(noun);
  return std::string(noun) + ' ' + shown(row.cells[id_column].text);
}

}  // namespace lien::pricing
