#include <algorithm>

#include "engine/elementary/elementary.hpp"
#include "pricing/valuation/book_stages.hpp"

// Paths drawn from a mixture of laws: defaults by each component's hazards, and what a path weighs.
namespace lien::pricing {

using engine::FactorTilt;
using engine::kBlockPaths;
using engine::PathBlock;

// Log density ratios of the joint factors; parties add theirs.
void BookStages::start_tilt(PathBlock& block) noexcept {
  for (std::size_t r = 0; r < plan_->factors.tilt.rows(); ++r)
    std::copy_n(engine::tilt_row(plan_->factors, block, r), kBlockPaths,
                log_ratio_.get() + r * kBlockPaths);
}

// A hazard times c reaches a clock where the hazard itself reaches a c-th of it.
void BookStages::tilt_clock(std::size_t party, double* clock) noexcept {
  const FactorTilt& tilt = plan_->factors.tilt;
  if (!tilt.on()) return;
  const HazardTilt& hazards = plan_->hazard_tilt;
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    clock[p] /= hazards.multiple[hazards.at(tilt.component(paths_[p]), 0, party)];
  std::fill_n(year_hazard_.get() + party * kBlockPaths, kBlockPaths, 0.0);
}

// After month k of a party: ratios that end with it, and the clock of the year that begins.
void BookStages::tilt_month(std::size_t party, int k, double* clock,
                            const double* accumulated) noexcept {
  const FactorTilt& tilt = plan_->factors.tilt;
  const bool year_ends = k % 12 == 0, ends = k == plan_->steps;
  const auto year = static_cast<std::size_t>(k - 1) / 12;
  for (std::size_t u = 0; u < tilt.until.size(); ++u)
    if (tilt.until[u] == k || (year_ends && tilt.until[u] > k))
      add_hazard_ratio(party, year, u, clock, accumulated);
  if (!year_ends && !ends) return;
  if (TiltSample* const sample = results_->tilt_sample) {
    double* const to = sample->hazard.data() + sample->at(year, party) + number_ * kBlockPaths;
    const double* const before = year_hazard_.get() + party * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      to[p] = clock[p] < before[p]        ? 0.0
              : clock[p] < accumulated[p] ? before[p] - clock[p]
                                          : accumulated[p] - before[p];
  }
  if (!ends) start_year(party, year + 1, clock, accumulated);
}

// What is left of a living party's clock is told in the hazard of the year that begins.
void BookStages::start_year(std::size_t party, std::size_t year, double* clock,
                            const double* accumulated) noexcept {
  const FactorTilt& tilt = plan_->factors.tilt;
  const HazardTilt& hazards = plan_->hazard_tilt;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const std::size_t c = tilt.component(paths_[p]);
    const double before = hazards.multiple[hazards.at(c, year - 1, party)];
    const double now = hazards.multiple[hazards.at(c, year, party)];
    if (before != now && clock[p] >= accumulated[p])
      clock[p] = accumulated[p] + (clock[p] - accumulated[p]) * (before / now);
  }
  std::copy_n(accumulated, kBlockPaths, year_hazard_.get() + party * kBlockPaths);
}

// With H the hazard of the year and E what it reached at a default in it: the density of the
// default is c e^{-cE} over e^{-E}, the chance to live e^{-cH} over e^{-H}.
void BookStages::add_hazard_ratio(std::size_t party, std::size_t year, std::size_t snapshot,
                                  const double* clock, const double* accumulated) noexcept {
  const FactorTilt& tilt = plan_->factors.tilt;
  const HazardTilt& hazards = plan_->hazard_tilt;
  const double* const before = year_hazard_.get() + party * kBlockPaths;
  for (std::size_t c = 1; c < tilt.components; ++c) {
    const std::size_t at = hazards.at(c, year, party);
    const double more = hazards.multiple[at] - 1, log_multiple = hazards.log_multiple[at];
    if (more == 0) continue;
    double* const to = log_ratio_.get() + (snapshot * tilt.components + c) * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      if (clock[p] < before[p]) continue;  // defaulted before the year
      to[p] += clock[p] < accumulated[p] ? log_multiple - more * (clock[p] - before[p])
                                         : -more * (accumulated[p] - before[p]);
    }
  }
}

// Density of the law over that of the mixture: at most one over the law's own share.
void BookStages::end_tilt() noexcept {
  const FactorTilt& tilt = plan_->factors.tilt;
  const std::vector<double>& share = plan_->hazard_tilt.share;
  for (std::size_t s = 0; s < results_->weights.size(); ++s) {
    const double* const rows = log_ratio_.get() + s * tilt.components * kBlockPaths;
    double* const weights =
        results_->weights[s].data() + (number_ - results_->first_block) * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      double mixture = share[0];
      for (std::size_t c = 1; c < tilt.components; ++c)
        mixture += share[c] * engine::exp(rows[c * kBlockPaths + p]);
      weights[p] = 1 / mixture;
    }
  }
}

}  // namespace lien::pricing
