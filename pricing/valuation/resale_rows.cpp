// Over 400 lines on purpose: Highway compiles a kernel by including its file once per instruction
// set, and these rows share their polynomials and calls.
#include "pricing/valuation/resale_rows.hpp"

#include "engine/simulation/path_block.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/resale_rows.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "engine/kernels/elementary-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace en = lien::engine::HWY_NAMESPACE;
using Tag = hn::CappedTag<double, 8>;
constexpr std::size_t kMostLines = kMostStripLines;

// l_1 and l_2 of one node: polynomials in scaled age.
void TransformNode(const LaunchTransformPlan& t, std::size_t node,
                   const double* HWY_RESTRICT scaled, double* HWY_RESTRICT first,
                   double* HWY_RESTRICT second, std::size_t paths) {
  const Tag d;
  const std::size_t terms = static_cast<std::size_t>(t.degree) + 1, width = hn::Lanes(d);
  const double* HWY_RESTRICT const c1 = t.first.data() + node * terms;
  const double* HWY_RESTRICT const c2 = t.second.data() + node * terms;
  // Two vectors a coefficient: the loads of coefficients would be the limit otherwise.
  for (std::size_t p = 0; p < paths; p += 2 * width) {
    const auto x = hn::Load(d, scaled + p), y = hn::Load(d, scaled + p + width);
    auto l1 = hn::Set(d, c1[terms - 1]), m1 = l1;
    auto l2 = hn::Set(d, c2[terms - 1]), m2 = l2;
    for (std::size_t i = terms - 1; i-- > 0;) {
      const auto a1 = hn::Set(d, c1[i]), a2 = hn::Set(d, c2[i]);
      l1 = hn::MulAdd(l1, x, a1);
      m1 = hn::MulAdd(m1, y, a1);
      l2 = hn::MulAdd(l2, x, a2);
      m2 = hn::MulAdd(m2, y, a2);
    }
    hn::Store(l1, d, first + p);
    hn::Store(m1, d, first + p + width);
    hn::Store(l2, d, second + p);
    hn::Store(m2, d, second + p + width);
  }
}

// Rows of the paths that have launches pending, from the tables of their sets.
void PendingRows(const LaunchTransformPlan& t, std::size_t nodes, std::size_t step,
                 const double* pending, double* first, double* second, std::size_t paths) {
  const std::uint32_t overdue = t.overdue[step];
  for (std::size_t p = 0; p < paths; ++p) {
    const auto mask = static_cast<std::uint32_t>(pending[p]);
    if (mask == 0) continue;
    std::size_t row = 0, bit = 1;
    for (std::uint32_t left = overdue; left != 0; left &= left - 1, bit <<= 1)
      if ((mask & left & (~left + 1)) != 0) row |= bit;
    const std::size_t from = t.pending_at[step] + row * nodes;
    for (std::size_t j = 0; j < nodes; ++j) {
      first[j * paths + p] = t.pending_first[from + j];
      second[j * paths + p] = t.pending_second[from + j];
    }
  }
}

std::size_t LaunchTransformRows(const LaunchTransformPlan& t, std::span<const std::uint32_t> nodes,
                                int step, const double* age, const double* pending, double* first,
                                double* second, std::size_t paths) {
  const Tag d;
  alignas(64) double scaled[lien::engine::kBlockPaths];
  const auto most = hn::Set(d, t.age_max);
  std::size_t older = 0;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto years = hn::Load(d, age + p);
    auto beyond = hn::Gt(years, most);
    if (t.scheduled > 0) beyond = hn::And(beyond, hn::Eq(hn::Load(d, pending + p), hn::Zero(d)));
    older += hn::CountTrue(d, beyond);
    // Scaled to [-1, 1]; a transform without age (degree 0) never reads it.
    auto share = hn::Mul(hn::Min(years, most), hn::Set(d, t.age_max > 0 ? 1.0 / t.age_max : 0.0));
    if (t.root_age) share = hn::Sqrt(share);
    hn::Store(hn::MulAdd(share, hn::Set(d, 2.0), hn::Set(d, -1.0)), d, scaled + p);
  }
  for (std::size_t j = 0; j < nodes.size(); ++j)
    TransformNode(t, nodes[j], scaled, first + j * paths, second + j * paths, paths);
  if (t.scheduled > 0)
    PendingRows(t, nodes.size(), static_cast<std::size_t>(step), pending, first, second, paths);
  return t.age_max > 0 ? older : 0;
}

