#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lien::engine {

__extension__ typedef __int128 WideInteger;

// Totals that do not depend on the order in which they are added.
//
// A task sums its paths in doubles in a fixed order; its sums are then added here as 128-bit
// integers in units of scale x 2^-40. Integer addition has no order, so threads, shards, ranks and
// a resumed run give the same bits. `scale` is a power of two near the size of one path's value;
// rounding one task's sum costs 2^-41 of it.
class IntegerTotals {
 public:
  // One scale a number, > 0 (rounded up to a power of two here).
  explicit IntegerTotals(std::span<const double> scales);

  // Adds one task's sums, [size()]. A NaN, an infinity or a sum beyond 2^80 scales is remembered as
  // non-finite instead of added.
  void add(const double* sums) noexcept;
  void add(const IntegerTotals& other) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return units_.size(); }
  [[nodiscard]] double value(std::size_t i) const noexcept;  // nearest double
  // What they are in units, for who keeps them, and the same put back into totals of these scales.
  // units: [size()].
  [[nodiscard]] std::span<const WideInteger> units() const noexcept { return units_; }
  void restore(std::span<const WideInteger> units, std::size_t first_non_finite);
  // Index of the first number that met a non-finite sum, or size().
  [[nodiscard]] std::size_t first_non_finite() const noexcept { return non_finite_; }

 private:
  std::vector<WideInteger> units_;
  std::vector<double> to_units_;  // 2^40 / scale
  std::size_t non_finite_;
};

}  // namespace lien::engine
