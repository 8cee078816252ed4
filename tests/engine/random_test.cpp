#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "engine/kernels/instruction_set.hpp"
#include "engine/kernels/random_rows.hpp"
#include "engine/random/philox.hpp"
#include "engine/random/stream_key.hpp"

namespace lien::engine {
namespace {

constexpr PhiloxKey kKey = {0x2024, 0x77};
constexpr std::size_t kPaths = 1 << 18;
constexpr long double kTwoPi = 6.283185307179586476925286766559005768L;

struct FourRows {
  explicit FourRows(std::size_t paths) : row{} {
    for (auto& r : row) r.assign(paths, 0.0);
  }
  std::array<std::vector<double>, 4> row;
};

FourRows normals(PhiloxKey key, std::uint64_t first_path, std::uint32_t group, std::size_t paths) {
  FourRows rows(paths);
  normal_rows(key, first_path, group, rows.row[0].data(), rows.row[1].data(), rows.row[2].data(),
              rows.row[3].data(), paths);
  return rows;
}

double mean_product(const std::vector<double>& a, const std::vector<double>& b,
                    std::size_t lag = 0) {
  double sum = 0.0;
  for (std::size_t i = lag; i < a.size(); ++i) sum += a[i] * b[i - lag];
  return sum / static_cast<double>(a.size() - lag);
}

double mean_power(const std::vector<double>& a, int power) {
  double sum = 0.0;
  for (const double x : a) sum += std::pow(x, power);
  return sum / static_cast<double>(a.size());
}

// Kolmogorov's distance of values in [0, 1] from the uniform law, times the root of their number.
double kolmogorov_distance(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, (rank + 1.0) / n - values[i], values[i] - rank / n});
  }
  return distance * std::sqrt(n);
}
// P(distance > 2.23) = 2 exp(-2 x 2.23^2) = 1e-4 by Kolmogorov's limit law.
constexpr double kKolmogorovBand = 2.23;

// Known answers published with the algorithm's own library: DEShawResearch/random123,
// tests/kat_vectors, lines "philox4x32 10".
TEST(Philox, ReproducesPublishedKnownAnswers) {
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({ones, ones, ones, ones}, {ones, ones}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(StreamKey, ReproducesItsDefinitionComputedElsewhere) {
  // FNV-1a and the splitmix64 finaliser on arbitrary-precision integers in Python 3.11.
  EXPECT_EQ(stream_key(1, StreamKind::factor, "short_rate"), (PhiloxKey{0x55c12044, 0x8d069cb7}));
  EXPECT_EQ(stream_key(~std::uint64_t{0}, StreamKind::party, "cloud A"),
            (PhiloxKey{0x43adb83c, 0x175c396a}));
  EXPECT_EQ(stream_key(0, StreamKind::launch, ""), (PhiloxKey{0x9bafb3fc, 0xfb3cf692}));
}

TEST(StreamKey, DiffersByEveryArgument) {
  std::set<PhiloxKey> keys;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    for (const StreamKind kind :
         {StreamKind::factor, StreamKind::launch, StreamKind::party, StreamKind::noise}) {
      for (int i = 0; i < 4096; ++i) keys.insert(stream_key(seed, kind, "P-" + std::to_string(i)));
    }
  }
  EXPECT_EQ(keys.size(), 8u * 4u * 4096u);  // a collision has probability 5e-10
}

// Listed paths draw what they draw in a row of consecutive ones, wherever they stand.
TEST(RandomRows, OfListedPathsAreTheirs) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < 200; ++i) numbers.push_back((i * 0x9e3779b97f4a7c15U) >> 29);
  numbers[3] = numbers[4];  // twice
  for (const std::size_t paths : {8u, 24u, 64u, 72u, 200u}) {
    std::vector<double> uniform(paths), normal(paths), clock(paths);
    const PathNumbers listed = PathNumbers::of(numbers.data());
    uniform_and_normal_row(kKey, listed, 5, uniform.data(), normal.data(), paths);
    exponential_row(kKey, listed, clock.data(), paths);
    std::vector<double> rows[4];
    for (auto& row : rows) row.resize(paths);
    normal_rows(kKey, listed, 21, rows[0].data(), rows[1].data(), rows[2].data(), rows[3].data(),
                paths);
    std::size_t different = 0;
    for (std::size_t p = 0; p < paths; ++p) {
      const UniformAndNormal pair = uniform_and_normal_at(kKey, numbers[p], 5);
      different += uniform[p] != pair.uniform;
      different += normal[p] != pair.normal;
      different += clock[p] != exponential_at(kKey, numbers[p]);
      for (std::uint32_t i = 0; i < 4; ++i)
        different += rows[i][p] != normal_at(kKey, numbers[p], 84 + i);
      EXPECT_EQ(listed[p], numbers[p]);
      EXPECT_EQ(PathNumbers(7).from(p)[2], 9 + p);
    }
    EXPECT_EQ(different, 0u) << paths;
  }
}

