// Every lane of the vector functions, on every instruction set this CPU has, against the scalar
// functions bit for bit. No precompiled header: foreach_target.h includes this file repeatedly.
#include <cstddef>
#include <cstdint>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/engine/elementary_lanes_test.cpp"
#include "hwy/foreach_target.h"
// After foreach_target.h, which must come first.
#include "engine/kernels/elementary-inl.h"
#include "engine/kernels/random_rows-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;
using Doubles = hn::CappedTag<double, 8>;
using Vector = hn::Vec<Doubles>;

template <class Function>
void Apply(const Function& function, const std::vector<double>& x, std::vector<double>& y) {
  const Doubles d;
  for (std::size_t i = 0; i < x.size(); i += hn::Lanes(d)) {
    hn::StoreU(function(d, hn::LoadU(d, x.data() + i)), d, y.data() + i);
  }
}

void ApplyExp(const std::vector<double>& x, std::vector<double>& y) {
  Apply([](Doubles d, Vector v) HWY_ATTR { return Exp(d, v); }, x, y);
}

void ApplyLog(const std::vector<double>& x, std::vector<double>& y) {
  Apply([](Doubles d, Vector v) HWY_ATTR { return Log(d, v); }, x, y);
}

void ApplyDensity(const std::vector<double>& x, std::vector<double>& y) {
  Apply([](Doubles d, Vector v) HWY_ATTR { return NormalDensity(d, v); }, x, y);
}

void ApplyCdf(const std::vector<double>& x, std::vector<double>& y) {
  Apply([](Doubles d, Vector v) HWY_ATTR { return NormalCdf(d, v); }, x, y);
}

void ApplySine(const std::vector<double>& x, std::vector<double>& y) {
  Apply(
      [](Doubles d, Vector v) HWY_ATTR {
        Vector sine, cosine;
        SinCosTwoPi(d, v, sine, cosine);
        return sine;
      },
      x, y);
}

void ApplyCosine(const std::vector<double>& x, std::vector<double>& y) {
  Apply(
      [](Doubles d, Vector v) HWY_ATTR {
        Vector sine, cosine;
        SinCosTwoPi(d, v, sine, cosine);
        return cosine;
      },
      x, y);
}

void ApplyBlackCall(const std::vector<double>& k, const std::vector<double>& v,
                    std::vector<double>& call) {
  const Doubles d;
  for (std::size_t i = 0; i < k.size(); i += hn::Lanes(d)) {
    const Vector price = BlackCall(d, hn::LoadU(d, k.data() + i), hn::LoadU(d, v.data() + i));
    hn::StoreU(price, d, call.data() + i);
  }
}

// Radius of one Box-Muller word and the long uniform of a pair of equal words.
void ApplyWord(std::uint32_t word, double& radius, double& uniform) {
  const Doubles d;
  const auto all = hn::Set(hn::RebindToUnsigned<Doubles>(), std::uint64_t{word});
  const Kept<hn::RebindToUnsigned<Doubles>> words[1] = {all};
  Kept<Doubles> radii[1];
  BoxMullerRadius<QuotientBy::newton>(d, words, radii);
  radius = hn::GetLane(Vector(radii[0]));
  uniform = hn::GetLane(LongUniform(d, all, all));
}

// How many of the quotients that BoxMullerRadius takes by multiply-adds for `count` words, stride
// apart, are not the divider's.
std::uint64_t DifferentQuotients(std::uint64_t stride, std::uint64_t count) {
  const Doubles d;
  const hn::RebindToUnsigned<Doubles> du;
  const std::uint64_t lanes = hn::Lanes(d);
  std::uint64_t different = 0;
  for (std::uint64_t i = 0; i < count; i += lanes) {
    alignas(64) std::uint64_t words[8];
    for (std::uint64_t lane = 0; lane < lanes; ++lane)
      words[lane] = ((i + lane) * stride) & 0xffffffff;
    Vector exponent;
    const Vector f = ReduceLog(d, HalfUniform(d, hn::Load(du, words)), exponent);
    const Vector below = hn::Add(f, hn::Set(d, 2.0));
    const Vector quotient = RadiusQuotient<QuotientBy::newton>(d, f, below);
    different += lanes - hn::CountTrue(d, hn::Eq(quotient, hn::Div(f, below)));
  }
  return different;
}

}  // namespace
}  // namespace lien::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>

