#include <algorithm>

#include "pricing/book/tape.hpp"

namespace lien::pricing {

bool is_separated_otherwise(const CsvRow& header, const std::vector<std::string>& known,
                            const Scope& scope) {
  for (const auto& [separator, name] : {std::pair{';', "semicolons"}, std::pair{'\t', "tabs"}}) {
    std::ptrdiff_t names = 0;
    for (const CsvCell& cell : header.cells) {
      if (cell.text.find(separator) == std::string_view::npos) continue;
      const std::vector<std::string> parts = split(cell.text, separator);
      names += std::count_if(parts.begin(), parts.end(), [&](const std::string& part) {
        return std::find(known.begin(), known.end(), part) != known.end();
      });
    }
    if (names < 2) continue;
    scope.fault(header.line, 1, "", "", std::string("seems to be separated by ") + name,
                "save it with commas between the cells, and points in numbers");
    return true;
  }
  return false;
}

bool drop_unnamed_end(CsvRow& header, const Scope& scope) {
  const std::size_t before = header.cells.size();
  CsvCell last;
  for (; !header.cells.empty() && header.cells.back().text.empty(); header.cells.pop_back())
    last = header.cells.back();
  if (header.cells.size() == before) return false;
  scope.fault(last.line, last.column, "", "", "has a comma after its last column",
              "remove it there, and from the end of the rows");
  return true;
}

void drop_blank_end(CsvRow& row, std::size_t columns) {
  while (row.cells.size() > columns && row.cells.back().text.empty()) row.cells.pop_back();
}

}  // namespace lien::pricing