// Vector rows against the scalar generator: other code for Philox, the same transforms. First paths
// straddle 2^32, where a counter word carries; counts end in every remainder of a chunk and of a
// pair of vectors.
TEST(RandomRows, EqualTheScalarReferenceBitForBit) {
  const auto check = [] {
    std::size_t different = 0;
    for (const std::uint64_t first : {std::uint64_t{0}, (std::uint64_t{1} << 32) - 36}) {
      for (const std::size_t paths : {8u, 24u, 56u, 64u, 72u, 200u}) {
        std::vector<double> uniform(paths), normal(paths), clock(paths);
        uniform_and_normal_row(kKey, first, 5, uniform.data(), normal.data(), paths);
        exponential_row(kKey, first, clock.data(), paths);
        const FourRows rows = normals(kKey, first, 21, paths);
        for (std::size_t p = 0; p < paths; ++p) {
          const UniformAndNormal pair = uniform_and_normal_at(kKey, first + p, 5);
          different += uniform[p] != pair.uniform;
          different += normal[p] != pair.normal;
          different += clock[p] != exponential_at(kKey, first + p);
          for (std::uint32_t i = 0; i < 4; ++i) {
            different += rows.row[i][p] != normal_at(kKey, first + p, 84 + i);
          }
        }
      }
    }
    EXPECT_EQ(different, 0u);
  };
  choose_instruction_set();
  check();
  for (const char* name : {"avx2", "avx512"}) {
    if (name == instruction_set()) continue;
    if (force_instruction_set(name)) {
      check();
    } else {
      std::printf("[  NOTICE  ] not tested on %s: this CPU lacks it\n", name);
    }
  }
  choose_instruction_set();
}

// The transforms against the C library in long double, on the words of the published generator.
TEST(RandomRows, AreTheStatedFunctionsOfTheWords) {
  double normal_error = 0.0, uniform_error = 0.0, clock_error = 0.0;
  for (std::uint32_t path = 0; path < 20000; ++path) {
    const PhiloxCounter w = philox({path, 7, 3, 0}, kKey);
    for (std::uint32_t pair = 0; pair < 2; ++pair) {
      const long double u = (w[2 * pair] + 0.5L) * 0x1p-32L,
                        t = (w[2 * pair + 1] + 0.5L) * 0x1p-32L;
      const long double radius = sqrtl(-2.0L * logl(u));
      const std::uint64_t full_path = (std::uint64_t{7} << 32) + path;
      const double cosine = normal_at(kKey, full_path, 12 + 2 * pair);
      const double sine = normal_at(kKey, full_path, 13 + 2 * pair);
      normal_error =
          std::max({normal_error, static_cast<double>(std::abs(cosine / radius - cosl(kTwoPi * t))),
                    static_cast<double>(std::abs(sine / radius - sinl(kTwoPi * t)))});
    }
    const PhiloxCounter x = philox({path, 0, 3, 1}, kKey), c = philox({path, 0, 0, 2}, kKey);
    const auto long_uniform = [](std::uint32_t high, std::uint32_t low) {
      return (static_cast<long double>(((std::uint64_t{high} << 32) | low) >> 12) + 0.5L) *
             0x1p-52L;
    };
    uniform_error = std::max(
        uniform_error, static_cast<double>(std::abs(uniform_and_normal_at(kKey, path, 3).uniform -
                                                    long_uniform(x[1], x[0]))));
    clock_error = std::max(clock_error,
                           static_cast<double>(std::abs(
                               exponential_at(kKey, path) / -logl(long_uniform(c[1], c[0])) - 1)));
  }
  EXPECT_LE(normal_error, 4e-11);
  EXPECT_EQ(uniform_error, 0.0);
  EXPECT_LE(clock_error, 2.5e-16);
}