void AddStripOffset(const double* loading, std::span<const std::uint32_t> nodes, const double* row,
                    double* offset, std::size_t paths) {
  const Tag d;
  for (std::size_t j = 0; j < nodes.size(); ++j)
    for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
      double* const at = offset + j * paths + p;
      hn::Store(hn::MulAdd(hn::Set(d, loading[nodes[j]]), hn::Load(d, row + p), hn::Load(d, at)), d,
                at);
    }
}

// s of every path, StripRamp: one exponential where the ramp is Bass's.
void RampStates(const StripRamp& ramp, const double* age, double* state, std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto a = hn::Load(d, age + p);
    if (ramp.shape == lien::engine::RampShape::bass) {
      const auto left = en::Exp(d, hn::Mul(hn::Set(d, -ramp.rate), a));
      hn::Store(hn::Mul(hn::Set(d, ramp.ratio), left), d, state + p);
    } else {  // a ramp that has ended has no pipeline: any large number
      const auto to_come = hn::Max(hn::Sub(hn::Set(d, ramp.years), a), hn::Set(d, 1e-9));
      hn::Store(hn::Div(hn::Set(d, 1.0), to_come), d, state + p);
    }
  }
}

// Share of pipeline_j Y that has arrived by node j.
template <class D, class V>
V ArrivedShare(D d, const StripRamp& ramp, std::size_t j, V state) {
  const auto one = hn::Set(d, 1.0), node = hn::Set(d, ramp.node[j]);
  if (ramp.shape == lien::engine::RampShape::bass)
    return hn::Div(one, hn::MulAdd(node, state, one));
  return hn::Min(hn::Mul(node, state), one);
}

// Calls store(row, k_j, variance) for every vector of paths of every node. kMoves: k_j without ln
// R, cost, constant and forward curve, which hardware of one shape does not share.
template <bool kMoves, class Store>
HWY_INLINE void NodeRows(const StripPlan& strip, const StripInput& in, std::size_t paths,
                         const Store& store) {
  const Tag d;
  alignas(64) double ramp_states[kMostLines][lien::engine::kBlockPaths];
  for (std::size_t i = 0; i < in.transforms; ++i)
    if (!strip.ramps[i].node.empty())
      RampStates(strip.ramps[i], in.pipeline_age[i], ramp_states[i], paths);
  const std::size_t width = hn::Lanes(d);
  const double* HWY_RESTRICT const scarcity = in.scarcity;
  const double* HWY_RESTRICT const log_rent = in.log_rent;
  const auto shift = hn::Set(d, in.log_utilization_over_cost);
  for (std::size_t j = 0; j < in.nodes.size(); ++j) {
    const std::size_t node = in.nodes[j];
    // Nodes outside, paths inside: a node's constants stay in registers over the row.
    const double moved = in.forward ? in.forward[j] : 0.0;
    const auto constant = hn::Set(d, strip.constant[node] + moved);
    const auto loading = hn::Set(d, strip.scarcity[node]);
    const auto variance_today = hn::Set(d, strip.variance[node]);
    for (std::size_t p = 0; p < paths; p += width) {
      auto k = hn::Zero(d);
      if constexpr (!kMoves) k = hn::Add(hn::Add(hn::Load(d, log_rent + p), shift), constant);
      k = hn::NegMulAdd(loading, hn::Load(d, scarcity + p), k);
      if (in.offset != nullptr) k = hn::Sub(k, hn::Load(d, in.offset + j * paths + p));
      auto variance = variance_today;
      for (std::size_t i = 0; i < in.transforms; ++i) {
        const auto l1 = hn::Load(d, in.first[i] + j * paths + p);
        const auto l2 = hn::Load(d, in.second[i] + j * paths + p);
        k = hn::Add(k, l1);
        auto arriving = hn::Load(d, in.pipeline[i] + p);
        if (!strip.ramps[i].node.empty()) {
          const auto state = hn::Load(d, ramp_states[i] + p);
          arriving = hn::Mul(arriving, ArrivedShare(d, strip.ramps[i], node, state));
        }
        k = hn::NegMulAdd(hn::Set(d, strip.pipeline[i][node]), arriving, k);
        variance = hn::Add(variance, hn::NegMulAdd(hn::Set(d, 2.0), l1, l2));
      }
      if (in.regime) {
        const auto regime = hn::Load(d, in.regime + p);
        k = hn::MulAdd(regime, hn::Set(d, strip.regime_constant[node]), k);
        variance = hn::MulAdd(regime, hn::Set(d, strip.regime_variance[node]), variance);
      }
      store(j, j * paths + p, k, variance);
    }
  }
}

