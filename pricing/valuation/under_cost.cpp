#include "pricing/valuation/under_cost.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/under_cost.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;

void CountUnderCost(const double* HWY_RESTRICT spot, double cost, const double* factor,
                    double* HWY_RESTRICT ever, std::size_t paths, std::uint32_t* counts) {
  const Tag d;
  const auto limit = hn::Set(d, cost), one = hn::Set(d, 1.0), zero = hn::Zero(d);
  std::size_t now = 0, so_far = 0;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto here = factor == nullptr ? limit : hn::Mul(limit, hn::Load(d, factor + p));
    const auto under = hn::Lt(hn::Load(d, spot + p), here);
    const auto any = hn::Or(under, hn::Gt(hn::Load(d, ever + p), zero));
    hn::Store(hn::IfThenElseZero(any, one), d, ever + p);
    now += hn::CountTrue(d, under);
    so_far += hn::CountTrue(d, any);
  }
  counts[kUnderNow] += static_cast<std::uint32_t>(now);
  counts[kUnderEver] += static_cast<std::uint32_t>(so_far);
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(CountUnderCost);

void count_under_cost(const double* spot, double cost, const double* factor, double* ever,
                      std::size_t paths, std::uint32_t* counts) noexcept {
  HWY_DYNAMIC_DISPATCH(CountUnderCost)(spot, cost, factor, ever, paths, counts);
}
}  // namespace lien::pricing
#endif
