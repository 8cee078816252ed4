#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"

// Instruments that may stop at any step: options exercised early, units run until they stop for
// good. The rule was fitted before the run (fit_exercise.hpp); here it is applied path by path.
namespace lien::pricing {
namespace {

using engine::kBlockPaths;
using engine::PathBlock;

// Rows of one instrument on one block.
enum WorkRow : std::size_t {
  kMain = 0,      // first variable of the rule: ln(underlying / strike), ln(u R / cost)
  kStopped = 1,   // money for stopping at the step, discounted
  kGain = 2,      // of going on, by the rule
  kReceived = 3,  // flows and reward so far
  kAlive = 4,     // 1 until stopped
  kLevel = 5,     // underlying; for a unit the flow of the month
  kHeld = 6,      // European value, discounted
  kAhead = 7,     // forward over strike
  kAll = 8,       // every flow, stopped or not
  kPositive = 9,  // flows above 0
  kPriced = 10,   // European value on the basis whose prices decide, discounted
  kWorkRows = 11,
};

}  // namespace

std::size_t BookStages::early_work_rows() noexcept { return kWorkRows; }

// The rule's first variable and the money for stopping; for a unit the flow of the step.
void BookStages::fill_early_step(PathBlock& block, const InstrumentPlan& instrument,
                                 int k) noexcept {
  const EarlyExercisePlan& early = *instrument.early;
  const auto step = static_cast<std::size_t>(k);
  const auto row = [this](WorkRow which) { return early_.get() + which * kBlockPaths; };
  double *const main = row(kMain), *const level = row(kLevel), *const money = row(kStopped);
  const double* const log_rent = block.row(series(log_rent_ + instrument.hardware), k);
  if (!early.hours.empty()) {
    multiple_row(early.utilization, log_rent, level, kBlockPaths);
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      main[p] = log_rent[p] + early.shift[step];
      level[p] = early.hours[step] * (level[p] - early.cost[step]);
      money[p] = 0.0;
    }
    return;
  }
  if (instrument.on == PayoffOn::resale_value) {
    std::copy_n(block.row(series(value_), k), kBlockPaths, level);
    log_row(level, main, kBlockPaths);
  } else if (instrument.segment != kNone) {
    segment_log_rent(block, instrument.segment, k, main);
    multiple_row(1.0, main, level, kBlockPaths);
  } else {
    multiple_row(1.0, log_rent, level, kBlockPaths);
    std::copy_n(log_rent, kBlockPaths, main);
  }
  const double* const discount = block.row(series(discount_), k);
  const double sign = instrument.kind == PayoffKind::put ? -1.0 : 1.0;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    main[p] += early.shift[step];
    money[p] =
        early.timing[step] * discount[p] * std::max(sign * (level[p] - instrument.strike), 0.0);
  }
}

void BookStages::record_pilot(PathBlock& block, const InstrumentPlan& instrument,
                              std::uint64_t number) noexcept {
  engine::StoppingSample& sample = *results_->pilot;
  const EarlyExercisePlan& early = *instrument.early;
  const std::size_t first = (number - results_->first_block) * kBlockPaths;
  for (int k = 0; k <= instrument.month; ++k) {
    const auto step = static_cast<std::size_t>(k);
    fill_early_step(block, instrument, k);
    const auto put = [&](const double* row, std::vector<double>& into, std::size_t at) {
      std::copy_n(row, kBlockPaths, into.data() + at + first);
    };
    const std::size_t date = step * sample.paths;
    put(early_.get() + kMain * kBlockPaths, sample.states, sample.state_at(step, 0));
    for (std::size_t v = 0; v < early.states.size(); ++v)
      put(block.row(early.states[v], k), sample.states, sample.state_at(step, v + 1));
    if (!early.hours.empty()) {
      put(early_.get() + kLevel * kBlockPaths, sample.flow, date);
      std::fill_n(sample.discount.data() + date + first, kBlockPaths, early.timing[step]);
    } else {
      put(early_.get() + kStopped * kBlockPaths, sample.reward, date);
      if (!early.european.empty()) {
        fill_held(block, instrument, early.european, k, kHeld);
        put(early_.get() + kHeld * kBlockPaths, sample.held, date);
      }
      put(block.row(series(discount_), k), sample.discount, date);
    }
  }
}