// A variance of rounding size prices as the intrinsic value.
constexpr double kLeastVariance = 1e-12;

void StripRows(const StripPlan& strip, const StripInput& in, double* calls, std::size_t paths) {
  const Tag d;
  NodeRows<false>(strip, in, paths, [&](std::size_t, std::size_t at, auto k, auto v) HWY_ATTR {
    hn::Store(en::BlackCall(d, k, hn::Max(v, hn::Set(d, kLeastVariance))), d, calls + at);
  });
}

void ForwardRentRows(const StripPlan& strip, const StripInput& in, double* rents,
                     std::size_t paths) {
  const Tag d;
  NodeRows<false>(strip, in, paths, [&](std::size_t, std::size_t at, auto k, auto) HWY_ATTR {
    hn::Store(en::Exp(d, k), d, rents + at);
  });
}

void StripShapeRows(const StripPlan& strip, const TimeValues& values, const StripInput& in,
                    const ShapeRows& out, std::size_t paths) {
  const Tag d;
  NodeRows<true>(strip, in, paths, [&](std::size_t j, std::size_t at, auto k, auto v) HWY_ATTR {
    const auto stdev = hn::Sqrt(hn::Max(v, hn::Set(d, kLeastVariance)));
    hn::Store(k, d, out.shift + at);
    hn::Store(en::ShortExp(d, hn::Mul(hn::Set(d, 0.5), k)), d, out.half + at);
    hn::Store(hn::Div(hn::Set(d, values.scale[in.nodes[j]]), stdev), d, out.inverse + at);
    hn::Store(stdev, d, out.stdev + at);
  });
}

// Value of one polynomial at two vectors: the loads of coefficients would be the limit otherwise.
template <class V>
HWY_INLINE void TwoValues(Tag d, const double* HWY_RESTRICT c, int degree, V x, V y, V& at_x,
                          V& at_y) {
  at_x = at_y = hn::Set(d, c[degree]);
  for (int i = degree - 1; i >= 0; --i) {
    const auto a = hn::Set(d, c[i]);
    at_x = hn::MulAdd(at_x, x, a);
    at_y = hn::MulAdd(at_y, y, a);
  }
}

