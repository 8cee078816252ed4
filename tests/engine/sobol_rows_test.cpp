#include "engine/kernels/sobol_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/elementary/elementary.hpp"
#include "engine/kernels/instruction_set.hpp"
#include "engine/random/sobol.hpp"
#include "engine/simulation/path_block.hpp"

// Rows of Sobol points: the words of their paths, and what the laws make of them.
namespace lien::engine {
namespace {

std::vector<double> row_of(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                           bool normal) {
  AlignedDoubles row(kSobolGroup);
  (normal ? sobol_normal_row : sobol_uniform_row)(points, dimension, numbers, row.get());
  return {row.get(), row.get() + kSobolGroup};
}

TEST(SobolRows, AreTheWordsOfTheirPaths) {
  const SobolPoints points(5, 4096, 30);
  const std::uint64_t first = 3 * 4096 + 1984;
  for (std::size_t d = 0; d < 30; ++d) {
    const auto u = row_of(points, d, first, false);
    for (std::size_t p = 0; p < kSobolGroup; ++p)
      ASSERT_EQ(u[p], (points.word(d, first + p) + 0.5) * 0x1p-32);
  }
}

TEST(SobolRows, DoNotDependOnHowPathsAreListed) {
  const SobolPoints points(5, 128, 3);
  std::vector<std::uint64_t> shuffled, whole;
  for (std::uint64_t p = 0; p < kSobolGroup; ++p) {
    whole.push_back(640 + p);
    shuffled.push_back(p * p * 37 % 1000);
  }
  for (const bool normal : {false, true}) {
    EXPECT_EQ(row_of(points, 2, 640, normal),
              row_of(points, 2, PathNumbers::of(whole.data()), normal));
    const auto listed = row_of(points, 2, PathNumbers::of(shuffled.data()), normal);
    for (std::size_t p = 0; p < kSobolGroup; ++p) {
      const std::uint64_t from = shuffled[p] / kSobolGroup * kSobolGroup;
      EXPECT_EQ(listed[p], row_of(points, 2, from, normal)[shuffled[p] - from]);
    }
    EXPECT_EQ(row_of(points, 2, 650, normal)[3], row_of(points, 2, 640, normal)[13]);
  }
}

// The path whose word in dimension 0 is this: its index is the word before the scramble, whose bits
// decide one after the other.
std::uint64_t path_of(const SobolPoints& points, std::uint32_t word) {
  const std::uint32_t wanted = reverse_bits(word), key = points.key(0, 0);
  std::uint32_t x = 0;
  for (std::uint32_t bit = 1; bit != 0; bit <<= 1)
    if (((scramble(x, key) ^ wanted) & bit) != 0) x |= bit;
  return x;
}

// Rows of these words, as many as fill whole rows; the last one fills the rest.
std::vector<double> normals_of(const std::vector<std::uint32_t>& words) {
  const SobolPoints points(9, std::uint64_t{1} << 32, 1);
  std::vector<std::uint64_t> paths;
  for (const std::uint32_t word : words) paths.push_back(path_of(points, word));
  while (paths.size() % kSobolGroup != 0) paths.push_back(paths.back());
  std::vector<double> all;
  for (std::size_t at = 0; at < paths.size(); at += kSobolGroup) {
    const auto z = row_of(points, 0, PathNumbers::of(paths.data() + at), true);
    all.insert(all.end(), z.begin(), z.end());
  }
  all.resize(words.size());
  return all;
}

double exact_normal(std::uint32_t word) {
  const long double u = (static_cast<long double>(word) + 0.5L) * 0x1p-32L;
  return static_cast<double>(quantile(boost::math::normal_distribution<long double>(), u));
}

TEST(SobolRows, InvertTheNormalLaw) {
  const SobolPoints points(9, std::uint64_t{1} << 20, 2);
  double worst = 0, largest = 0;
  std::size_t far = 0;
  for (std::uint64_t first = 0; first < std::uint64_t{1} << 20; first += kSobolGroup) {
    const auto z = row_of(points, 1, first, true);
    for (std::size_t p = 0; p < kSobolGroup; ++p) {
      worst = std::max(worst, std::abs(z[p] - exact_normal(points.word(1, first + p))));
      largest = std::max(largest, std::abs(z[p]));
      far += std::abs(z[p]) > 2.886 ? 1 : 0;  // what AVX-512 takes from memory
    }
  }
  EXPECT_LT(worst, 1e-11);
  EXPECT_GT(worst, 5e-12);  // of a million words some are near what the polynomials miss
  EXPECT_GT(largest, 4.5);
  EXPECT_GT(far, 3000U);
}

// Where one row of the table follows another, and at the ends: the error is as small there, the
// next word has the next normal, and the complement of a word has the opposite one to the bit.
TEST(SobolRows, InvertTheNormalLawWherePiecesMeet) {
  std::vector<std::uint32_t> words;
  const auto about = [&words](std::uint64_t middle) {
    for (std::uint64_t w = middle < 3 ? 0 : middle - 3;
         w < std::min(middle + 3, std::uint64_t{1} << 31); ++w)
      words.push_back(static_cast<std::uint32_t>(w));
  };
  about(0);
  for (std::uint64_t octave = 4; octave <= std::uint64_t{1} << 31; octave *= 2) {
    about(octave);
    about(octave + octave / 2);
  }
  const std::size_t half = words.size();
  for (std::size_t i = half; i-- > 0;) words.push_back(~words[i]);
  const auto z = normals_of(words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    EXPECT_NEAR(z[i], exact_normal(words[i]), 1e-11) << words[i];
    EXPECT_EQ(z[i], -z[words.size() - 1 - i]) << words[i];
    if (i > 0 && words[i] > words[i - 1]) {
      EXPECT_GT(z[i], z[i - 1]) << words[i];
    }
  }
  EXPECT_LT(z[0], -6.33);
  EXPECT_EQ(words[half - 1], 0x7fffffffU);
}

TEST(SobolRows, TakeExponentialsFromTheUniform) {
  const SobolPoints points(9, 1024, 2);
  AlignedDoubles row(kSobolGroup);
  for (std::uint64_t first = 0; first < 4096; first += kSobolGroup) {
    sobol_exponential_row(points, 1, first, row.get());
    const auto u = row_of(points, 1, first, false);
    for (std::size_t p = 0; p < kSobolGroup; ++p) {
      const double exact = -engine::log(u[p]);
      ASSERT_NEAR(row.get()[p], exact, 4.5e-12 * exact);
    }
  }
}

// Where the logarithm vanishes the error is as small beside it.
TEST(SobolRows, KeepExponentialsOfWordsNearTheEnds) {
  const SobolPoints points(9, std::uint64_t{1} << 32, 1);
  std::vector<std::uint64_t> paths;
  for (std::uint32_t p = 0; p < kSobolGroup; ++p)
    paths.push_back(path_of(points, p < 32 ? ~(p * p * p) : p * p * p - 32 * 32 * 32));
  AlignedDoubles row(kSobolGroup);
  sobol_exponential_row(points, 0, PathNumbers::of(paths.data()), row.get());
  for (std::size_t p = 0; p < kSobolGroup; ++p) {
    const long double u = (points.word(0, paths[p]) + 0.5L) * 0x1p-32L;
    const auto exact = static_cast<double>(p < 32 ? -std::log1p(u - 1) : -std::log(u));
    EXPECT_NEAR(row.get()[p], exact, 4.5e-12 * exact) << p;
  }
  EXPECT_NEAR(row.get()[0], 0x1p-33, 1e-20);
}

TEST(SobolRows, DrawRowsTogetherAsOneByOne) {
  const SobolPoints points(5, 256, 40);
  AlignedDoubles four(kSobolRows * kSobolGroup);
  for (const std::uint64_t first : {std::uint64_t{640}, std::uint64_t{650}})
    for (const std::size_t stride : {1U, 3U})
      for (std::size_t rows = 1; rows <= kSobolRows; ++rows) {
        std::fill_n(four.get(), kSobolRows * kSobolGroup, -9.0);
        sobol_normal_rows(points, 7, stride, rows, first, four.get());
        for (std::size_t r = 0; r < kSobolRows; ++r) {
          const double* const row = four.get() + r * kSobolGroup;
          EXPECT_EQ(std::vector<double>(row, row + kSobolGroup),
                    r < rows ? row_of(points, 7 + r * stride, first, true)
                             : std::vector<double>(kSobolGroup, -9.0));
        }
      }
}

TEST(SobolRows, GiveTheSameBitsOnEveryInstructionSet) {
  if (!force_instruction_set("avx512")) GTEST_SKIP() << "this CPU has one instruction set";
  const SobolPoints points(2, 1 << 14, 8);
  const auto all = [&points] {
    std::vector<double> out;
    AlignedDoubles clock(kSobolGroup);
    for (std::uint64_t first = 0; first < 1 << 14; first += kSobolGroup) {
      for (const bool normal : {false, true}) {
        const auto row = row_of(points, first / kSobolGroup % 8, first, normal);
        out.insert(out.end(), row.begin(), row.end());
      }
      sobol_exponential_row(points, 5, first, clock.get());
      out.insert(out.end(), clock.get(), clock.get() + kSobolGroup);
    }
    return out;
  };
  const auto wide = all();
  ASSERT_TRUE(force_instruction_set("avx2"));
  const auto narrow = all();
  choose_instruction_set();
  EXPECT_EQ(std::memcmp(wide.data(), narrow.data(), wide.size() * sizeof(double)), 0);
}

}  // namespace
}  // namespace lien::engine
