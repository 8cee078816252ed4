#include <algorithm>

#include "engine/elementary/elementary.hpp"
#include "engine/kernels/random_rows.hpp"
#include "engine/kernels/sobol_rows.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/driver_rows.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/month_sums.hpp"
#include "pricing/valuation/network_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"

// Who defaults when: parties on their own, pools, copulas, and the network of those whose defaults
// depend on each other.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

namespace {
enum MemberRow : std::size_t { kClock, kAccumulated, kBefore, kRest, kMemberRows };
enum KickRow : std::size_t { kLevel, kCarry, kKickRows };
enum ClearingRow : std::size_t { kCash, kPayment, kClearingRows };
}  // namespace

BookStages::PartyWork::PartyWork(const Plan& plan)
    : rows(4 * kBlockPaths),
      mover(kBlockPaths),
      living(std::any_of(plan.parties.begin(), plan.parties.end(),
                         [](const PartyPlan& p) { return p.count > 1; })
                 ? (static_cast<std::size_t>(plan.steps) + 1) * kBlockPaths
                 : 0),
      members(plan.network.members.size() * kMemberRows * kBlockPaths),
      kicks(plan.network.kicks.size() * kKickRows * kBlockPaths),
      clearing(plan.network.members.size() * kClearingRows * kBlockPaths),
      solver(3 * plan.network.members.size() + clearing_work(plan.network.members.size())),
      standing(plan.network.members.size()) {}

// What is taken off the log hazard of a party that more than scarcity moves, at month k.
const double* BookStages::fill_mover(const PathBlock& block, const PartyPlan& party,
                                     int k) noexcept {
  double* const mover = party_work_.mover.get();
  affine_row(0.0, party.scarcity_loading, block.row(engine::kScarcity, k), mover, kBlockPaths);
  if (party.credit_loading != 0)
    add_scaled_row(party.credit_loading, noise_row(block, plan_->credit, k), mover, kBlockPaths);
  if (party.noise != kNone)
    add_scaled_row(-1.0, noise_row(block, party.noise, k), mover, kBlockPaths);
  return mover;
}

// One month of a party: hazard, the scenario's default.
void BookStages::party_step(PathBlock& block, std::size_t i, int k, double* clock,
                            double* accumulated) noexcept {
  const auto& party = plan_->parties[i];
  double* const default_month = default_months_.get() + i * kBlockPaths;
  double* const survival = block.row(series(survival_ + i), k);
  const double* mover = block.row(engine::kScarcity, k - 1);
  double loading = party.scarcity_loading;
  if (party.credit_loading != 0 || party.noise != kNone) {
    mover = fill_mover(block, party, k - 1);
    loading = 1;
  }
  party_month(party.log_hazard[static_cast<std::size_t>(k)], loading, plan_->factors.dt_years, k,
              mover, clock, accumulated, survival, default_month, kBlockPaths);
  if (plan_->factors.tilt.on()) tilt_month(i, k, clock, accumulated);
  if (k == party.forced_month)
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      default_month[p] = std::min(default_month[p], static_cast<double>(k));
  if (party.forced_month >= 0 && k >= party.forced_month) std::fill_n(survival, kBlockPaths, 0.0);
}

void BookStages::keep_survival(PathBlock& block, std::size_t i, int k) noexcept {
  double* const survival = block.row(series(survival_ + i), k);
  if (plan_->parties[i].sampled_value)
    sampled_survival_row(k, default_months_.get() + i * kBlockPaths, survival, kBlockPaths);
  party_survival_[i * (layout_->steps + 1) + static_cast<std::size_t>(k)] =
      row_sums(survival, 0.0, kBlockPaths).sum;
}

void BookStages::draw_clock(std::size_t i, double* clock) noexcept {
  const engine::SobolPlan& sobol = plan_->factors.sobol;
  const std::size_t dimension = sobol.of_clock(i);
  if (dimension == engine::SobolPlan::kNoDimension)
    engine::exponential_row(plan_->parties[i].key, paths_, clock, kBlockPaths);
  else
    engine::sobol_exponential_row(sobol.points, dimension, paths_, clock);
}

void BookStages::fill_party(PathBlock& block, std::size_t i) noexcept {
  double *const clock = party_work_.rows.get(), *const accumulated = clock + kBlockPaths;
  draw_clock(i, clock);
  tilt_clock(i, clock);
  std::fill_n(accumulated, kBlockPaths, 0.0);
  for (int k = 1; k <= plan_->steps; ++k) {
    party_step(block, i, k, clock, accumulated);
    keep_survival(block, i, k);
  }
}