// Calls of one node: max(e^k - 1, 0) + e^{k/2} s g. Four vectors a coefficient hide the latency of
// the polynomial's chain.
void CallNode(const TimeValues& values, std::size_t node, double constant, double half,
              const ShapeRows& in, const double* HWY_RESTRICT log_rent,
              const double* HWY_RESTRICT root_rent, double* HWY_RESTRICT out, std::size_t paths) {
  const Tag d;
  const std::size_t width = hn::Lanes(d);
  const double* HWY_RESTRICT const level =
      values.level.data() + node * (static_cast<std::size_t>(values.degree) + 1);
  const double* HWY_RESTRICT const slope =
      values.slope.data() + node * (static_cast<std::size_t>(values.slope_degree) + 1);
  const auto start = hn::Set(d, constant), factor = hn::Set(d, half);
  const auto one = hn::Set(d, 1.0), two = hn::Set(d, 2.0), zero = hn::Zero(d);
  // y / reach on [-1, 1]
  const auto scaled = [&](std::size_t p) HWY_ATTR {
    const auto k = hn::Add(hn::Add(hn::Load(d, log_rent + p), start), hn::Load(d, in.shift + p));
    return hn::Sub(hn::Min(hn::Mul(hn::Abs(k), hn::Load(d, in.inverse + p)), two), one);
  };
  const auto call = [&](std::size_t p, auto at_level, auto at_slope) HWY_ATTR {
    const auto stdev = hn::Load(d, in.stdev + p);
    const auto g = hn::Max(hn::MulAdd(at_slope, hn::Mul(stdev, stdev), at_level), zero);
    const auto root =
        hn::Mul(hn::Mul(hn::Load(d, root_rent + p), factor), hn::Load(d, in.half + p));
    const auto intrinsic = hn::Max(hn::MulSub(root, root, one), zero);
    hn::Store(hn::MulAdd(hn::Mul(root, stdev), g, intrinsic), d, out + p);
  };
  for (std::size_t p = 0; p < paths; p += 4 * width) {
    const auto x0 = scaled(p), x1 = scaled(p + width);
    const auto x2 = scaled(p + 2 * width), x3 = scaled(p + 3 * width);
    auto g0 = x0, g1 = x1, g2 = x2, g3 = x3, s0 = x0, s1 = x1, s2 = x2, s3 = x3;
    TwoValues(d, level, values.degree, x0, x1, g0, g1);
    TwoValues(d, level, values.degree, x2, x3, g2, g3);
    TwoValues(d, slope, values.slope_degree, x0, x1, s0, s1);
    TwoValues(d, slope, values.slope_degree, x2, x3, s2, s3);
    call(p, g0, s0);
    call(p + width, g1, s1);
    call(p + 2 * width, g2, s2);
    call(p + 3 * width, g3, s3);
  }
}

void StripCallRows(const StripPlan& strip, const TimeValues& values, const CallInput& in,
                   double* calls, std::size_t paths) {
  const Tag d;
  alignas(64) double root_rent[lien::engine::kBlockPaths], moneyness[lien::engine::kBlockPaths];
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto k = hn::Add(hn::Load(d, in.log_rent + p), hn::Set(d, in.log_utilization_over_cost));
    hn::Store(k, d, moneyness + p);
    hn::Store(en::ShortExp(d, hn::Mul(hn::Set(d, 0.5), k)), d, root_rent + p);
  }
  for (std::size_t j = 0; j < in.nodes.size(); ++j) {
    const std::size_t at = j * paths;
    const ShapeRows rows{in.rows.shift + at, in.rows.half + at, in.rows.inverse + at,
                         in.rows.stdev + at};
    CallNode(values, in.nodes[j], strip.call_constant[in.first_node + j],
             strip.call_half[in.first_node + j], rows, moneyness, root_rent, calls + at, paths);
  }
}

void CombineStripRow(const double* HWY_RESTRICT weights, std::size_t nodes,
                     const double* HWY_RESTRICT calls, double cost, double scrap,
                     double* HWY_RESTRICT value, std::size_t paths) {
  const Tag d;
  const std::size_t width = hn::Lanes(d);
  // Interpolation between nodes can undershoot a strip that is worth nothing.
  const auto store = [&](std::size_t p, auto sum) HWY_ATTR {
    const auto strip = hn::Max(sum, hn::Zero(d));
    hn::Store(hn::MulAdd(hn::Set(d, cost), strip, hn::Set(d, scrap)), d, value + p);
  };
  // Four vectors a weight: with one, half the loads would be weights.
  for (std::size_t p = 0; p < paths; p += 4 * width) {
    auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
    for (std::size_t j = 0; j < nodes; ++j) {
      const auto w = hn::Set(d, weights[j]);
      const double* HWY_RESTRICT const at = calls + j * paths + p;
      s0 = hn::MulAdd(w, hn::Load(d, at), s0);
      s1 = hn::MulAdd(w, hn::Load(d, at + width), s1);
      s2 = hn::MulAdd(w, hn::Load(d, at + 2 * width), s2);
      s3 = hn::MulAdd(w, hn::Load(d, at + 3 * width), s3);
    }
    store(p, s0);
    store(p + width, s1);
    store(p + 2 * width, s2);
    store(p + 3 * width, s3);
  }
}

