#pragma once

#include <span>
#include <string_view>

namespace lien::pricing {

// A measure of measures.csv and the levels that may have it: "portfolio|party|contract". An
// instrument and a contract's test stand at level contract, a part of a rent at level hardware.
struct MeasureName {
  std::string_view name, levels;
  std::string_view unit;  // "money", "share", "years"; empty: a count or a class
};

// All of them, by name. docs/check_outputs.py holds the list to what the program writes.
[[nodiscard]] std::span<const MeasureName> measure_names() noexcept;

}  // namespace lien::pricing