// Many parties behind one id: survival becomes the share of them that lives. A member lives while
// its uniform is at most the survival that all of them have given the factors.
void BookStages::fill_pool(PathBlock& block, std::size_t i) noexcept {
  const auto& party = plan_->parties[i];
  double* const never = party_work_.rows.get();
  double *const accumulated = never + kBlockPaths, *const uniform = accumulated + kBlockPaths;
  double *const unused = uniform + kBlockPaths, *const living = party_work_.living.get();
  std::fill_n(never, kBlockPaths, kNever);
  std::fill_n(accumulated, kBlockPaths, 0.0);
  const auto steps = static_cast<std::size_t>(plan_->steps);
  std::fill_n(living, (steps + 1) * kBlockPaths, 0.0);
  for (int k = 1; k <= plan_->steps; ++k) party_step(block, i, k, never, accumulated);
  for (int m = 0; m < party.count; ++m) {
    engine::uniform_and_normal_row(party.key, paths_, static_cast<std::uint32_t>(m), uniform,
                                   unused, kBlockPaths);
    for (std::size_t k = 1; k <= steps; ++k)
      count_living_row(uniform, block.row(series(survival_ + i), static_cast<int>(k)),
                       living + k * kBlockPaths, kBlockPaths);
  }
  for (int k = 1; k <= plan_->steps; ++k) {
    double* const survival = block.row(series(survival_ + i), k);
    const double* const left = living + static_cast<std::size_t>(k) * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) survival[p] = left[p] / party.count;
    party_survival_[i * (steps + 1) + static_cast<std::size_t>(k)] =
        row_sums(survival, 0.0, kBlockPaths).sum;
  }
}

// Default at one month, where the party's own normal is under what the factor of that month leaves.
void BookStages::fill_copula(PathBlock& block, std::size_t i) noexcept {
  const auto& party = plan_->parties[i];
  double* const bound = party_work_.rows.get();
  double *const living = bound + kBlockPaths, *const unused = living + kBlockPaths;
  double* const normal = unused + kBlockPaths;
  double* const default_month = default_months_.get() + i * kBlockPaths;
  const double* const chi = block.row(engine::kScarcity, party.copula_month);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    bound[p] = party.copula_constant - party.copula_loading * chi[p];
  if (party.copula_credit_loading != 0)
    add_scaled_row(-party.copula_credit_loading,
                   noise_row(block, plan_->credit, party.copula_month), bound, kBlockPaths);
  std::fill_n(living, kBlockPaths, 0.0);
  for (int m = 0; m < party.count; ++m) {
    engine::uniform_and_normal_row(party.key, paths_, static_cast<std::uint32_t>(m), unused, normal,
                                   kBlockPaths);
    for (std::size_t p = 0; p < kBlockPaths; ++p) living[p] += normal[p] < bound[p] ? 0.0 : 1.0;
  }
  // A single party is weighed by its probability given the factor; a pool is its own average.
  const double forced = party.forced_month;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    if (party.count == 1 && living[p] == 0) default_month[p] = party.copula_month;
    if (forced >= 0) default_month[p] = std::min(default_month[p], forced);
    living[p] = party.count > 1 ? living[p] / party.count : 1 - engine::normal_cdf(bound[p]);
  }
  for (int k = 1; k <= plan_->steps; ++k) {
    double* const survival = block.row(series(survival_ + i), k);
    if (forced >= 0 && k >= party.forced_month)
      std::fill_n(survival, kBlockPaths, 0.0);
    else if (k < party.copula_month)
      std::fill_n(survival, kBlockPaths, 1.0);
    else
      std::copy_n(living, kBlockPaths, survival);
    keep_survival(block, i, k);
  }
}

