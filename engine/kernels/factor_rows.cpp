#include "engine/kernels/factor_rows.hpp"

#include "engine/elementary/elementary.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/factor_rows.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/elementary-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;

void AdvanceFactors(const FactorPlan& plan, const double* const* normals, const FactorRow& from,
                    const FactorRow& to, std::size_t paths) {
  const Tag d;
  const auto& c = plan.cholesky;
  const auto set = [d](double x) HWY_ATTR { return hn::Set(d, x); };
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto z0 = hn::Load(d, normals[0] + p), z1 = hn::Load(d, normals[1] + p);
    const auto z2 = hn::Load(d, normals[2] + p), z3 = hn::Load(d, normals[3] + p);
    const auto rate = hn::Load(d, from.rate + p);
    const auto scarcity = hn::MulAdd(set(plan.scarcity_decay), hn::Load(d, from.scarcity + p),
                                     set(plan.scarcity_drift));
    hn::Store(hn::MulAdd(set(c[0]), z0, scarcity), d, to.scarcity + p);
    const auto frontier = hn::Add(hn::Load(d, from.frontier + p), set(plan.frontier_drift));
    hn::Store(hn::MulAdd(set(c[5]), z1, hn::MulAdd(set(c[4]), z0, frontier)), d, to.frontier + p);
    const auto noise2 =
        hn::MulAdd(set(c[10]), z2, hn::MulAdd(set(c[9]), z1, hn::Mul(set(c[8]), z0)));
    hn::Store(hn::MulAdd(set(plan.rate_decay), rate, noise2), d, to.rate + p);
    const auto noise3 =
        hn::MulAdd(set(c[15]), z3,
                   hn::MulAdd(set(c[14]), z2, hn::MulAdd(set(c[13]), z1, hn::Mul(set(c[12]), z0))));
    const auto integral =
        hn::MulAdd(set(plan.rate_integral_loading), rate, hn::Load(d, from.integral + p));
    hn::Store(hn::Add(integral, noise3), d, to.integral + p);
  }
}

void AdvanceNoise(const NoisePlan& noise, const double* normal, const double* from, double* to,
                  std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto kept = hn::Mul(hn::Set(d, noise.decay), hn::Load(d, from + p));
    hn::Store(hn::MulAdd(hn::Set(d, noise.stdev), hn::Load(d, normal + p), kept), d, to + p);
  }
}

void AddShock(double loading, const double* normal, double* to, std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d))
    hn::Store(hn::MulAdd(hn::Set(d, loading), hn::Load(d, normal + p), hn::Load(d, to + p)), d,
              to + p);
}

// Value of the table at z: the piece by the bits of a rounded sum, its polynomial by gathers.
template <class D, class V>
V GapTableValue(D d, const GapTable& table, V z) {
  const hn::RebindToSigned<D> di;
  const auto pieces = static_cast<double>(table.pieces);
  auto t = hn::Mul(hn::Sub(z, hn::Set(d, table.start)), hn::Set(d, table.per_width));
  t = hn::Min(hn::Max(t, hn::Zero(d)), hn::Set(d, pieces - 0.25));
  const auto magic = hn::Set(d, kRoundMagic), half = hn::Set(d, 0.5);
  const auto shifted = hn::Add(hn::Sub(t, half), magic);
  const auto piece = hn::And(hn::BitCast(di, shifted), hn::Set(di, std::int64_t{0xffff}));
  const auto middle = hn::Add(hn::Sub(shifted, magic), half);
  const auto x = hn::Mul(hn::Sub(t, middle), hn::Set(d, 2.0));
  const double* row = table.coefficients.data() + table.degree * table.pieces;
  auto value = hn::GatherIndex(d, row, piece);
  for (int i = 0; i < table.degree; ++i) {
    row -= table.pieces;
    value = hn::MulAdd(value, x, hn::GatherIndex(d, row, piece));
  }
  return value;
}

void GammaTimes(const LaunchLinePlan& line, bool first, const double* uniform, const double* clock,
                double* time, std::size_t paths) {
  const Tag d;
  const double age = first ? line.process.age_years : 0.0;
  const auto elapsed = hn::Set(d, age > 0 ? line.gaps.age_hazard : 0.0);
  const auto share = hn::Set(d, -1.0 / line.process.hazard_multiple);
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto hazard = hn::MulAdd(share, Log(d, hn::Load(d, uniform + p)), elapsed);
    const auto x = Exp(d, GapTableValue(d, line.gaps, Log(d, hazard)));
    const auto gap = hn::Sub(hn::Mul(hn::Set(d, line.process.scale_years), x), hn::Set(d, age));
    hn::Store(hn::Add(hn::Load(d, clock + p), hn::Max(gap, hn::Zero(d))), d, time + p);
  }
}

void RenewalTimes(const LaunchLinePlan& line, bool first, const double* uniform,
                  const double* clock, double* time, std::size_t paths) {
  if (line.process.law == RenewalLaw::gamma)
    return GammaTimes(line, first, uniform, clock, time, paths);
  const Tag d;
  const LaunchProcess& process = line.process;
  const bool weibull = process.law == RenewalLaw::weibull;
  const double k = weibull ? process.shape : 1.0;
  const double age = first && weibull ? process.age_years : 0.0;
  const double elapsed = age > 0 ? lien::engine::pow(age / process.scale_years, k) : 0.0;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto hazard =
        hn::Sub(hn::Set(d, elapsed), Log(d, hn::Load(d, uniform + p)));  // > 0: uniform < 1
    auto gap = hazard;
    if (weibull) gap = Exp(d, hn::Mul(hn::Set(d, 1.0 / k), Log(d, hazard)));
    gap = hn::Sub(hn::Mul(hn::Set(d, process.scale_years), gap), hn::Set(d, age));
    // The conditioned gap cancels to a tiny negative at worst.
    gap = hn::Max(gap, hn::Zero(d));
    hn::Store(hn::Add(hn::Load(d, clock + p), gap), d, time + p);
  }
}

