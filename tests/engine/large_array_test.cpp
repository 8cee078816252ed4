#include "engine/memory/large_array.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <limits>
#include <new>
#include <string>

namespace lien::engine {
namespace {

std::uintptr_t address(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

// What the system says of the mapping that holds an address: "hg" where large pages are asked for.
std::string flags_of(const void* at) {
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool here = false;
  while (std::getline(maps, line)) {
    unsigned long long first = 0, last = 0;
    if (std::sscanf(line.c_str(), "%llx-%llx ", &first, &last) == 2)
      here = address(at) >= first && address(at) < last;
    if (here && line.starts_with("VmFlags:")) return line;
  }
  return "";
}

TEST(LargeArray, LiesOnALargePageFromHalfOfOneOn) {
  for (const std::size_t bytes : {kLargeArray, kLargePage, 3 * kLargePage + 8}) {
    void* const array = allocate_array(bytes);
    EXPECT_EQ(address(array) % kLargePage, 0U) << bytes;
    free_array(array, bytes);
  }
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{640}, kLargeArray - 1}) {
    void* const array = allocate_array(bytes);
    EXPECT_EQ(address(array) % kCacheLine, 0U) << bytes;
    free_array(array, bytes);
  }
}

// Whether one who asks by hand sees it: not without large pages in the kernel, nor under qemu.
bool shows_what_is_asked() {
  const std::size_t size = 2 * kLargePage;
  void* const room =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return false;
  const bool shows =
      ::madvise(room, size, MADV_HUGEPAGE) == 0 && flags_of(room).find(" hg") != std::string::npos;
  ::munmap(room, size);
  return shows;
}

TEST(LargeArray, AsksForLargePages) {
  if (!shows_what_is_asked()) GTEST_SKIP() << "this system does not say what it was asked for";
  const LargeVector<double> large(2 * kLargePage / sizeof(double) + 1), small(64);
  const std::string flags = flags_of(large.data());
  EXPECT_NE(flags.find(" hg"), std::string::npos) << flags;
  // To the end of its room: the page that the last number lies on is no one else's.
  EXPECT_EQ(flags_of(large.data() + large.size() - 1), flags);
  EXPECT_EQ(flags_of(small.data()).find(" hg"), std::string::npos);
}

// Growing crosses from one kind of memory to the other.
TEST(LargeArray, VectorKeepsWhatItHoldsAsItGrows) {
  LargeVector<double> all;
  for (int i = 0; i < 500'000; ++i) all.push_back(i);
  EXPECT_EQ(address(all.data()) % kLargePage, 0U);
  for (int i = 0; i < 500'000; ++i) ASSERT_EQ(all[static_cast<std::size_t>(i)], i);
  const LargeVector<double> copy = all;
  EXPECT_EQ(copy, all);
  EXPECT_NE(copy.data(), all.data());
}

TEST(LargeArray, RefusesMoreThanThereIs) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  EXPECT_THROW(static_cast<void>(allocate_array(kMost)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(allocate_array(kMost - kLargePage)), std::bad_alloc);
}

}  // namespace
}  // namespace lien::engine
