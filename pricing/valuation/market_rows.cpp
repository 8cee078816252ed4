#include "pricing/valuation/market_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/market_rows.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/elementary-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace en = lien::engine::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;

void ExponentialRow(double factor, double loading, const double* row, double* out,
                    std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto e = en::Exp(d, hn::Mul(hn::Set(d, loading), hn::Load(d, row + p)));
    hn::Store(hn::Mul(hn::Set(d, factor), e), d, out + p);
  }
}

void QuotientRow(const double* numerator, const double* denominator, double* out,
                 std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d))
    hn::Store(hn::Div(hn::Load(d, numerator + p), hn::Load(d, denominator + p)), d, out + p);
}

void LogRentRow(double constant, double scarcity_loading, double frontier_loading,
                const double* scarcity, const double* frontier, double* log_rent,
                std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto moved =
        hn::MulAdd(hn::Set(d, scarcity_loading), hn::Load(d, scarcity + p), hn::Set(d, constant));
    hn::Store(hn::MulAdd(hn::Set(d, frontier_loading), hn::Load(d, frontier + p), moved), d,
              log_rent + p);
  }
}

void TakeLaunchesOff(double loading, const double* effect, double* log_rent, std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d))
    hn::Store(
        hn::NegMulAdd(hn::Set(d, loading), hn::Load(d, effect + p), hn::Load(d, log_rent + p)), d,
        log_rent + p);
}

void UtilizationRow(const HardwarePlan& hardware, const double* scarcity, const double* noise,
                    double* utilization, std::size_t paths) {
  const Tag d;
  const auto one = hn::Set(d, 1.0);
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    if (!hardware.utilization_moves) {
      hn::Store(hn::Set(d, hardware.utilization), d, utilization + p);
      continue;
    }
    auto logit = hn::MulAdd(hn::Set(d, hardware.logit_loading), hn::Load(d, scarcity + p),
                            hn::Set(d, hardware.logit_constant));
    if (noise != nullptr) logit = hn::Add(logit, hn::Load(d, noise + p));
    const auto share = hn::Div(one, hn::Add(one, en::Exp(d, hn::Neg(logit))));
    hn::Store(hn::MulAdd(hn::Set(d, hardware.utilization_max - hardware.utilization_min), share,
                         hn::Set(d, hardware.utilization_min)),
              d, utilization + p);
  }
}

void SpotRow(const double* utilization, const double* log_rent, double* spot, std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d))
    hn::Store(hn::Mul(hn::Load(d, utilization + p), en::Exp(d, hn::Load(d, log_rent + p))), d,
              spot + p);
}

void LogRow(const double* row, double* out, std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d))
    hn::Store(en::Log(d, hn::Max(hn::Load(d, row + p), hn::Set(d, 1e-300))), d, out + p);
}

void BinRow(const double* HWY_RESTRICT row, double low, double inverse_width, int most,
            std::int32_t* HWY_RESTRICT bins, std::size_t paths) {
  const Tag d;
  const hn::Rebind<std::int32_t, Tag> whole;
  const auto last = hn::Set(d, static_cast<double>(most));
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto bin =
        hn::Mul(hn::Sub(hn::Load(d, row + p), hn::Set(d, low)), hn::Set(d, inverse_width));
    const auto within = hn::Min(hn::Max(bin, hn::Zero(d)), last);
    hn::StoreU(hn::DemoteTo(whole, within), whole, bins + p);
  }
}

void PartyMonth(double log_hazard, double loading, double dt_years, double month,
                const double* scarcity_before, const double* clock, double* accumulated,
                double* survival, double* default_month, std::size_t paths) {
  const Tag d;
  const auto now = hn::Set(d, month);
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto exponent = hn::NegMulAdd(hn::Set(d, loading), hn::Load(d, scarcity_before + p),
                                        hn::Set(d, log_hazard));
    const auto total =
        hn::MulAdd(hn::Set(d, dt_years), en::Exp(d, exponent), hn::Load(d, accumulated + p));
    hn::Store(total, d, accumulated + p);
    hn::Store(en::Exp(d, hn::Neg(total)), d, survival + p);
    const auto before = hn::Load(d, default_month + p);
    const auto hit = hn::IfThenElse(hn::Gt(total, hn::Load(d, clock + p)), now, before);
    hn::Store(hn::Min(before, hit), d, default_month + p);
  }
}

void SampledSurvivalRow(double month, const double* default_month, double* survival,
                        std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d))
    hn::Store(hn::IfThenElseZero(hn::Gt(hn::Load(d, default_month + p), hn::Set(d, month)),
                                 hn::Set(d, 1.0)),
              d, survival + p);
}

void CountLivingRow(const double* uniform, const double* survival, double* living,
                    std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto lives = hn::Le(hn::Load(d, uniform + p), hn::Load(d, survival + p));
    hn::Store(hn::Add(hn::Load(d, living + p), hn::IfThenElseZero(lives, hn::Set(d, 1.0))), d,
              living + p);
  }
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(ExponentialRow);
HWY_EXPORT(QuotientRow);
HWY_EXPORT(LogRentRow);
HWY_EXPORT(TakeLaunchesOff);
HWY_EXPORT(UtilizationRow);
HWY_EXPORT(SpotRow);
HWY_EXPORT(LogRow);
HWY_EXPORT(BinRow);
HWY_EXPORT(PartyMonth);
HWY_EXPORT(SampledSurvivalRow);
HWY_EXPORT(CountLivingRow);

void exponential_row(double factor, double loading, const double* row, double* out,
                     std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(ExponentialRow)(factor, loading, row, out, paths);
}
void quotient_row(const double* numerator, const double* denominator, double* out,
                  std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(QuotientRow)(numerator, denominator, out, paths);
}
void log_rent_row(double constant, double scarcity_loading, double frontier_loading,
                  const double* scarcity, const double* frontier, double* log_rent,
                  std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(LogRentRow)
  (constant, scarcity_loading, frontier_loading, scarcity, frontier, log_rent, paths);
}
void take_launches_off(double loading, const double* effect, double* log_rent,
                       std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(TakeLaunchesOff)(loading, effect, log_rent, paths);
}
void utilization_row(const HardwarePlan& hardware, const double* scarcity, const double* noise,
                     double* utilization, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(UtilizationRow)(hardware, scarcity, noise, utilization, paths);
}
void spot_row(const double* utilization, const double* log_rent, double* spot,
              std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(SpotRow)(utilization, log_rent, spot, paths);
}
void log_row(const double* row, double* out, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(LogRow)(row, out, paths);
}
void bin_row(const double* row, double low, double inverse_width, int most, std::int32_t* bins,
             std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(BinRow)(row, low, inverse_width, most, bins, paths);
}
void party_month(double log_hazard, double loading, double dt_years, double month,
                 const double* scarcity_before, const double* clock, double* accumulated,
                 double* survival, double* default_month, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(PartyMonth)
  (log_hazard, loading, dt_years, month, scarcity_before, clock, accumulated, survival,
   default_month, paths);
}
void sampled_survival_row(double month, const double* default_month, double* survival,
                          std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(SampledSurvivalRow)(month, default_month, survival, paths);
}
void count_living_row(const double* uniform, const double* survival, double* living,
                      std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(CountLivingRow)(uniform, survival, living, paths);
}
}  // namespace lien::pricing
#endif
