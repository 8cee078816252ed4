#pragma once

#include <cstddef>
#include <cstdint>

namespace lien::engine {

// Which paths the entries of a row belong to: consecutive ones, as in a run, or listed ones, as
// where a few paths of many are simulated again. A number stands for the consecutive paths from it.
class PathNumbers {
 public:
  constexpr PathNumbers(std::uint64_t first) noexcept : first_(first) {}  // NOLINT: a number is one
  // listed: one number an entry; read for as long as this is used.
  static constexpr PathNumbers of(const std::uint64_t* listed) noexcept {
    PathNumbers numbers(0);
    numbers.listed_ = listed;
    return numbers;
  }
  // The numbers from entry `start` on.
  [[nodiscard]] constexpr PathNumbers from(std::size_t start) const noexcept {
    return listed_ == nullptr ? PathNumbers(first_ + start) : of(listed_ + start);
  }
  [[nodiscard]] constexpr std::uint64_t operator[](std::size_t entry) const noexcept {
    return listed_ == nullptr ? first_ + entry : listed_[entry];
  }
  [[nodiscard]] constexpr const std::uint64_t* listed() const noexcept { return listed_; }
  [[nodiscard]] constexpr std::uint64_t first() const noexcept { return first_; }

 private:
  std::uint64_t first_;
  const std::uint64_t* listed_ = nullptr;
};

}  // namespace lien::engine
