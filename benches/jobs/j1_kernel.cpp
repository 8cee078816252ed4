#include "benches/jobs/j1_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benches/jobs/j1_kernel.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/elementary-inl.h"
#include "engine/kernels/kept_vector-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::benches::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace en = lien::engine::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
using V = hn::Vec<Tag>;
using en::KeptVector;

HWY_INLINE V Num(double x) { return hn::Set(Tag(), x); }

// The state of one vector of paths.
struct State {
  KeptVector log_price[kJ1Factors];
  KeptVector income, end_value;
};

// One month. ShortExp: its relative error of 4e-12 moves the mean payoff by less than 1e-11, Monte
// Carlo by 0.03, and it saves three of the ten terms of Exp's series. In range: normals reach to
// 6.77 and the steps' deviations, decayed, add up to 4.2 at most, so no log price passes 29.
HWY_INLINE void Month(const J1Step& step, const KeptVector (&z)[kJ1Factors], State& s) {
  const Tag d;
  KeptVector price[kJ1Factors];
#pragma GCC unroll 3
  for (std::size_t i = 0; i < kJ1Factors; ++i) {
    V x = hn::MulAdd(Num(step.decay[i]), s.log_price[i], Num(step.shift[i]));
#pragma GCC unroll 3
    for (std::size_t j = 0; j <= i; ++j) x = hn::MulAdd(Num(step.mixing[i][j]), z[j], x);
    s.log_price[i] = x;
    price[i] = en::ShortExpInRange(d, x);
  }
  V net = Num(-kJ1Cost), end_value = hn::Zero(d);
#pragma GCC unroll 3
  for (std::size_t i = 0; i < kJ1Factors; ++i) {
    net = hn::MulAdd(Num(kJ1RentWeight[i]), price[i], net);
    end_value = hn::MulAdd(Num(kJ1EndWeight[i]), price[i], end_value);
  }
  s.income = hn::Add(s.income, net);
  s.end_value = end_value;
}

// Operations a path-step-factor, in vectors of doubles: 13 or so of steps and payoff and 17 of the
// exponential; beside them 43 of normal_rows. One vector at a time: the CPU overlaps the months of
// one with those of the next, and two interleaved by hand were no faster.
void Group(const J1Step& step, J1Chunk& chunk) {
  const Tag d;
  for (std::size_t p = 0; p < kJ1Chunk; p += hn::Lanes(d)) {
    State s;
    for (std::size_t i = 0; i < kJ1Factors; ++i)
      s.log_price[i] = hn::Load(d, chunk.log_price[i] + p);
    s.income = hn::Load(d, chunk.income + p);
    s.end_value = hn::Zero(d);
#pragma GCC unroll 4
    for (std::size_t k = 0; k < kJ1GroupMonths; ++k) {
      const KeptVector z[kJ1Factors] = {hn::Load(d, chunk.normal[0][k] + p),
                                        hn::Load(d, chunk.normal[1][k] + p),
                                        hn::Load(d, chunk.normal[2][k] + p)};
      Month(step, z, s);
    }
    for (std::size_t i = 0; i < kJ1Factors; ++i)
      hn::Store(s.log_price[i], d, chunk.log_price[i] + p);
    hn::Store(s.income, d, chunk.income + p);
    hn::Store(s.end_value, d, chunk.end_value + p);
  }
}

}  // namespace lien::benches::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::benches {
HWY_EXPORT(Group);
void j1_group(const J1Step& step, J1Chunk& chunk) noexcept {
  HWY_DYNAMIC_DISPATCH(Group)(step, chunk);
}
}  // namespace lien::benches
#endif
