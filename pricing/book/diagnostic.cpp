#include "pricing/book/diagnostic.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace lien::pricing {
namespace {

std::string place(const Location& where) {
  std::string text = where.file;
  if (where.line > 0) text += ':' + std::to_string(where.line);
  if (where.line > 0 && where.column > 0) text += ':' + std::to_string(where.column);
  return text;
}

std::string listing(const std::vector<Diagnostic>& faults) {
  std::string text;
  for (const Diagnostic& fault : faults) text += to_string(fault) + '\n';
  return text + std::to_string(faults.size()) + (faults.size() == 1 ? " fault" : " faults");
}

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Edits that turn one name into the other, a swap of neighbours counted once since that is the
// commonest slip of a typist; the case of letters costs nothing.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    next[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const bool same = lower(a[i]) == lower(b[j]);
      next[j + 1] = std::min({row[j] + (same ? 0u : 1u), row[j + 1] + 1, next[j] + 1});
      const bool swapped =
          i > 0 && j > 0 && lower(a[i]) == lower(b[j - 1]) && lower(a[i - 1]) == lower(b[j]);
      if (swapped) next[j + 1] = std::min(next[j + 1], before[j - 1] + 1);
    }
    std::swap(before, row);
    std::swap(row, next);
  }
  return row[b.size()];
}

}  // namespace

std::string to_string(const Diagnostic& fault) {
  std::string text = place(fault.where) + ": ";
  if (!fault.field.empty()) text += fault.field + ": ";
  if (!fault.value.empty()) text += "is " + fault.value + "; ";
  text += fault.problem;
  if (!fault.remedy.empty()) text += "\n    " + fault.remedy;
  return text;
}

InputError::InputError(std::vector<Diagnostic> faults)
    : std::runtime_error(listing(faults)), faults_(std::move(faults)) {}

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = name.size();
  for (const std::string& candidate : known) {
    const std::size_t longer = std::max(name.size(), candidate.size());
    const std::size_t shorter = std::min(name.size(), candidate.size());
    if (3 * (longer - shorter) > longer) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (3 * distance > longer || distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

}  // namespace lien::pricing
