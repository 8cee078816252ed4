#include "pricing/book/csv.hpp"

#include <cstring>
#include <utility>

#include "pricing/book/text_file.hpp"

namespace lien::pricing {

CsvReader::CsvReader(std::string file, std::string bytes)
    : file_(std::move(file)),
      bytes_(std::move(bytes)),
      at_(bytes_.data()),
      end_(bytes_.data() + bytes_.size()),
      line_start_(at_) {}

void CsvReader::fault(CsvRow& row, std::vector<Diagnostic>& faults, const char* at,
                      std::string problem, std::string remedy) const {
  row.faulty = true;
  const int column = at < line_start_ ? 0 : static_cast<int>(at - line_start_) + 1;
  faults.push_back({{file_, line_, column}, "", "", std::move(problem), std::move(remedy), false});
}

bool CsvReader::at_row_end() const noexcept {
  return at_ == end_ || *at_ == '\n' || (*at_ == '\r' && at_ + 1 < end_ && at_[1] == '\n');
}

void CsvReader::pass_row_end() noexcept {
  if (at_ == end_) return;
  at_ += *at_ == '\r' ? 2 : 1;
  ++line_;
  line_start_ = at_;
}

void CsvReader::check_cell(CsvRow& row, const CsvCell& cell, const char* start,
                           std::vector<Diagnostic>& faults) const {
  if (cell.text.size() > kLongestCell) {
    row.faulty = true;
    faults.push_back({{file_, cell.line, cell.column},
                      "",
                      "",
                      "holds a cell of " + std::to_string(cell.text.size()) + " bytes",
                      "the longest is 65536; look for a quote that does not close",
                      false});
  }
  const std::size_t bad = first_bad_byte(cell.text);
  if (bad == std::string_view::npos) return;
  row.faulty = true;
  // Exact for a cell of one line without doubled quotes; else the place where the cell begins.
  const bool plain = start == cell.text.data() && cell.line == line_;
  const int column = cell.column + (plain ? static_cast<int>(bad) : 0);
  faults.push_back({{file_, cell.line, column},
                    "",
                    "",
                    bad_byte_problem(cell.text[bad]),
                    std::string(cell.text[bad] == 0 ? "remove it" : kUtf8Remedy),
                    false});
}

CsvCell CsvReader::plain_cell(CsvRow& row, std::vector<Diagnostic>& faults) {
  char* const start = at_;
  while (at_ != end_ && *at_ != ',' && *at_ != '\n') {
    if (*at_ == '"') {
      fault(row, faults, at_, "holds a quote inside a cell that does not begin with one",
            "put the cell in quotes and write \"\" for each quote in it");
      while (at_ != end_ && *at_ != '\n') ++at_;  // what follows would only be echoes
      break;
    }
    if (*at_ == '\r') {
      if (at_ + 1 < end_ && at_[1] == '\n') break;
      fault(row, faults, at_, "holds a carriage return without a line feed",
            "save the file with LF or CRLF line ends");
    }
    ++at_;
  }
  const CsvCell cell{{start, static_cast<std::size_t>(at_ - start)},
                     line_,
                     static_cast<int>(start - line_start_) + 1};
  check_cell(row, cell, start, faults);
  return cell;
}

CsvCell CsvReader::quoted_cell(CsvRow& row, std::vector<Diagnostic>& faults) {
  CsvCell cell{{}, line_, static_cast<int>(at_ - line_start_) + 1};
  char* const start = ++at_;
  char* out = start;
  for (;; ++at_) {
    if (at_ == end_) {
      row.faulty = broken_ = true;
      faults.push_back({{file_, cell.line, cell.column},
                        "",
                        "",
                        "opens a quote that never closes",
                        "close the quote",
                        false});
      break;
    }
    if (*at_ == '"') {
      if (at_ + 1 == end_ || at_[1] != '"') {
        ++at_;
        break;
      }
      ++at_;
    } else if (*at_ == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    }
    *out++ = *at_;
  }
  cell.text = {start, static_cast<std::size_t>(out - start)};
  check_cell(row, cell, start, faults);
  if (at_ != end_ && *at_ != ',' && !at_row_end()) {
    fault(row, faults, at_, "holds text after a closing quote", "write \"\" for a quote in a cell");
    while (at_ != end_ && *at_ != ',' && *at_ != '\n') ++at_;
  }
  return cell;
}

bool CsvReader::next(CsvRow& row, std::vector<Diagnostic>& faults) {
  row.cells.clear();
  row.faulty = false;
  while (at_ != end_ && at_row_end()) pass_row_end();
  if (at_ == end_) return false;
  row.line = line_;
  for (;;) {
    if (row.cells.size() == kMostColumns) {
      fault(row, faults, at_, "holds more than 4096 cells", "write one row a line");
      while (at_ != end_ && *at_ != '\n') ++at_;
      break;
    }
    row.cells.push_back(at_ != end_ && *at_ == '"' ? quoted_cell(row, faults)
                                                   : plain_cell(row, faults));
    if (at_ == end_ || *at_ != ',') break;
    ++at_;
  }
  pass_row_end();
  return true;
}

}  // namespace lien::pricing
