#include <algorithm>
#include <map>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile.hpp"

namespace lien::pricing {
namespace {

constexpr double kMonth = 1.0 / 12;
constexpr int kQuarter = 3;

// The quarter end, in months after the valuation date, at which a claim is cleared; beyond the
// grid: months() + 1 rounded up.
int clearing_month(const TimeGrid& grid, Date due) {
  return (grid.month_of(due) + kQuarter - 1) / kQuarter * kQuarter;
}

KickPlan make_kick(const ContagionLink& link, std::uint32_t from, std::uint32_t to) {
  KickPlan kick{from, to, link.jump, link.decay, 1.0, kMonth};
  if (link.decay > 0) {
    kick.month_decay = engine::exp(-link.decay * kMonth);
    kick.month_integral = -engine::expm1(-link.decay * kMonth) / link.decay;
  }
  return kick;
}

}  // namespace

void compile_network(const CompileInput& input, const TimeGrid& grid, Plan& plan) {
  if (plan.parties.empty()) return;
  const Market& market = *input.market;
  NetworkPlan& network = plan.network;
  // A link without a jump and a claim that no run sees connect nobody.
  std::vector<const ContagionLink*> links;
  std::map<int, std::vector<const Claim*>> due;
  std::vector<std::uint32_t>& members = network.members;
  for (const ContagionLink& link : market.contagion)
    if (link.jump > 0) {
      links.push_back(&link);
      members.push_back(party_index(market, link.from));
      members.push_back(party_index(market, link.to));
    }
  for (const Claim& claim : market.claims) {
    const int month = clearing_month(grid, claim.due);
    if (grid.month_of(claim.due) > grid.months() || month > plan.steps) continue;
    due[month].push_back(&claim);
    members.push_back(party_index(market, claim.debtor));
    members.push_back(party_index(market, claim.creditor));
  }
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  const auto member = [&](const std::string& id) {
    return static_cast<std::uint32_t>(
        std::lower_bound(members.begin(), members.end(), party_index(market, id)) -
        members.begin());
  };
  for (const std::uint32_t party : members) {
    plan.parties[party].networked = true;
    plan.parties[party].sampled_value = true;
    network.cash.push_back(market.parties[party].cash);
    network.scale += market.parties[party].cash;
  }
  for (const ContagionLink* link : links)
    network.kicks.push_back(make_kick(*link, member(link->from), member(link->to)));
  std::sort(network.kicks.begin(), network.kicks.end(), [](const KickPlan& a, const KickPlan& b) {
    return a.to != b.to ? a.to < b.to : a.from < b.from;
  });
  if (market.clearing) {
    network.asset_recovery = market.clearing->asset_recovery;
    network.claim_recovery = market.clearing->claim_recovery;
  }
  const std::size_t n = members.size();
  for (const auto& [month, claims] : due) {
    ClearingPlan clearing{month, std::vector<double>(n), std::vector<double>(n * n)};
    for (const Claim* claim : claims) {
      const std::size_t debtor = member(claim->debtor), creditor = member(claim->creditor);
      clearing.owed[debtor] += claim->amount;
      clearing.share[debtor * n + creditor] += claim->amount;
      network.scale += claim->amount;
    }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (clearing.owed[i] > 0) clearing.share[i * n + j] /= clearing.owed[i];
    network.clearings.push_back(std::move(clearing));
  }
}

bool loses_to_network(const NetworkPlan& network, std::size_t party) {
  for (const KickPlan& kick : network.kicks)
    if (network.members[kick.to] == party) return true;
  for (const ClearingPlan& clearing : network.clearings)
    for (std::size_t m = 0; m < network.members.size(); ++m)
      if (network.members[m] == party && clearing.owed[m] > 0) return true;
  return false;
}

}  // namespace lien::pricing
