#include "engine/memory/large_array.hpp"

#include <limits>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace lien::engine {
namespace {

// No array of the language is larger; more is not asked for.
constexpr std::size_t kMost = std::numeric_limits<std::ptrdiff_t>::max() - kLargePage;

bool is_large(std::size_t bytes) noexcept { return bytes >= kLargeArray; }

std::align_val_t alignment(std::size_t bytes) noexcept {
  return std::align_val_t{is_large(bytes) ? kLargePage : kCacheLine};
}

}  // namespace

void* allocate_array(std::size_t bytes) {
  if (!is_large(bytes)) return ::operator new(bytes, alignment(bytes));
  // Whole pages, so that the last one can be a large one too and is no one else's.
  if (bytes > kMost) throw std::bad_alloc();
  const std::size_t room = (bytes + kLargePage - 1) / kLargePage * kLargePage;
  void* const array = ::operator new(room, alignment(bytes));
#ifdef __linux__
  // A wish: a system without large pages says no, and nothing is lost.
  static_cast<void>(::madvise(array, room, MADV_HUGEPAGE));
#endif
  return array;
}

void free_array(void* array, std::size_t bytes) noexcept {
  ::operator delete(array, alignment(bytes));
}

}  // namespace lien::engine