#include "engine/elementary/elementary.hpp"
#include "engine/kernels/instruction_set.hpp"

namespace lien::engine {
namespace {
HWY_EXPORT(ApplyExp);
HWY_EXPORT(ApplyLog);
HWY_EXPORT(ApplyDensity);
HWY_EXPORT(ApplyCdf);
HWY_EXPORT(ApplySine);
HWY_EXPORT(ApplyCosine);
HWY_EXPORT(ApplyBlackCall);
HWY_EXPORT(ApplyWord);
HWY_EXPORT(DifferentQuotients);

constexpr std::size_t kArguments = 1 << 20;

// Runs test on each instruction set in turn and says which the CPU lacks.
template <class Test>
void on_every_instruction_set(const Test& test) {
  choose_instruction_set();
  const std::string best = instruction_set();
  test();
  for (const char* name : {"avx2", "avx512"}) {
    if (name == best) continue;
    if (force_instruction_set(name)) {
      SCOPED_TRACE(name);
      test();
    } else {
      std::printf("[  NOTICE  ] not tested on %s: this CPU lacks it\n", name);
    }
  }
  choose_instruction_set();
}

std::vector<double> uniform_arguments(double low, double high) {
  std::mt19937_64 bits(2024);
  std::vector<double> x(kArguments);
  for (double& value : x) {
    value = low + (high - low) * (static_cast<double>(bits() >> 11) * 0x1p-53);
  }
  return x;
}

template <class Lanes, class Scalar>
void expect_equal_bits(const Lanes& lanes, const Scalar& scalar, const std::vector<double>& x) {
  on_every_instruction_set([&] {
    std::vector<double> y(x.size());
    lanes(x, y);
    std::size_t different = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      different += std::bit_cast<std::uint64_t>(y[i]) != std::bit_cast<std::uint64_t>(scalar(x[i]));
    }
    EXPECT_EQ(different, 0u);
  });
}

TEST(ElementaryLanes, EqualTheScalarFunctionsBitForBit) {
  const auto exp_lanes = [](const auto& x, auto& y) { HWY_DYNAMIC_DISPATCH(ApplyExp)(x, y); };
  const auto log_lanes = [](const auto& x, auto& y) { HWY_DYNAMIC_DISPATCH(ApplyLog)(x, y); };
  const auto density = [](const auto& x, auto& y) { HWY_DYNAMIC_DISPATCH(ApplyDensity)(x, y); };
  const auto cdf = [](const auto& x, auto& y) { HWY_DYNAMIC_DISPATCH(ApplyCdf)(x, y); };
  const auto sine = [](const auto& x, auto& y) { HWY_DYNAMIC_DISPATCH(ApplySine)(x, y); };
  const auto cosine = [](const auto& x, auto& y) { HWY_DYNAMIC_DISPATCH(ApplyCosine)(x, y); };
  expect_equal_bits(exp_lanes, engine::exp, uniform_arguments(-708.0, 709.0));
  expect_equal_bits(exp_lanes, engine::exp, uniform_arguments(-1.0, 1.0));
  expect_equal_bits(log_lanes, engine::log, uniform_arguments(1e-300, 4.0));
  expect_equal_bits(log_lanes, engine::log, uniform_arguments(1.0, 1e12));
  expect_equal_bits(density, engine::normal_density, uniform_arguments(-37.0, 37.0));
  expect_equal_bits(cdf, engine::normal_cdf, uniform_arguments(-37.0, 10.0));
  const auto turns = uniform_arguments(-3.0, 3.0);
  expect_equal_bits(
      sine, [](double t) { return sin_cos_two_pi(t).first; }, turns);
  expect_equal_bits(
      cosine, [](double t) { return sin_cos_two_pi(t).second; }, turns);
}

TEST(ElementaryLanes, ExpIsClampedAtTheEnds) {
  std::vector<double> x = {-1e9, -709.0, -708.0, 0.0, 1.0, 709.0, 710.0, 1e9}, y(8);
  HWY_DYNAMIC_DISPATCH(ApplyExp)(x, y);
  EXPECT_EQ(y[0], engine::exp(-708.0));
  EXPECT_EQ(y[1], engine::exp(-708.0));
  EXPECT_EQ(y[6], engine::exp(709.0));
  EXPECT_EQ(y[7], engine::exp(709.0));
}

// Oracle: the scalar black_call, itself tested against quadrature in elementary_test.cpp, which
// shares neither the Mills ratio nor the arrangement.
TEST(ElementaryLanes, BlackCallIsWithinItsPromisedError) {
  std::vector<double> k = uniform_arguments(-6.0, 6.0), v = uniform_arguments(-1.0, 1.0);
  std::reverse(v.begin(), v.end());  // not the order of k
  for (double& value : v) value = value < -0.99 ? 0.0 : engine::exp(7.0 * value - 4.0);
  // The corners that divide by little: the strike itself, no variance, both; and strikes a few
  // 1e-15 away without variance, where the difference of two equal Mills ratios is rounding.
  for (std::size_t i = 0; i < 4096; ++i) {
    k[i] = i < 32 ? 0.0 : (i < 48 ? 600.0 : (i < 64 ? -600.0 : -1e-17 * static_cast<double>(i)));
    v[i] = i % 2 == 0 || i >= 64 ? 0.0 : v[i];
  }
  on_every_instruction_set([&] {
    std::vector<double> call(kArguments);
    HWY_DYNAMIC_DISPATCH(ApplyBlackCall)(k, v, call);
    double worst = 0.0, below_intrinsic = 0.0;
    for (std::size_t i = 0; i < kArguments; ++i) {
      const double scale = std::max(1.0, engine::exp(k[i]));
      worst = std::max(worst, std::abs(call[i] - engine::black_call(k[i], v[i])) / scale);
      below_intrinsic = std::max(below_intrinsic, -call[i]);
    }
    EXPECT_LE(worst, 4e-11);
    EXPECT_EQ(below_intrinsic, 0.0);
  });
}

TEST(RandomLanes, UniformsAndRadiiNeverReachTheirEnds) {
  on_every_instruction_set([] {
    double radius, uniform;
    HWY_DYNAMIC_DISPATCH(ApplyWord)(0, radius, uniform);
    EXPECT_EQ(uniform, 0x1p-53);
    // sqrt(-2 ln 2^-33) = sqrt(66 ln 2), the largest normal; mpmath 1.2, 40 digits.
    EXPECT_NEAR(radius, 6.7637056350018952035, 1e-11);
    HWY_DYNAMIC_DISPATCH(ApplyWord)(0xffffffff, radius, uniform);
    EXPECT_EQ(uniform, 1.0 - 0x1p-53);
    // sqrt(-2 ln(1 - 2^-33)); mpmath 1.2, 40 digits.
    EXPECT_NEAR(radius / 0.00001525878906294408921, 1.0, 1e-11);
  });
}

// 2^21 words over their whole range; the divider is the reference.
TEST(RandomLanes, QuotientsOfTheRadiusAreTheDividers) {
  on_every_instruction_set(
      [] { EXPECT_EQ(HWY_DYNAMIC_DISPATCH(DifferentQuotients)(2047, 1 << 21), 0u); });
}

// All 2^32, ten seconds: --gtest_also_run_disabled_tests, after a change of RadiusQuotient.
TEST(RandomLanes, DISABLED_AllQuotientsOfTheRadiusAreTheDividers) {
  on_every_instruction_set(
      [] { EXPECT_EQ(HWY_DYNAMIC_DISPATCH(DifferentQuotients)(1, std::uint64_t{1} << 32), 0u); });
}

}  // namespace
}  // namespace lien::engine
#endif  // HWY_ONCE