void BookStages::run_early_exercise(PathBlock& block, std::uint64_t number, std::size_t index,
                                    double* sums) noexcept {
  const InstrumentPlan& instrument = plan_->instruments[index];
  if (results_->pilot != nullptr) return record_pilot(block, instrument, number);
  const EarlyExercisePlan& early = *instrument.early;
  const auto row = [this](WorkRow which) { return early_.get() + which * kBlockPaths; };
  double *const main = row(kMain), *const money = row(kStopped), *const gain = row(kGain),
                *const received = row(kReceived), *const alive = row(kAlive),
                *const level = row(kLevel), *const held = row(kHeld), *const all = row(kAll),
                *const positive = row(kPositive);
  // Holders decide by prices, whatever the basis that is simulated.
  const double* const decides = row(early.priced.empty() ? kHeld : kPriced);
  std::fill_n(alive, kBlockPaths, 1.0);
  for (const WorkRow which : {kReceived, kAll, kPositive})
    std::fill_n(row(which), kBlockPaths, 0.0);
  const bool unit = !early.hours.empty(), known = !early.european.empty();
  const double* states[1 + kMostExerciseStates] = {main};
  for (int k = 0; k <= instrument.month; ++k) {
    const auto step = static_cast<std::size_t>(k);
    fill_early_step(block, instrument, k);
    if (unit && k > 0)
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        received[p] += alive[p] * level[p];
        all[p] += level[p];
        positive[p] += std::max(level[p], 0.0);
      }
    const bool last = k == instrument.month;
    const engine::StoppingDate& date = early.rule.dates[step];
    if (!last && date.coefficients.empty()) continue;
    if (!last) {
      for (std::size_t v = 0; v < early.states.size(); ++v)
        states[v + 1] = block.row(early.states[v], k);
      engine::gain_row(date, states, gain, kBlockPaths);
    }
    if (known && !last) {
      fill_held(block, instrument, early.european, k, kHeld);
      if (!early.priced.empty()) fill_held(block, instrument, early.priced, k, kPriced);
    }
    const double* const discount = block.row(series(discount_), k);
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const bool looked_at = early.rule.side * (main[p] - early.rule.bound) > 0;
      if (alive[p] == 0.0 || !looked_at) continue;
      // Control variate: the European value at the step of exercise has today's as its mean,
      // whatever the rule (optional stopping; Rasmussen 2005). A path held to expiry receives just
      // the European payoff, and so counts as today's value.
      const double over = known ? (last ? 0.0 : money[p] - held[p]) : money[p];
      const double edge = known && !last ? money[p] - decides[p] : money[p];
      if (!last && (known ? gain[p] * discount[p] > edge : gain[p] > 0)) continue;
      alive[p] = 0.0;
      received[p] += over;
    }
  }
  if (unit) {
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      received[p] -= early.never_weight * (all[p] - early.never) +
                     early.mothball_weight * (positive[p] - early.mothball);
    std::copy_n(all, kBlockPaths, level);
  } else if (known) {
    for (std::size_t p = 0; p < kBlockPaths; ++p) received[p] += early.european_today;
  }
  double *const payoff = money, *const exercised = gain;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    payoff[p] = instrument.quantity * received[p];
    exercised[p] = 1.0 - alive[p];
  }
  add_pair(layout_->instrument(index, kPayoff), payoff, sums);
  add_pair(layout_->instrument(index, kExercised), exercised, sums);
  add_pair(layout_->instrument(index, kUnderlying), level, sums);
  if (unit) return;
  double* const group = groups_.get() + layout_->no_party() * layout_->samples * kBlockPaths;
  add_scaled_row(1.0, payoff, group + kPresentValue * kBlockPaths, kBlockPaths);
}

// European value at a step, discounted to today, into the work row `into`.
void BookStages::fill_held(PathBlock& block, const InstrumentPlan& instrument,
                           const std::vector<StripPlan>& values, int k, std::size_t into) noexcept {
  const EarlyExercisePlan& early = *instrument.early;
  const auto row = [this](std::size_t which) { return early_.get() + which * kBlockPaths; };
  double *const held = row(into), *const ahead = row(kAhead);
  const StripPlan& european = values[static_cast<std::size_t>(k)];
  const double* const scarcity = block.row(engine::kScarcity, k);
  const double* const main = row(kMain);
  strip_rows(european, {kOneNode, scarcity, main, 0.0}, held, kBlockPaths);
  const bool put = instrument.kind == PayoffKind::put;
  if (put) {
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      ahead[p] = main[p] + european.constant[0] - european.scarcity[0] * scarcity[p];
    multiple_row(1.0, ahead, ahead, kBlockPaths);
  }
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    held[p] = early.unit * (put ? held[p] - ahead[p] + 1.0 : held[p]);
}

}  // namespace lien::pricing