TEST(RandomRows, NormalsHaveTheMomentsOfTheNormalLaw) {
  const FourRows rows = normals(kKey, 0, 0, kPaths);
  // Band: four standard errors; the variance of Z^m is (2m - 1)!! less the squared mean.
  const double root = std::sqrt(static_cast<double>(kPaths));
  for (const auto& row : rows.row) {
    EXPECT_NEAR(mean_power(row, 1), 0.0, 4.0 / root);
    EXPECT_NEAR(mean_power(row, 2), 1.0, 4.0 * std::sqrt(2.0) / root);
    EXPECT_NEAR(mean_power(row, 3), 0.0, 4.0 * std::sqrt(15.0) / root);
    EXPECT_NEAR(mean_power(row, 4), 3.0, 4.0 * std::sqrt(96.0) / root);
    EXPECT_NEAR(mean_power(row, 6), 15.0, 4.0 * std::sqrt(10170.0) / root);
  }
}

TEST(RandomRows, AreUniformNormalAndExponentialByKolmogorovsTest) {
  std::vector<double> uniform(kPaths), normal(kPaths), clock(kPaths);
  uniform_and_normal_row(kKey, 0, 1, uniform.data(), normal.data(), kPaths);
  exponential_row(kKey, 0, clock.data(), kPaths);
  const auto [low, high] = std::minmax_element(uniform.begin(), uniform.end());
  EXPECT_GT(*low, 0.0);
  EXPECT_LT(*high, 1.0);
  EXPECT_LE(kolmogorov_distance(uniform), kKolmogorovBand);
  // By the C library, not by the functions under test beside.
  for (double& z : normal) z = 0.5 * std::erfc(-z / std::sqrt(2.0));
  for (double& e : clock) e = -std::expm1(-e);
  EXPECT_LE(kolmogorov_distance(normal), kKolmogorovBand);
  EXPECT_LE(kolmogorov_distance(clock), kKolmogorovBand);
  const FourRows rows = normals(kKey, 0, 2, kPaths);
  for (std::vector<double> row : rows.row) {
    for (double& z : row) z = 0.5 * std::erfc(-z / std::sqrt(2.0));
    EXPECT_LE(kolmogorov_distance(row), kKolmogorovBand);
  }
}

// Rows, groups, streams, kinds of row, seeds and neighbouring paths: no correlation of the values
// (band four standard errors, 1 / root n) nor of their squares (2 / root n).
TEST(RandomRows, AreIndependentOfEachOther) {
  const auto key = [](std::uint64_t seed, StreamKind kind, const char* id) {
    return stream_key(seed, kind, id);
  };
  std::vector<std::vector<double>> rows;
  for (const PhiloxKey k : {key(1, StreamKind::factor, "a1"), key(1, StreamKind::factor, "a2"),
                            key(1, StreamKind::noise, "a1"), key(2, StreamKind::factor, "a1")}) {
    for (const std::uint32_t group : {0u, 1u}) {
      FourRows four = normals(k, 0, group, kPaths);
      for (auto& row : four.row) rows.push_back(std::move(row));
    }
    std::vector<double> uniform(kPaths), normal(kPaths);
    uniform_and_normal_row(k, 0, 0, uniform.data(), normal.data(), kPaths);
    for (double& u : uniform) u = (u - 0.5) * std::sqrt(12.0);
    rows.push_back(std::move(uniform));
    rows.push_back(std::move(normal));
  }
  const double root = std::sqrt(static_cast<double>(kPaths));
  std::vector<std::vector<double>> squares = rows;
  for (auto& row : squares) {
    for (double& z : row) z = z * z - 1.0;
  }
  // 780 pairs of values and of squares, 80 lags: a band of five keeps a true null below 1e-3.
  for (std::size_t a = 0; a < rows.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_NEAR(mean_product(rows[a], rows[b]), 0.0, 5.0 / root) << a << ' ' << b;
      EXPECT_NEAR(mean_product(squares[a], squares[b]), 0.0, 5.0 * 2.0 / root) << a << ' ' << b;
    }
    EXPECT_NEAR(mean_product(rows[a], rows[a], 1), 0.0, 5.0 / root) << a;
    EXPECT_NEAR(mean_product(rows[a], rows[a], 4), 0.0, 5.0 / root) << a;
  }
}

TEST(InstructionSet, IsReportedAndForced) {
  EXPECT_TRUE(cpu_supported());
  choose_instruction_set();
  const std::string best = instruction_set();
  EXPECT_FALSE(force_instruction_set("sse2"));
  EXPECT_EQ(instruction_set(), best);
  if (force_instruction_set("avx2")) {
    EXPECT_EQ(instruction_set(), "avx2");
  }
  choose_instruction_set();
  EXPECT_EQ(instruction_set(), best);
}

}  // namespace
}  // namespace lien::engine
