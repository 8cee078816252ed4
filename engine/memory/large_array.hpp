#pragma once

#include <cstddef>
#include <vector>

// Memory of arrays that the path loop walks through for every block: in large pages where the
// system has them, since a page of 4 KB holds eight rows of a block, and each new page costs a walk
// through the tables of pages, and a fault when it is first touched. No number depends on it.
namespace lien::engine {

// What arrays are aligned to: 2 MiB, a large page of x86 and of most Arm systems, where they are
// large (half of one at least, and then their room is a whole number of them); else a cache line.
inline constexpr std::size_t kLargePage = std::size_t{1} << 21;
inline constexpr std::size_t kLargeArray = kLargePage / 2;
inline constexpr std::size_t kCacheLine = 64;

// Room for so many bytes, not filled; large pages are asked for on Linux, and elsewhere, or where
// the system has none to give, it is memory like any other. Throws std::bad_alloc.
[[nodiscard]] void* allocate_array(std::size_t bytes);
// bytes: as they were asked for.
void free_array(void* array, std::size_t bytes) noexcept;

// The same for containers. A vector that grows copies itself, so reserve what is known.
template <class T>
struct LargeAllocator {
  using value_type = T;
  LargeAllocator() = default;
  template <class U>
  LargeAllocator(const LargeAllocator<U>& /*other*/) noexcept {}
  [[nodiscard]] T* allocate(std::size_t count) {
    return static_cast<T*>(allocate_array(count * sizeof(T)));
  }
  void deallocate(T* array, std::size_t count) noexcept { free_array(array, count * sizeof(T)); }
  [[nodiscard]] bool operator==(const LargeAllocator&) const = default;
};

template <class T>
using LargeVector = std::vector<T, LargeAllocator<T>>;

}  // namespace lien::engine
