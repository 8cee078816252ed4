#include "pricing/valuation/sum_layout.hpp"

#include <algorithm>

#include "engine/simulation/path_block.hpp"

namespace lien::pricing {
namespace {

void set_scale(SumLayout& layout, std::size_t pair, double scale) {
  layout.scales[2 * pair] = scale;
  layout.scales[2 * pair + 1] = scale * scale;
}

void set_sample_scales(SumLayout& layout, std::size_t first, double scale, double default_scale) {
  for (std::size_t s = 0; s < layout.samples; ++s) set_scale(layout, first + s, scale);
  set_scale(layout, first + kPeakLoanToValue, 1.0);
  for (std::size_t s = 0; s < layout.snapshots; ++s)
    set_scale(layout, first + kFixedSamples + s * kSnapshotSamples + kDefault, default_scale);
  // Exposure x loss at default: one number, kept in the first half of the pair.
  set_scale(layout, first + layout.samples, scale * scale);
}

}  // namespace

SumLayout lay_out_sums(const Plan& plan, bool contract_months) {
  SumLayout layout;
  layout.snapshots = plan.snapshots.size();
  layout.samples = sample_count(layout.snapshots);
  layout.groups = plan.parties.size() + 2;
  layout.steps = static_cast<std::size_t>(plan.steps);
  layout.contract_months = contract_months;
  std::size_t pairs = 0;
  const auto take = [&pairs](std::size_t count) {
    const std::size_t first = pairs;
    pairs += count;
    return first;
  };
  layout.contract_first = take(plan.contracts.size() * (layout.samples + 1));
  layout.group_first = take(layout.groups * (layout.samples + 1));
  layout.survival_first = take(plan.parties.size() * layout.snapshots);
  layout.group_month_first = take(layout.groups * (layout.steps + 1) * kGroupMonths);
  layout.instrument_first = take(plan.instruments.size() * kInstrumentSamples);
  layout.fan_first = take(plan.fans.size() * (layout.steps + 1));
  layout.members = plan.network.members.size();
  layout.clearing_first = take(plan.network.clearings.size() * layout.members * kClearingSamples);
  for (const auto& vehicle : plan.vehicles) {
    layout.vehicle_first.push_back(take(
        kVehicleSamples + vehicle.guarantees.size() +
        (vehicle.balloons.empty() ? 0
                                  : vehicle.tranches.size() * kBalloonSamples + layout.snapshots)));
    layout.hedge_first.push_back(take(vehicle.hedges.size()));
  }
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v)
    layout.vehicle_debt_first.push_back(take(kVehicleDebt + layout.snapshots));
  layout.lease_end_first = take(plan.lease_ends.size() * kLeaseEndSamples);
  if (contract_months)
    for (const auto& contract : plan.contracts)
      layout.contract_month_first.push_back(
          take(static_cast<std::size_t>(contract.months + contract.lag + 1) * kMonthSums));
  if (contract_months)
    for (const auto& vehicle : plan.vehicles)
      layout.coverage_first.push_back(
          take(static_cast<std::size_t>(vehicle.months + 1) * kCoveragePairs));
  layout.pairs = pairs;
  layout.scales.assign(2 * pairs, 1.0);

  double book = 1.0;
  for (const auto& contract : plan.contracts) book += contract.scale;
  for (std::size_t i = 0; i < plan.contracts.size(); ++i) {
    const auto& contract = plan.contracts[i];
    set_sample_scales(layout, layout.contract(i, 0), contract.scale, 1.0);
    if (contract.lease_end != kNone)
      for (const LeaseEndSample which : {kOptionValue, kLesseeValue})
        set_scale(layout, layout.lease_end(contract.lease_end, which), contract.scale);
    if (!contract_months) continue;
    const std::size_t rows = static_cast<std::size_t>(contract.months + contract.lag + 1);
    for (std::size_t m = 0; m < rows; ++m) {
      set_scale(layout, layout.contract_month(i, m, kSurvival), 1.0);
      set_scale(layout, layout.contract_month(i, m, kRecovery), contract.scale);
      set_scale(layout, layout.contract_month(i, m, kVariable), contract.scale);
      set_scale(layout, layout.contract_month(i, m, kRepaid), contract.scale);
    }
  }
  for (std::size_t g = 0; g < layout.groups; ++g) {
    set_sample_scales(layout, layout.group(g, 0), book, book);
    for (std::size_t m = 0; m <= layout.steps; ++m)
      for (std::size_t f = 0; f < kGroupMonths; ++f)
        set_scale(layout, layout.group_month(g, m, f),
                  f < kGroupInBreach ? book : std::max(1.0, 1.0 * plan.tests));
  }
  for (std::size_t i = 0; i < plan.instruments.size(); ++i) {
    set_scale(layout, layout.instrument(i, kPayoff), plan.instruments[i].scale);
    set_scale(layout, layout.instrument(i, kUnderlying), plan.instruments[i].scale);
    if (!plan.instruments[i].has_annuity) continue;
    const double annuity = std::max<double>(1.0, plan.instruments[i].month);
    set_scale(layout, layout.instrument(i, kExercised), annuity);
    set_scale(layout, layout.instrument(i, kPayoffTimesAnnuity),
              annuity * plan.instruments[i].scale);
  }
  for (std::size_t c = 0; c < plan.network.clearings.size(); ++c)
    for (std::size_t m = 0; m < layout.members; ++m)
      for (std::size_t s = 0; s < kClearingSamples; ++s)
        set_scale(layout, layout.clearing(c, m, s), plan.network.scale);
  for (std::size_t f = 0; f < plan.fans.size(); ++f)
    for (std::size_t m = 0; m <= layout.steps; ++m)
      set_scale(layout, layout.fan(f, m), plan.fans[f].scale);
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v) {
    set_scale(layout, layout.vehicle(v, kDistributions), plan.vehicles[v].scale);
    for (const VehicleLotPlan& lot : plan.vehicles[v].lots)
      if (lot.lease != kNone && plan.vehicles[v].leases[lot.lease].lease_end != kNone)
        set_scale(layout,
                  layout.lease_end(plan.vehicles[v].leases[lot.lease].lease_end, kLesseeValue),
                  plan.vehicles[v].scale + lot.units * plan.lots[lot.lot].value_today);
    for (std::size_t g = 0; g < plan.vehicles[v].guarantees.size(); ++g)
      set_scale(layout, layout.guarantee(v, g), plan.vehicles[v].scale);
    for (std::size_t h = 0; h < plan.vehicles[v].hedges.size(); ++h)
      set_scale(layout, layout.hedge(v, h), plan.vehicles[v].hedges[h].instrument.scale);
    const double scale = plan.vehicles[v].scale;
    for (std::size_t s = 0; s < kVehicleDebt + layout.snapshots; ++s)
      set_scale(layout, layout.vehicle_debt(v, s), scale);
    for (int k = 0; contract_months && k <= plan.vehicles[v].months; ++k) {
      const auto month = static_cast<std::size_t>(k);
      set_scale(layout, layout.coverage(v, month, kPairCash), scale);
      set_scale(layout, layout.coverage(v, month, kPairService), scale);
      set_scale(layout, layout.coverage(v, month, kPairProduct), scale * scale);
    }
  }
  return layout;
}

}  // namespace lien::pricing
