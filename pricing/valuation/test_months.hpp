#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pricing/plan/plan.hpp"

// Months in which covenants are tested, one bit a month: month m is bit m % 64 of word m / 64.
namespace lien::pricing {

// Of all tests of a plan, by the slot of their counts.
class TestMonths {
 public:
  explicit TestMonths(const Plan& plan);

  // [steps / 64 + 1] words.
  [[nodiscard]] const std::uint64_t* of(std::uint32_t slot) const noexcept {
    return words_.data() + slot * size_;
  }

 private:
  std::size_t size_;  // words of one test
  std::vector<std::uint64_t> words_;
};

}  // namespace lien::pricing
