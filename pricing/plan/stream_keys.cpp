#include "pricing/plan/stream_keys.hpp"

#include <algorithm>
#include <string>

namespace lien::pricing {
namespace {

using engine::StreamKind;

// What a fault calls a stream, and the line it comes from.
struct NamedStream {
  std::string name;
  Location where;
};

// number: of the lot, among all whose delivery is drawn.
NamedStream of_lot(const CompileInput& input, const Plan& plan, std::size_t number) {
  for (const VehiclePlan& vehicle : plan.vehicles) {
    const Vehicle& terms = input.book->vehicles[vehicle.source];
    if (number < vehicle.deliveries.size())
      return {"the delivery of lot " + terms.lots[vehicle.deliveries[number].lot].id +
                  " of vehicle " + terms.id,
              {terms.source.file, terms.source.line, 0}};
    number -= vehicle.deliveries.size();
  }
  return {"a delivery", {}};
}

NamedStream named(const CompileInput& input, const Plan& plan, const PlanKey& key) {
  const Market& market = *input.market;
  switch (key.kind) {
    case StreamKind::party:
      return {"party " + market.parties[key.index].id, market.parties[key.index].where};
    case StreamKind::launch:
      return {"launches " + market.launches[key.index].line, market.launches[key.index].where};
    case StreamKind::delay: {
      if (key.index >= plan.contracts.size() + plan.vehicles.size())
        return of_lot(input, plan, key.index - plan.contracts.size() - plan.vehicles.size());
      if (key.index >= plan.contracts.size()) {
        const VehiclePlan& vehicle = plan.vehicles[key.index - plan.contracts.size()];
        const Vehicle& terms = input.book->vehicles[vehicle.source];
        return {"the drawn lag of vehicle " + terms.id, {terms.source.file, terms.source.line, 0}};
      }
      const ContractPlan& contract = plan.contracts[key.index];
      if (contract.kind == ContractKind::lease)
        return {"the drawn lag of lease " + input.book->leases[contract.source].id,
                input.book->leases[contract.source].source.at("id")};
      return {"the drawn lag of loan " + input.book->loans[contract.source].id,
              input.book->loans[contract.source].source.at("id")};
    }
    case StreamKind::noise:
      return {"a noise of its own", {market.file, 0, 0}};
    case StreamKind::gate:
      return {"the opening of the market for balloons", {market.file, 0, 0}};
    case StreamKind::contrast:  // no plan's: what it draws weighs blocks, not paths
    case StreamKind::factor:
      break;
  }
  return {"a market factor", {market.file, 0, 0}};
}

}  // namespace

std::vector<PlanKey> stream_keys(const Plan& plan) {
  const engine::FactorPlan& factors = plan.factors;
  std::vector<PlanKey> keys;
  std::size_t next = 0;
  const auto add_factor = [&](const engine::PhiloxKey& key, bool drawn) {
    if (drawn) keys.push_back({key, StreamKind::factor, next});
    ++next;
  };
  for (std::size_t f = 0; f < factors.keys.size(); ++f)
    add_factor(factors.keys[f], factors.random[f]);
  add_factor(factors.frontier_drift_key, factors.frontier_drift_stdev > 0);
  add_factor(factors.regime_key, factors.regime.has_value());
  for (std::size_t l = 0; l < factors.lines.size(); ++l)
    keys.push_back({factors.lines[l].key, StreamKind::launch, l});
  for (std::size_t n = 0; n < factors.noises.size(); ++n)
    keys.push_back({factors.noises[n].key, StreamKind::noise, n});
  for (std::size_t i = 0; i < plan.parties.size(); ++i)
    keys.push_back({plan.parties[i].key, StreamKind::party, i});
  for (std::size_t c = 0; c < plan.contracts.size(); ++c)
    if (plan.contracts[c].lag_law != kNone && plan.contracts[c].vehicle == kNone)
      keys.push_back({plan.contracts[c].lag_key, StreamKind::delay, c});
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v)
    if (plan.vehicles[v].lag_law != kNone)
      keys.push_back({plan.vehicles[v].lag_key, StreamKind::delay, plan.contracts.size() + v});
  std::size_t lots = plan.contracts.size() + plan.vehicles.size();
  for (const VehiclePlan& vehicle : plan.vehicles)
    for (const DeliveryPlan& delivery : vehicle.deliveries) {
      if (delivery.mean > 0) keys.push_back({delivery.key, StreamKind::delay, lots});
      ++lots;
    }
  if (!plan.refinancing.months.empty()) keys.push_back({plan.refinancing.key, StreamKind::gate, 0});
  return keys;
}

void refuse_equal_keys(const CompileInput& input, const Plan& plan, std::vector<PlanKey> keys) {
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (keys[i].key != keys[i - 1].key) continue;
    const NamedStream one = named(input, plan, keys[i - 1]), other = named(input, plan, keys[i]);
    throw InputError({{other.where, other.name, "", "draws the same random numbers as " + one.name,
                       "rename one of the two, or choose another seed"}});
  }
}

}  // namespace lien::pricing
