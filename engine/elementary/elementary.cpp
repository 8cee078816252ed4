#include "engine/elementary/elementary.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "engine/kernels/elementary-inl.h"

// Compiled once, for the baseline instruction set: one lane of the vector functions, with fused
// multiply-add in hardware. The functions of this block are reached through the wrappers at the
// end.
HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace {

using OneLane = hn::CappedTag<double, 1>;
using Lane = hn::Vec<OneLane>;
constexpr OneLane kLane;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

HWY_INLINE Lane lane(double x) { return hn::Set(kLane, x); }
HWY_INLINE double value(Lane x) { return hn::GetLane(x); }

// 2^n for -1022 <= n <= 1023.
double power_of_two(int n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

double ScalarExp(double x) {
  if (x >= -708.0 && x <= 709.0) return value(Exp(kLane, lane(x)));
  if (std::isnan(x)) return x;
  if (x > 709.782712893384) return kInfinity;
  if (x < -745.2) return 0.0;
  // At the ends the exponent is applied in two halves: one rounding, into infinity or subnormals.
  Lane shifted;
  const double r_expm1 = value(ReduceExp(kLane, lane(x), shifted));
  const int n = static_cast<int>(value(shifted) - kRoundMagic);
  return (1.0 + r_expm1) * power_of_two(n / 2) * power_of_two(n - n / 2);
}

double ScalarExpm1(double x) {
  if (!(x < 700.0)) return ScalarExp(x);
  if (x < -40.0) return -1.0;
  Lane shifted;
  const double r_expm1 = value(ReduceExp(kLane, lane(x), shifted));
  const int n = static_cast<int>(value(shifted) - kRoundMagic);
  if (n == 0) return r_expm1;
  const double scale = power_of_two(n);
  return std::fma(scale, r_expm1, scale - 1.0);
}

// ReduceLog for any finite x > 0, subnormal or not.
Lane reduce_positive(double x, Lane& exponent) {
  const bool tiny = x < std::numeric_limits<double>::min();
  const Lane f = ReduceLog(kLane, lane(tiny ? x * 0x1p54 : x), exponent);
  if (tiny) exponent = hn::Sub(exponent, lane(54.0));
  return f;
}

double ScalarLog(double x) {
  if (!(x > 0.0)) return x == 0.0 ? -kInfinity : kNaN;
  if (x == kInfinity) return x;
  Lane exponent;
  const Lane f = reduce_positive(x, exponent);
  return value(LogOfReduced(kLane, exponent, f, lane(0.0)));
}

double ScalarLog1p(double x) {
  if (!(x > -1.0)) return x == -1.0 ? -kInfinity : kNaN;
  if (x == kInfinity) return x;
  if (x > -0.29 && x < 0.41) return value(LogOfReduced(kLane, lane(0.0), lane(x), lane(0.0)));
  const double sum = 1.0 + x;
  const double lost = x >= 1.0 ? 1.0 - (sum - x) : x - (sum - 1.0);  // exact
  Lane exponent;
  const Lane f = ReduceLog(kLane, lane(sum), exponent);
  return value(LogOfReduced(kLane, exponent, f, lane(lost / sum)));
}

// ln x as an unevaluated sum, relative error about 2^-60: pow multiplies it by up to 700.
struct DoubleDouble {
  double high, low;
};

DoubleDouble extended_log(double x) {
  Lane exponent_lane;
  const double f = value(reduce_positive(x, exponent_lane)), exponent = value(exponent_lane);
  // s = f / (2 + f) with its rounding error; ln(1 + f) = 2 s + s z R(z) / z, z = s^2 <= 0.03.
  const double t = 2.0 + f, t_lost = f - (t - 2.0);
  const double s = f / t;
  const double s_lost = std::fma(-s, t_lost, std::fma(-s, t, f)) / t;
  const Lane z = lane(s * s);
  const double series = value(hn::Mul(lane(s), hn::Mul(z, LogSeries(kLane, z))));
  const double a = exponent * kLn2High, b = 2.0 * s;  // a is exact
  const double sum = a + b, b_part = sum - a;
  const double lost = (a - (sum - b_part)) + (b - b_part);
  const double low = lost + std::fma(exponent, kLn2Low, std::fma(2.0, s_lost, series));
  const double high = sum + low;
  return {high, (sum - high) + low};
}

double ScalarPow(double x, double y) {
  if (y == 0.0 || x == 1.0) return 1.0;
  if (std::isnan(x) || std::isnan(y) || x < 0.0) return kNaN;
  if (x == 0.0) return y > 0.0 ? 0.0 : kInfinity;
  if (x == kInfinity) return y > 0.0 ? kInfinity : 0.0;
  const DoubleDouble log_x = extended_log(x);
  const double exponent = y * log_x.high;
  const double power = ScalarExp(exponent);
  if (!(std::abs(exponent) < 746.0) || std::isinf(power)) return power;
  const double lost = std::fma(y, log_x.high, -exponent) + y * log_x.low;
  return std::fma(power, lost, power);
}

// ln Gamma(1 + z), 0 <= z <= 1, as z (z - 1) g(z - 1/2): both zeros are factors, so the relative
// error stays small beside them. Polynomial of degree 22, relative error of g 1e-17.
double log_gamma_of_one_plus(double z) {
  static constexpr double kCoefficient[] = {
      0x1.eeb95b094c191p-2,  -0x1.2aed059bd608ap-3,  0x1.01af62a2929e8p-4,  -0x1.007aa83cee106p-5,
      0x1.1334235278e97p-6,  -0x1.34dbda14a534ep-7,  0x1.64f066526297dp-8,  -0x1.a5035229e81b4p-9,
      0x1.f814b7a8ea944p-10, -0x1.313e8bbbf0a5cp-10, 0x1.750aeafce189cp-11, -0x1.cb449093f4d2bp-12,
      0x1.1c73d7bb3879ap-12, -0x1.624418c291d11p-13, 0x1.bb1b2f70eda70p-14, -0x1.153682ea04d6ap-14,
      0x1.5d42c628edbecp-15, -0x1.caf7091c01f9bp-16, 0x1.22f60ff768e29p-16, -0x1.0f1aa0b730e2ep-17,
      0x1.5841c8f950e54p-18, -0x1.0b7547cbef874p-17, 0x1.5690ac55f96fcp-18};
  const Lane u = lane(z - 0.5);
  return z * (z - 1.0) * value(Polynomial(kLane, u, hn::Mul(u, u), kCoefficient));
}

// Stirling's series: ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi) / 2, x >= 8. Error 1e-16.
// Source: Abramowitz and Stegun 6.1.41; coefficients B_2n / (2n (2n - 1)).
double stirling_series(double x) {
  static constexpr double kCoefficient[] = {
      0.08333333333333333,   -0.002777777777777778,  0.0007936507936507937, -0.0005952380952380953,
      0.0008417508417508417, -0.0019175269175269176, 0.00641025641025641,   -0.029550653594771242};
  const double inverse = 1.0 / x, z = inverse * inverse;
  return inverse * value(Polynomial(kLane, lane(z), lane(z * z), kCoefficient));
}

double ScalarLogGamma(double x) {
  if (!(x > 0.0)) return x == 0.0 ? kInfinity : kNaN;
  if (x == kInfinity) return x;
  if (x <= 1.0) return log_gamma_of_one_plus(x) - ScalarLog(x);
  if (x >= 8.0) {
    constexpr double half_log_two_pi = 0x1.d67f1c864beb5p-1;
    return (x - 0.5) * (ScalarLog(x) - 1.0) - 0.5 + half_log_two_pi + stirling_series(x);
  }
  double product = 1.0;
  for (; x > 2.0; product *= x) x -= 1.0;  // exact
  return log_gamma_of_one_plus(x - 1.0) + ScalarLog(product);
}

double ScalarGamma(double x) {
  if (!(x > 0.0)) return x == 0.0 ? kInfinity : kNaN;
  if (x > 171.7) return kInfinity;
  if (x <= 1.0) return ScalarExp(log_gamma_of_one_plus(x)) / x;
  double product = 1.0;
  for (; x > 2.0; product *= x) x -= 1.0;  // exact
  return ScalarExp(log_gamma_of_one_plus(x - 1.0)) * product;
}

double ScalarNormalDensity(double x) {
  return std::abs(x) < 37.6 ? value(NormalDensity(kLane, lane(x))) : x * 0.0;
}

double ScalarNormalCdf(double x) {
  if (std::isnan(x)) return x;
  if (x < -37.5) return 0.0;
  return value(NormalCdf(kLane, lane(x)));
}

double ratio(double x, const std::array<double, 8>& numerator,
             const std::array<double, 8>& denominator) {
  double above = numerator[7], below = denominator[7];
  for (std::size_t i = 7; i-- > 0;) {
    above = std::fma(above, x, numerator[i]);
    below = std::fma(below, x, denominator[i]);
  }
  return above / below;
}

double ScalarInverseNormal(double p) {
  static constexpr std::array<double, 8> a = {3.3871328727963666080e0, 1.3314166789178437745e2,
                                              1.9715909503065514427e3, 1.3731693765509461125e4,
                                              4.5921953931549871457e4, 6.7265770927008700853e4,
                                              3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr std::array<double, 8> b = {1.0,
                                              4.2313330701600911252e1,
                                              6.8718700749205790830e2,
                                              5.3941960214247511077e3,
                                              2.1213794301586595867e4,
                                              3.9307895800092710610e4,
                                              2.8729085735721942674e4,
                                              5.2264952788528545610e3};
  static constexpr std::array<double, 8> c = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                              5.76949722146069140550e0,  3.64784832476320460504e0,
                                              1.27045825245236838258e0,  2.41780725177450611770e-1,
                                              2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr std::array<double, 8> e = {1.0,
                                              2.05319162663775882187e0,
                                              1.67638483018380384940e0,
                                              6.89767334985100004550e-1,
                                              1.48103976427480074590e-1,
                                              1.51986665636164571966e-2,
                                              5.47593808499534494600e-4,
                                              1.05075007164441684324e-9};
  static constexpr std::array<double, 8> f = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                              1.78482653991729133580e0,  2.96560571828504891230e-1,
                                              2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                              2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr std::array<double, 8> g = {1.0,
                                              5.99832206555887937690e-1,
                                              1.36929880922735805310e-1,
                                              1.48753612908506148525e-2,
                                              7.86869131145613259100e-4,
                                              1.84631831751005468180e-5,
                                              1.42151175831644588870e-7,
                                              2.04426310338993978564e-15};
  if (!(p > 0.0 && p < 1.0)) return p == 0.0 ? -kInfinity : p == 1.0 ? kInfinity : kNaN;
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) return q * ratio(std::fma(-q, q, 0.180625), a, b);
  const double r = std::sqrt(-ScalarLog(q < 0.0 ? p : 1.0 - p));
  const double x = r <= 5.0 ? ratio(r - 1.6, c, e) : ratio(r - 5.0, f, g);
  return q < 0.0 ? -x : x;
}

std::pair<double, double> ScalarSinCosTwoPi(double turns) {
  Lane sine, cosine;
  SinCosTwoPi(kLane, lane(turns), sine, cosine);
  return {value(sine), value(cosine)};
}

double ScalarBlackCall(double k, double v) {
  const double intrinsic = k > 0.0 ? ScalarExpm1(k) : 0.0;
  const double s = std::sqrt(v);
  if (!(s > 0.0)) return v == 0.0 ? intrinsic : kNaN;
  // The out-of-the-money side, whose terms are both small, then put-call parity.
  const double x = std::abs(k);
  const double time_value =
      ScalarExp(-x) * ScalarNormalCdf(-x / s + 0.5 * s) - ScalarNormalCdf(-x / s - 0.5 * s);
  return intrinsic + std::max(time_value, 0.0) * (k > 0.0 ? ScalarExp(k) : 1.0);
}

}  // namespace
}  // namespace lien::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

namespace lien::engine {
namespace one_lane = HWY_NAMESPACE;

double exp(double x) noexcept { return one_lane::ScalarExp(x); }
double expm1(double x) noexcept { return one_lane::ScalarExpm1(x); }
double log(double x) noexcept { return one_lane::ScalarLog(x); }
double log1p(double x) noexcept { return one_lane::ScalarLog1p(x); }
double pow(double x, double y) noexcept { return one_lane::ScalarPow(x, y); }
double log_gamma(double x) noexcept { return one_lane::ScalarLogGamma(x); }
double gamma_function(double x) noexcept { return one_lane::ScalarGamma(x); }
double normal_density(double x) noexcept { return one_lane::ScalarNormalDensity(x); }
double normal_cdf(double x) noexcept { return one_lane::ScalarNormalCdf(x); }
double inverse_normal(double p) noexcept { return one_lane::ScalarInverseNormal(p); }
std::pair<double, double> sin_cos_two_pi(double turns) noexcept {
  return one_lane::ScalarSinCosTwoPi(turns);
}
double black_call(double k, double v) noexcept { return one_lane::ScalarBlackCall(k, v); }

}  // namespace lien::engine
