#pragma once

#include <compare>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lien::pricing {

// A place in an input file. Kept by everything that was read, so that a fault found later (a loan
// on hardware the market lacks) still names the line its author has to edit.
struct Location {
  std::string file;  // as the user wrote it, relative to where the program was started
  int line = 0;      // 1-based; 0: the file as a whole
  int column = 0;    // 1-based, in bytes; 0: the line as a whole

  friend auto operator<=>(const Location&, const Location&) = default;
};

// One fault in one input file, addressed to whoever edits that file.
struct Diagnostic {
  Location where;
  std::string field;           // "loan L-204 / advance_rate"
  std::string value;           // what was found, as written; empty if nothing was
  std::string problem;         // what is wrong: "must lie in (0, 1]"
  std::string remedy;          // what to write instead
  bool configuration = false;  // the fault stands in run.toml: exit 78 if all of them do
};

// "books/q3.csv:14:27: loan L-204 / advance_rate: is 85; must lie in (0, 1]\n    write a ..."
[[nodiscard]] std::string to_string(const Diagnostic& fault);

// Thrown once, after every file is read, holding every fault in them; never empty.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Diagnostic> faults);
  [[nodiscard]] const std::vector<Diagnostic>& faults() const noexcept { return faults_; }

 private:
  std::vector<Diagnostic> faults_;
};

// The name in `known` nearest to `name` by edit distance, or empty if none is near (more than a
// third of the letters differ). Offered in faults about unknown keys, columns and identifiers.
[[nodiscard]] std::string nearest_name(std::string_view name,
                                       const std::vector<std::string>& known);

}  // namespace lien::pricing
