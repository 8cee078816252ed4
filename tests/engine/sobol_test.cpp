#include "engine/random/sobol.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/elementary/elementary.hpp"
#include "engine/kernels/sobol_rows.hpp"
#include "engine/random/brownian_bridge.hpp"
#include "engine/simulation/path_block.hpp"

namespace lien::engine {
namespace {

// A row of the file new-joe-kuo-6.21201: polynomial of degree s with inner coefficients a, and the
// first s values m. Source: F. Kuo's page on Sobol sequence generators; dimension 1 has none.
struct PublishedRow {
  int s;
  unsigned a;
  std::vector<std::uint64_t> m;
};
const std::vector<PublishedRow> kPublished = {{1, 0, {1}},
                                              {2, 1, {1, 3}},
                                              {3, 1, {1, 3, 1}},
                                              {3, 2, {1, 1, 1}},
                                              {4, 1, {1, 1, 3, 3}},
                                              {4, 4, {1, 3, 5, 13}},
                                              {5, 2, {1, 1, 5, 5, 17}},
                                              {5, 4, {1, 1, 5, 5, 5}},
                                              {5, 7, {1, 1, 7, 11, 19}}};

// Direction numbers by the recurrence that the file's authors state.
std::vector<std::uint32_t> published_directions(std::size_t dimension) {
  std::vector<std::uint32_t> v(33);
  if (dimension == 0) {
    for (int i = 1; i <= 32; ++i) v[static_cast<std::size_t>(i)] = 1U << (32 - i);
    return v;
  }
  const PublishedRow& row = kPublished[dimension - 1];
  for (int i = 1; i <= 32; ++i) {
    auto& to = v[static_cast<std::size_t>(i)];
    if (i <= row.s) {
      to = static_cast<std::uint32_t>(row.m[static_cast<std::size_t>(i - 1)] << (32 - i));
      continue;
    }
    to = v[static_cast<std::size_t>(i - row.s)] ^ (v[static_cast<std::size_t>(i - row.s)] >> row.s);
    for (int k = 1; k < row.s; ++k)
      if ((row.a >> (row.s - 1 - k)) & 1U) to ^= v[static_cast<std::size_t>(i - k)];
  }
  return v;
}

TEST(Sobol, HasThePublishedDirectionNumbers) {
  const SobolPoints points(1, std::uint64_t{1} << 32, kPublished.size() + 1);
  for (std::size_t d = 0; d <= kPublished.size(); ++d) {
    const auto v = published_directions(d);
    for (std::size_t bit = 0; bit < 32; ++bit)
      EXPECT_EQ(reverse_bits(points.reversed(d, std::uint64_t{1} << bit)), v[bit + 1])
          << "dimension " << d << ", bit " << bit;
  }
}

TEST(Sobol, GivesThePublishedFirstPoints) {
  // The first ten points in three dimensions as printed with the generator of Joe and Kuo, which
  // runs in Gray code: point i there is point i ^ i / 2 here.
  const double expected[10][3] = {{0, 0, 0},
                                  {0.5, 0.5, 0.5},
                                  {0.75, 0.25, 0.25},
                                  {0.25, 0.75, 0.75},
                                  {0.375, 0.375, 0.625},
                                  {0.875, 0.875, 0.125},
                                  {0.625, 0.125, 0.875},
                                  {0.125, 0.625, 0.375},
                                  {0.1875, 0.3125, 0.9375},
                                  {0.6875, 0.8125, 0.4375}};
  const SobolPoints points(1, 64, 3);
  for (std::uint64_t i = 0; i < 10; ++i)
    for (std::size_t d = 0; d < 3; ++d)
      EXPECT_EQ(reverse_bits(points.reversed(d, i ^ (i >> 1))) * 0x1p-32, expected[i][d])
          << "point " << i << ", dimension " << d;
}

// Every run of 2^k points from a multiple of it has one point in each interval of length 2^-k.
TEST(Sobol, IsStratifiedInEveryDimension) {
  constexpr std::uint64_t kPoints = 1024;
  const SobolPoints points(7, kPoints, kSobolDimensions);
  for (std::size_t d = 0; d < kSobolDimensions; ++d)
    for (const std::uint64_t replicate : {0U, 5U})
      for (int k = 1; k <= 10; ++k)
        for (std::uint64_t first = 0; first < kPoints; first += std::uint64_t{1} << k) {
          std::vector<bool> hit(std::size_t{1} << k);
          for (std::uint64_t i = first; i < first + (std::uint64_t{1} << k); ++i)
            hit[points.word(d, replicate * kPoints + i) >> (32 - k)] = true;
          ASSERT_EQ(std::count(hit.begin(), hit.end(), true), 1 << k)
              << "dimension " << d << ", 2^" << k << " points from " << first;
        }
}

// Dimensions 1 and 2 are a (0, m, 2)-net: one point in every box of volume 2^-m, whatever its
// shape, scrambled too.
TEST(Sobol, IsANetInItsFirstPlane) {
  constexpr int kBits = 10;
  const SobolPoints points(3, 1 << kBits, 2);
  for (const std::uint64_t replicate : {0U, 1U, 9U})
    for (int across = 0; across <= kBits; ++across) {
      std::vector<int> count(1 << kBits);
      for (std::uint64_t i = 0; i < 1 << kBits; ++i) {
        const std::uint64_t path = (replicate << kBits) + i;
        const std::uint64_t x = points.word(0, path), y = points.word(1, path);
        ++count[(x >> (32 - across) << (kBits - across)) | y >> (32 - (kBits - across))];
      }
      EXPECT_EQ(std::count(count.begin(), count.end(), 1), 1 << kBits) << across << " bits across";
    }
}

TEST(Sobol, ScramblesBitsByTheBitsAboveThemAlone) {
  // Words that agree in their upper k bits agree there when scrambled, and the next bit tells them
  // apart: a permutation of every stratum.
  std::uint32_t state = 12345;
  const auto next = [&state] { return state = state * 1664525U + 1013904223U; };
  for (int trial = 0; trial < 20000; ++trial) {
    const std::uint32_t x = next(), key = next();
    const int k = static_cast<int>(next() >> 27);
    const std::uint32_t keep = k == 0 ? 0U : ~0U << (32 - k), flip = 1U << (31 - k);
    const std::uint32_t other = (x & keep) | (~x & flip) | (next() & (flip - 1));
    const std::uint32_t a = reverse_bits(scramble(reverse_bits(x), key)),
                        b = reverse_bits(scramble(reverse_bits(other), key));
    ASSERT_EQ(a & keep, b & keep);
    ASSERT_NE(a & flip, b & flip);
  }
}

// Over replicates a fixed point is uniform, and two dimensions of it are independent: chi-squared
// of 64 cells, whose 1 - 1e-6 quantile is 130 (63 degrees of freedom), and whose mean is 63.
TEST(Sobol, IsUniformOverReplicates) {
  constexpr std::uint64_t kReplicates = 1 << 16;
  const SobolPoints points(11, 64, 40);
  for (const std::uint64_t index : {0U, 1U, 63U})
    for (const std::size_t d : {0U, 1U, 2U, 17U, 39U}) {
      std::array<double, 64> one{}, two{};
      for (std::uint64_t r = 0; r < kReplicates; ++r) {
        const std::uint64_t path = r * 64 + index;
        const std::uint32_t x = points.word(d, path), y = points.word((d + 1) % 40, path);
        ++one[x >> 26];
        ++two[(x >> 29) * 8 + (y >> 29)];
      }
      for (const auto& cells : {one, two}) {
        double chi = 0;
        for (const double n : cells) chi += (n - 1024) * (n - 1024) / 1024;
        EXPECT_LT(chi, 130) << "point " << index << ", dimension " << d;
        EXPECT_GT(chi, 20) << "point " << index << ", dimension " << d;
      }
    }
}

// Pairs of points of one replicate too: given that they fall into one half, their next bits are
// what the scramble makes them, opposite or free.
TEST(Sobol, LeavesPairsOfPointsToTheScramble) {
  constexpr std::uint64_t kReplicates = 1 << 16;
  const SobolPoints points(11, 64, 8);
  for (std::size_t d = 0; d < 8; ++d) {
    // Points 0 and 1 lie in different halves; where in them they lie is independent.
    double product = 0;
    for (std::uint64_t r = 0; r < kReplicates; ++r) {
      const std::uint32_t a = points.word(d, r * 64), b = points.word(d, r * 64 + 1);
      ASSERT_NE(a >> 31, b >> 31);
      const auto centred = [](std::uint32_t w) { return (w << 1) * 0x1p-32 - 0.5; };
      product += centred(a) * centred(b);
    }
    // Variance of the product of two uniforms: 1/144.
    EXPECT_NEAR(product / kReplicates, 0, 4.0 / 12 / std::sqrt(kReplicates)) << "dimension " << d;
  }
}

TEST(BrownianBridge, HasTheCovarianceOfBrownianMotion) {
  for (const int steps : {1, 2, 3, 7, 12, 60, 97}) {
    const auto nodes = brownian_bridge(steps);
    ASSERT_EQ(nodes.size(), static_cast<std::size_t>(steps));
    // W as a matrix over the normals of the nodes.
    const auto n = static_cast<std::size_t>(steps);
    std::vector<std::vector<double>> w(n + 1, std::vector<double>(n, 0.0));
    std::vector<bool> known(n + 1);
    known[0] = true;
    for (std::size_t i = 0; i < n; ++i) {
      const BridgeNode& node = nodes[i];
      const auto at = static_cast<std::size_t>(node.at);
      ASSERT_TRUE(known[static_cast<std::size_t>(node.left)]);
      ASSERT_TRUE(i == 0 || known[static_cast<std::size_t>(node.right)]);
      ASSERT_FALSE(known[at]);
      for (std::size_t z = 0; z < n; ++z) {
        w[at][z] = node.left_weight * w[static_cast<std::size_t>(node.left)][z];
        if (i > 0) w[at][z] += node.right_weight * w[static_cast<std::size_t>(node.right)][z];
      }
      w[at][i] += node.stdev;
      known[at] = true;
    }
    for (std::size_t a = 0; a <= n; ++a)
      for (std::size_t b = 0; b <= n; ++b) {
        double sum = 0;
        for (std::size_t z = 0; z < n; ++z) sum += w[a][z] * w[b][z];
        ASSERT_NEAR(sum, static_cast<double>(std::min(a, b)), 1e-12 * steps);
      }
  }
}

TEST(BrownianBridge, RowsFollowItsNodes) {
  constexpr int kSteps = 13;
  const auto nodes = brownian_bridge(kSteps);
  AlignedDoubles rows((kSteps + 1) * kSobolGroup), z(kSobolGroup);
  std::vector<double> w(kSteps + 1, 0.0);  // of path 5
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t p = 0; p < kSobolGroup; ++p)
      z.get()[p] = std::sin(static_cast<double>(p + 100 * i));
    bridge_row(nodes[i], z.get(), rows.get());
    const auto at = [&](int k) { return w[static_cast<std::size_t>(k)]; };
    w[static_cast<std::size_t>(nodes[i].at)] =
        nodes[i].left_weight * at(nodes[i].left) +
        (i == 0 ? 0.0 : nodes[i].right_weight * at(nodes[i].right)) + nodes[i].stdev * z.get()[5];
  }
  increment_rows(kSteps, rows.get());
  for (std::size_t k = 1; k <= kSteps; ++k)
    EXPECT_NEAR(rows.get()[k * kSobolGroup + 5], w[k] - w[k - 1], 1e-14);
}

TEST(SobolPoints, RefusesWhatItCannotDraw) {
  EXPECT_THROW(SobolPoints(1, 96, 2), std::invalid_argument);
  EXPECT_THROW(SobolPoints(1, 32, 2), std::invalid_argument);
  EXPECT_THROW(SobolPoints(1, 64, 0), std::invalid_argument);
  EXPECT_THROW(SobolPoints(1, 64, kSobolDimensions + 1), std::invalid_argument);
}

}  // namespace
}  // namespace lien::engine
