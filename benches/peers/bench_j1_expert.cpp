// J1 as an expert writes it in an afternoon: structure of arrays in blocks that fit the cache,
// many xoshiro256+ streams side by side, Box-Muller, and the C library's vector functions.
// Built with g++ for x86-64 only: it leans on that compiler's vectoriser and on libmvec.
#include <benchmark/benchmark.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>

#include "benches/jobs/j1.hpp"
#include "benches/peers/j1_report.hpp"

// The C library offers its vector variants only under the flag that also gives up infinities and
// the order of operations. These declarations offer them without it.
extern "C" {
[[gnu::simd("notinbranch")]] double exp(double) noexcept;
[[gnu::simd("notinbranch")]] double log(double) noexcept;
[[gnu::simd("notinbranch")]] double sin(double) noexcept;
[[gnu::simd("notinbranch")]] double cos(double) noexcept;
}

namespace lien::benches {
namespace {

constexpr std::size_t kBlock = 512;                        // paths run together
constexpr std::size_t kStreams = 64;                       // generators side by side
constexpr std::size_t kPairs = kBlock * kJ1Factors / 2;    // Box-Muller pairs a month
constexpr std::size_t kTwoPasses = 2 * kPairs / kStreams;  // passes over the streams a month
static_assert(2 * kPairs % kStreams == 0);

struct Xoshiro {
  alignas(64) std::uint64_t s0[kStreams], s1[kStreams], s2[kStreams], s3[kStreams];
};

struct Block {
  Xoshiro words;
  alignas(64) double uniform[2 * kPairs];
  alignas(64) double normal[2 * kPairs];
  alignas(64) double x[kJ1Factors][kBlock];
  alignas(64) double price[kJ1Factors][kBlock];
  alignas(64) double income[kBlock];
};

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void seed_streams(Xoshiro& words, std::uint64_t seed) {
  for (std::size_t i = 0; i < kStreams; ++i) {
    words.s0[i] = splitmix(seed);
    words.s1[i] = splitmix(seed);
    words.s2[i] = splitmix(seed);
    words.s3[i] = splitmix(seed);
  }
}

// Fills `uniform` with numbers in (0, 1]: the top 52 bits of a word, and never a zero for the log.
[[gnu::always_inline]] inline void draw_uniforms(Block& b) {
  for (std::size_t pass = 0; pass < kTwoPasses; ++pass) {
    double* const out = b.uniform + pass * kStreams;
    for (std::size_t i = 0; i < kStreams; ++i) {
      const std::uint64_t word = b.words.s0[i] + b.words.s3[i];
      const std::uint64_t t = b.words.s1[i] << 17;
      b.words.s2[i] ^= b.words.s0[i];
      b.words.s3[i] ^= b.words.s1[i];
      b.words.s1[i] ^= b.words.s2[i];
      b.words.s0[i] ^= b.words.s3[i];
      b.words.s2[i] ^= t;
      b.words.s3[i] = std::rotl(b.words.s3[i], 45);
      out[i] = 2.0 - std::bit_cast<double>((word >> 12) | 0x3ff0000000000000u);
    }
  }
}

// Two loops for cosine and sine: in one, the compiler merges them into a call it cannot vectorise.
[[gnu::always_inline]] inline void draw_normals(Block& b) {
  draw_uniforms(b);
  double* const radius = b.uniform;
  double* const angle = b.uniform + kPairs;
  for (std::size_t i = 0; i < kPairs; ++i) radius[i] = std::sqrt(-2.0 * ::log(radius[i]));
  for (std::size_t i = 0; i < kPairs; ++i) angle[i] *= 2.0 * std::numbers::pi;
  for (std::size_t i = 0; i < kPairs; ++i) b.normal[i] = radius[i] * ::cos(angle[i]);
  for (std::size_t i = 0; i < kPairs; ++i) b.normal[kPairs + i] = radius[i] * ::sin(angle[i]);
}

[[gnu::target_clones("avx512f", "avx2", "default")]] void run_block(const J1Step& step, Block& b) {
  for (std::size_t p = 0; p < kBlock; ++p) b.income[p] = 0.0;
  for (std::size_t s = 0; s < kJ1Months; ++s) {
    draw_normals(b);
    const double* const z0 = b.normal;
    const double* const z1 = z0 + kBlock;
    const double* const z2 = z1 + kBlock;
    for (std::size_t p = 0; p < kBlock; ++p) {
      b.x[0][p] = step.decay[0] * b.x[0][p] + step.shift[0] + step.mixing[0][0] * z0[p];
      b.x[1][p] = step.decay[1] * b.x[1][p] + step.shift[1] + step.mixing[1][0] * z0[p] +
                  step.mixing[1][1] * z1[p];
      b.x[2][p] = step.decay[2] * b.x[2][p] + step.shift[2] + step.mixing[2][0] * z0[p] +
                  step.mixing[2][1] * z1[p] + step.mixing[2][2] * z2[p];
    }
    for (std::size_t f = 0; f < kJ1Factors; ++f) {
      for (std::size_t p = 0; p < kBlock; ++p) b.price[f][p] = ::exp(b.x[f][p]);
    }
    for (std::size_t p = 0; p < kBlock; ++p) {
      b.income[p] += kJ1RentWeight[0] * b.price[0][p] + kJ1RentWeight[1] * b.price[1][p] +
                     kJ1RentWeight[2] * b.price[2][p] - kJ1Cost;
    }
  }
}

J1Estimate expert(std::uint64_t seed) {
  const J1Step step = j1_step();
  const auto block = std::make_unique<Block>();
  seed_streams(block->words, seed);
  J1Totals totals;
  for (std::size_t first = 0; first < kJ1Paths; first += kBlock) {
    for (std::size_t f = 0; f < kJ1Factors; ++f) {
      for (double& x : block->x[f]) x = std::log(kJ1Start[f]);
    }
    run_block(step, *block);
    // The last block is run whole, since its arrays are, and counted in part.
    for (std::size_t p = 0; p < kBlock && first + p < kJ1Paths; ++p) {
      totals.add(block->income[p], kJ1EndWeight[0] * block->price[0][p] +
                                       kJ1EndWeight[1] * block->price[1][p] +
                                       kJ1EndWeight[2] * block->price[2][p]);
    }
  }
  return j1_estimate(totals);
}

void bench_expert(benchmark::State& state) {
  J1Estimate estimate{};
  for (auto _ : state) benchmark::DoNotOptimize(estimate = expert(20'260'932));
  report_j1(state, estimate);
}
BENCHMARK(bench_expert)->Name("J1/cpp_expert")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lien::benches
