#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/book/diagnostic.hpp"

namespace lien::pricing {

struct CsvCell {
  std::string_view text;  // unquoted; into the reader's bytes
  int line = 0;           // 1-based, where the cell begins
  int column = 0;         // 1-based, in bytes
};

struct CsvRow {
  int line = 0;
  std::vector<CsvCell> cells;
  bool faulty = false;  // a fault about this row was added
};

// Reads RFC 4180 text row by row: commas, quotes doubled inside quotes, line breaks inside quotes,
// LF or CRLF, a last line without one. Empty lines are passed over.
//
// Our own reader because a fault must name line and column in bytes, and no packaged library
// reports them. Faults, each with its place: a quote that never closes (reading stops there), text
// after a closing quote, a quote inside an unquoted cell, a carriage return alone, NUL, bytes that
// are not UTF-8, a cell above kLongestCell bytes, a row above kMostColumns cells.
class CsvReader {
 public:
  static constexpr std::size_t kLongestCell = 64 * 1024;
  static constexpr std::size_t kMostColumns = 4096;

  // bytes: the whole file without a byte order mark. Cells point into it; it is changed in place
  // where quotes were doubled.
  CsvReader(std::string file, std::string bytes);

  // Reads the next row into `row`, keeping its memory. False at the end.
  [[nodiscard]] bool next(CsvRow& row, std::vector<Diagnostic>& faults);

  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  // True once a quote never closed: what looked like one row may have been the rest of the file.
  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  void fault(CsvRow& row, std::vector<Diagnostic>& faults, const char* at, std::string problem,
             std::string remedy) const;
  CsvCell quoted_cell(CsvRow& row, std::vector<Diagnostic>& faults);
  CsvCell plain_cell(CsvRow& row, std::vector<Diagnostic>& faults);
  void check_cell(CsvRow& row, const CsvCell& cell, const char* start,
                  std::vector<Diagnostic>& faults) const;
  [[nodiscard]] bool at_row_end() const noexcept;
  void pass_row_end() noexcept;

  std::string file_;
  std::string bytes_;
  char* at_;
  char* end_;
  const char* line_start_;
  int line_ = 1;
  bool broken_ = false;
};

}  // namespace lien::pricing