// Claims due at the end of month k: payments of every path, and who defaults over them.
void BookStages::clear_network(std::size_t index, double* sums) noexcept {
  const NetworkPlan& network = plan_->network;
  const ClearingPlan& clearing = network.clearings[index];
  const std::size_t n = network.members.size();
  const ClearingTerms terms{n, clearing.owed.data(), clearing.share.data(), network.asset_recovery,
                            network.claim_recovery};
  double* const rows = party_work_.clearing.get();
  const auto row = [&](ClearingRow which, std::size_t m) {
    return rows + (which * n + m) * kBlockPaths;
  };
  double *const cash = party_work_.solver.get(), *const payment = cash + n;
  double *const left = payment + n, *const work = left + n;
  Standing* const standing = party_work_.standing.data();
  const int before = index > 0 ? network.clearings[index - 1].month : -1;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const auto default_month = [&](std::size_t m) -> double& {
      return default_months_.get()[network.members[m] * kBlockPaths + p];
    };
    for (std::size_t m = 0; m < n; ++m) {
      cash[m] = row(kCash, m)[p];
      standing[m] = default_month(m) <= before           ? Standing::cleared
                    : default_month(m) <= clearing.month ? Standing::defaulted
                                                         : Standing::alive;
    }
    clear_claims(terms, cash, standing, payment, left, work);
    for (std::size_t m = 0; m < n; ++m) {
      if (standing[m] != Standing::alive)
        default_month(m) = std::min(default_month(m), static_cast<double>(clearing.month));
      row(kPayment, m)[p] = payment[m];
      row(kCash, m)[p] = left[m];
    }
  }
  for (std::size_t m = 0; m < n; ++m) {
    add_pair(layout_->clearing(index, m, kClearingPayment), row(kPayment, m), sums);
    add_pair(layout_->clearing(index, m, kEquityValue), row(kCash, m), sums);
  }
}

void BookStages::fill_network(PathBlock& block, double* sums) noexcept {
  const NetworkPlan& network = plan_->network;
  const std::size_t n = network.members.size();
  const auto row = [&](std::size_t member, MemberRow which) {
    return party_work_.members.get() + (member * kMemberRows + which) * kBlockPaths;
  };
  const auto kick_row = [&](std::size_t kick, KickRow which) {
    return party_work_.kicks.get() + (kick * kKickRows + which) * kBlockPaths;
  };
  for (std::size_t m = 0; m < n; ++m) {
    draw_clock(network.members[m], row(m, kClock));
    tilt_clock(network.members[m], row(m, kClock));
    std::fill_n(row(m, kAccumulated), kBlockPaths, 0.0);
    std::fill_n(party_work_.clearing.get() + m * kBlockPaths, kBlockPaths, network.cash[m]);
  }
  std::fill_n(party_work_.kicks.get(), party_work_.kicks.size(), 0.0);
  std::size_t next = 0;  // clearing
  for (int k = 1; k <= plan_->steps; ++k) {
    std::size_t kick = 0;
    for (std::size_t m = 0; m < n; ++m) {
      double* const accumulated = row(m, kAccumulated);
      std::copy_n(accumulated, kBlockPaths, row(m, kBefore));
      for (; kick < network.kicks.size() && network.kicks[kick].to == m; ++kick)
        run_kick_row(network.kicks[kick], kick_row(kick, kLevel), kick_row(kick, kCarry),
                     accumulated, kBlockPaths);
      party_step(block, network.members[m], k, row(m, kClock), accumulated);
      rest_of_month_row(plan_->factors.dt_years, row(m, kClock), row(m, kBefore), accumulated,
                        row(m, kRest), kBlockPaths);
    }
    if (next < network.clearings.size() && network.clearings[next].month == k)
      clear_network(next++, sums);
    for (std::size_t i = 0; i < network.kicks.size(); ++i) {
      const KickPlan& of = network.kicks[i];
      start_kick_row(of, k, default_months_.get() + network.members[of.from] * kBlockPaths,
                     row(of.from, kRest), kick_row(i, kLevel), kick_row(i, kCarry), kBlockPaths);
    }
    for (const std::uint32_t member : network.members) keep_survival(block, member, k);
  }
}

void BookStages::fill_parties(PathBlock& block, double* sums) noexcept {
  for (std::size_t i = 0; i < plan_->parties.size(); ++i) {
    const auto& party = plan_->parties[i];
    std::fill_n(default_months_.get() + i * kBlockPaths, kBlockPaths, kNever);
    std::fill_n(block.row(series(survival_ + i), 0), kBlockPaths, 1.0);
    if (party.networked) continue;
    if (party.copula_month >= 0)
      fill_copula(block, i);
    else if (party.count > 1)
      fill_pool(block, i);
    else
      fill_party(block, i);
  }
  if (!plan_->network.members.empty()) fill_network(block, sums);
  if (plan_->tests == 0) return;
  for (std::size_t i = 0; i <= plan_->parties.size(); ++i)
    living_words(default_months_.get() + i * kBlockPaths, layout_->steps,
                 living_.data() + i * (layout_->steps + 1));
}

}  // namespace lien::pricing