void StepInRow(const StepInTerms& t, double* HWY_RESTRICT added, std::size_t paths) {
  const Tag d;
  const std::size_t width = hn::Lanes(d);
  const auto zero = hn::Zero(d), worth = hn::Set(d, t.worth), units = hn::Set(d, t.units);
  const auto cost = hn::Set(d, t.cost), month = hn::Set(d, t.month);
  // Four vectors of paths a weight: one broadcast for four sums that do not wait for each other.
  for (std::size_t p = 0; p < paths; p += 4 * width) {
    auto s0 = zero, s1 = zero, s2 = zero, s3 = zero;
    const double* HWY_RESTRICT calls = t.calls + p;
    for (std::size_t j = 0; j < t.nodes; ++j, calls += paths) {
      const auto w = hn::Set(d, t.weights[j]);
      s0 = hn::MulAdd(w, hn::Load(d, calls), s0);
      s1 = hn::MulAdd(w, hn::Load(d, calls + width), s1);
      s2 = hn::MulAdd(w, hn::Load(d, calls + 2 * width), s2);
      s3 = hn::MulAdd(w, hn::Load(d, calls + 3 * width), s3);
    }
    const auto store = [&](decltype(s0) sum, std::size_t at) HWY_ATTR {
      auto own = worth;
      if (t.hours_cost != nullptr) own = hn::Sub(own, hn::Load(d, t.hours_cost + at));
      const auto above = hn::Max(zero, hn::NegMulAdd(cost, hn::Max(sum, zero), own));
      const auto lives = hn::Gt(hn::Load(d, t.customer + at), month);
      hn::Store(hn::IfThenElseZero(lives, hn::Mul(units, above)), d, added + at);
    };
    store(s0, p);
    store(s1, p + width);
    store(s2, p + 2 * width);
    store(s3, p + 3 * width);
  }
}

void SharedStepInRows(const SharedStepIn& t, double* HWY_RESTRICT added, std::size_t paths) {
  const Tag d;
  const auto zero = hn::Zero(d), deduction = hn::Set(d, t.deduction);
  const auto nothing = hn::Sub(zero, deduction);
  constexpr std::size_t width = hn::MaxLanes(Tag());
  for (std::size_t k = t.hours.first; k <= t.hours.last; ++k) {
    const StepInMonth now = step_in_month(t.hours, k);
    if (!(now.worth > 0)) {  // whatever its own use is worth: no row is read
      for (std::size_t p = 0; p < paths; p += hn::Lanes(d))
        hn::Store(nothing, d, added + k * paths + p);
      continue;
    }
    const auto worth = hn::Set(d, now.worth), month = hn::Set(d, static_cast<double>(k));
    const auto of_near = hn::Set(d, now.near), of_far = hn::Set(d, now.far);
    const double *HWY_RESTRICT const near = t.near + k * paths,
                                     *HWY_RESTRICT const far = t.far + k * paths;
    double* HWY_RESTRICT const out = added + k * paths;
    // Four vectors a step: the counting of a loop would be a third of its instructions.
    for (std::size_t p = 0; p < paths; p += 4 * width)
#pragma GCC unroll 4
      for (std::size_t at = p; at < p + 4 * width; at += width) {
        const auto left = hn::NegMulAdd(of_near, hn::Load(d, near + at), worth);
        const auto above = hn::Max(zero, hn::NegMulAdd(of_far, hn::Load(d, far + at), left));
        const auto lives = hn::Gt(hn::Load(d, t.customer + at), month);
        hn::Store(hn::Sub(hn::IfThenElseZero(lives, above), deduction), d, out + at);
      }
  }
}