void ScheduledTimes(double announced_years, double slip_years, const double* uniform, double* time,
                    std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto slip = hn::Mul(hn::Set(d, -slip_years), Log(d, hn::Load(d, uniform + p)));
    hn::Store(hn::Add(hn::Set(d, announced_years), slip), d, time + p);
  }
}

void LaunchDrops(const LaunchProcess& process, double dt_years, const double* normal,
                 const double* time, double* drop, double* step, double* arriving,
                 std::size_t paths) {
  const Tag d;
  const auto per_year = hn::Set(d, static_cast<double>(static_cast<long>(1.0 / dt_years + 0.5)));
  const bool recursive = process.ramp == RampShape::exponential && process.ramp_years > 0;
  const auto speed = hn::Set(d, recursive ? 1.0 / process.ramp_years : 0.0);
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto t = hn::Load(d, time + p);
    const auto size = hn::MulAdd(hn::Set(d, process.drop_stdev), hn::Load(d, normal + p),
                                 hn::Set(d, process.drop_mean));
    const auto k = hn::Max(hn::Ceil(hn::Mul(t, per_year)), hn::Set(d, 1.0));
    const auto age = hn::Sub(hn::Div(k, per_year), t);
    const auto decayed = hn::Mul(size, Exp(d, hn::Neg(hn::Mul(speed, hn::Max(age, hn::Zero(d))))));
    hn::Store(size, d, drop + p);
    hn::Store(k, d, step + p);
    hn::Store(recursive ? decayed : hn::Zero(d), d, arriving + p);
  }
}

// 1 - F(age), age >= 0.
template <class D, class V>
V RampRemaining(D d, const LaunchProcess& process, V age) {
  const auto one = hn::Set(d, 1.0);
  if (process.ramp == RampShape::linear)
    return hn::Max(hn::NegMulAdd(hn::Set(d, 1.0 / process.ramp_years), age, one), hn::Zero(d));
  const auto ratio = hn::Set(d, process.imitation / process.innovation);
  const auto left = Exp(d, hn::Mul(hn::Set(d, -(process.innovation + process.imitation)), age));
  return hn::Div(hn::MulAdd(ratio, left, left), hn::MulAdd(ratio, left, one));
}

void SpreadRamp(const LaunchProcess& process, double dt_years, int steps, const double* time,
                const double* drop, const double* step, double* pipeline, std::size_t paths) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  const auto per_year = hn::Set(d, static_cast<double>(static_cast<long>(1.0 / dt_years + 0.5)));
  for (std::size_t p = 0; p < paths; p += lanes) {
    double first = step[p];
    for (std::size_t i = 1; i < lanes; ++i) first = HWY_MIN(first, step[p + i]);
    const auto launched = hn::Load(d, step + p), t = hn::Load(d, time + p);
    const auto size = hn::Load(d, drop + p);
    for (double k = first; k <= steps; ++k) {
      const auto now = hn::Set(d, k);
      const auto age = hn::Max(hn::Sub(hn::Div(now, per_year), t), hn::Zero(d));
      const auto left = hn::Mul(size, RampRemaining(d, process, age));
      double* const row = pipeline + static_cast<std::size_t>(k) * paths + p;
      const auto more = hn::IfThenElseZero(hn::Ge(now, launched), left);
      hn::Store(hn::Add(hn::Load(d, row), more), d, row);
    }
  }
}

}  // namespace lien::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::engine {
HWY_EXPORT(AdvanceFactors);
HWY_EXPORT(AdvanceNoise);
HWY_EXPORT(AddShock);
HWY_EXPORT(RenewalTimes);
HWY_EXPORT(ScheduledTimes);
HWY_EXPORT(LaunchDrops);
HWY_EXPORT(SpreadRamp);

void advance_factors(const FactorPlan& plan, const double* const normals[4], const FactorRow& from,
                     const FactorRow& to, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(AdvanceFactors)(plan, normals, from, to, paths);
}
void advance_noise(const NoisePlan& noise, const double* normal, const double* from, double* to,
                   std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(AdvanceNoise)(noise, normal, from, to, paths);
}
void add_shock(double loading, const double* normal, double* to, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(AddShock)(loading, normal, to, paths);
}
void spread_ramp(const LaunchProcess& process, double dt_years, int steps, const double* time,
                 const double* drop, const double* step, double* pipeline,
                 std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(SpreadRamp)
  (process, dt_years, steps, time, drop, step, pipeline, paths);
}
void renewal_times(const LaunchLinePlan& line, bool first, const double* uniform,
                   const double* clock, double* time, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(RenewalTimes)(line, first, uniform, clock, time, paths);
}
void scheduled_times(double announced_years, double slip_years, const double* uniform, double* time,
                     std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(ScheduledTimes)(announced_years, slip_years, uniform, time, paths);
}
void launch_drops(const LaunchProcess& process, double dt_years, const double* normal,
                  const double* time, double* drop, double* step, double* arriving,
                  std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(LaunchDrops)
  (process, dt_years, normal, time, drop, step, arriving, paths);
}
}  // namespace lien::engine
#endif