void MultipleRow(double factor, const double* log_rent, double* value, std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto v = hn::Mul(hn::Set(d, factor), en::Exp(d, hn::Load(d, log_rent + p)));
    hn::Store(v, d, value + p);
  }
}

void ProceedsRow(double haircut_units, const double* value, const double* price,
                 const double* deduction, double* proceeds, std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d)) {
    const auto fetched = hn::Mul(hn::Load(d, value + p), hn::Load(d, price + p));
    const auto net = hn::MulSub(hn::Set(d, haircut_units), fetched, hn::Load(d, deduction + p));
    hn::Store(hn::Max(hn::Zero(d), net), d, proceeds + p);
  }
}

void AddScaledRow(double units, const double* value, double* total, std::size_t paths) {
  const Tag d;
  for (std::size_t p = 0; p < paths; p += hn::Lanes(d))
    hn::Store(hn::MulAdd(hn::Set(d, units), hn::Load(d, value + p), hn::Load(d, total + p)), d,
              total + p);
}

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(LaunchTransformRows);
HWY_EXPORT(AddStripOffset);
HWY_EXPORT(StripRows);
HWY_EXPORT(StripShapeRows);
HWY_EXPORT(StripCallRows);
HWY_EXPORT(ForwardRentRows);
HWY_EXPORT(CombineStripRow);
HWY_EXPORT(StepInRow);
HWY_EXPORT(SharedStepInRows);
HWY_EXPORT(MultipleRow);
HWY_EXPORT(ProceedsRow);
HWY_EXPORT(AddScaledRow);

std::size_t launch_transform_rows(const LaunchTransformPlan& transform,
                                  std::span<const std::uint32_t> nodes, int step, const double* age,
                                  const double* pending, double* first, double* second,
                                  std::size_t paths) noexcept {
  return HWY_DYNAMIC_DISPATCH(LaunchTransformRows)(transform, nodes, step, age, pending, first,
                                                   second, paths);
}
void add_strip_offset(const double* loading, std::span<const std::uint32_t> nodes,
                      const double* row, double* offset, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(AddStripOffset)(loading, nodes, row, offset, paths);
}
void strip_rows(const StripPlan& strip, const StripInput& input, double* calls,
                std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(StripRows)(strip, input, calls, paths);
}
void strip_shape_rows(const StripPlan& strip, const TimeValues& time_values,
                      const StripInput& input, const ShapeRows& rows, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(StripShapeRows)(strip, time_values, input, rows, paths);
}
void strip_call_rows(const StripPlan& strip, const TimeValues& time_values, const CallInput& input,
                     double* calls, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(StripCallRows)(strip, time_values, input, calls, paths);
}
void forward_rent_rows(const StripPlan& strip, const StripInput& input, double* rents,
                       std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(ForwardRentRows)(strip, input, rents, paths);
}
void combine_strip_row(const double* weights, std::size_t nodes, const double* calls, double cost,
                       double scrap, double* value, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(CombineStripRow)
  (weights, nodes, calls, cost, scrap, value, paths);
}
void step_in_row(const StepInTerms& terms, double* added, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(StepInRow)(terms, added, paths);
}
void shared_step_in_rows(const SharedStepIn& terms, double* added, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(SharedStepInRows)(terms, added, paths);
}
void multiple_row(double factor, const double* log_rent, double* value,
                  std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(MultipleRow)(factor, log_rent, value, paths);
}
void proceeds_row(double haircut_units, const double* value, const double* price,
                  const double* deduction, double* proceeds, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(ProceedsRow)(haircut_units, value, price, deduction, proceeds, paths);
}
void add_scaled_row(double units, const double* value, double* total, std::size_t paths) noexcept {
  HWY_DYNAMIC_DISPATCH(AddScaledRow)(units, value, total, paths);
}
}  // namespace lien::pricing
#endif
