#include "pricing/measures/fit_tilt.hpp"

#include <algorithm>
#include <numeric>

#include "engine/elementary/elementary.hpp"
#include "engine/kernels/random_rows.hpp"
#include "engine/statistics/weighed_tail.hpp"
#include "pricing/measures/basis_run.hpp"
#include "pricing/plan/time_grid.hpp"
#include "pricing/valuation/simulate_beside.hpp"

namespace lien::pricing {
namespace {

using engine::kBlockPaths;

constexpr double kFirstTail = 0.05;     // share of a pilot's paths that the first fit is made of
constexpr double kNextTail = 0.1;       // each further tail as a share of the one before
constexpr int kMostPilots = 8;          // so a tail of 5e-10 is the rarest that is sought
constexpr std::size_t kMostTilts = 12;  // beside the law
constexpr std::size_t kLawPaths = 16;   // at least, of a block's 64
constexpr std::uint64_t kPilotPaths = 8192;
constexpr std::uint64_t kFewestPilotPaths = 2048;
// Paths no run reaches: each pilot has numbers of its own.
constexpr std::uint64_t kTiltFirst = std::uint64_t{1} << 45;
constexpr std::uint64_t kTiltStride = std::uint64_t{1} << 32;
// A fit of few events is drawn to the law as by so many events that say nothing.
constexpr double kPriorEvents = 2.0;
constexpr double kLeastMultiple = 0.5, kMostMultiple = 200;
// Every default one for itself is a matter of a few names; of many, the factors are what moves a
// tail.
constexpr std::size_t kMostNames = 256;

// One component beside the law.
struct Tilt {
  std::vector<double> shift;     // [4][years]
  std::vector<double> multiple;  // [years][parties]
};

std::size_t years_of(const Plan& plan) { return (static_cast<std::size_t>(plan.steps) + 11) / 12; }

// Steps after which nothing of a snapshot's loss can happen.
std::vector<int> last_sales(const Plan& plan) {
  int lag = 0;
  for (const ContractPlan& contract : plan.contracts) lag = std::max(lag, contract.lag);
  for (const VehiclePlan& vehicle : plan.vehicles) lag = std::max(lag, vehicle.lag);
  std::vector<int> until;
  for (const int snapshot : plan.snapshots) until.push_back(std::min(plan.steps, snapshot + lag));
  return until;
}

void put(const std::vector<Tilt>& tilts, Plan& plan) {
  engine::FactorTilt& tilt = plan.factors.tilt;
  HazardTilt& hazards = plan.hazard_tilt;
  tilt = {};
  tilt.components = tilts.size() + 1;
  tilt.until = last_sales(plan);
  const std::size_t each = tilts.empty() ? 0 : (kBlockPaths - kLawPaths) / tilts.size();
  for (std::size_t c = 0; c < tilts.size(); ++c)
    for (std::size_t i = 0; i < each; ++i)
      tilt.of[kBlockPaths - 1 - (c * each + i)] = static_cast<std::uint8_t>(c + 1);
  hazards.share.assign(tilt.components, 0.0);
  for (const std::uint8_t c : tilt.of) hazards.share[c] += 1.0 / kBlockPaths;
  const auto steps = static_cast<std::size_t>(plan.steps);
  const std::size_t years = years_of(plan);
  tilt.shift.assign(steps * 4 * tilt.components, 0.0);
  hazards.years = years;
  hazards.parties = plan.parties.size();
  hazards.multiple.assign(tilt.components * years * hazards.parties, 1.0);
  for (std::size_t c = 0; c < tilts.size(); ++c) {
    for (std::size_t k = 0; k < steps; ++k)
      for (std::size_t f = 0; f < 4; ++f)
        tilt.shift[tilt.at(k, f) + c + 1] = tilts[c].shift[f * years + k / 12];
    std::copy(tilts[c].multiple.begin(), tilts[c].multiple.end(),
              hazards.multiple.begin() + static_cast<std::ptrdiff_t>(hazards.at(c + 1, 0, 0)));
  }
  hazards.log_multiple.clear();
  for (const double m : hazards.multiple) hazards.log_multiple.push_back(engine::log(m));
}

struct Pilot {
  std::uint64_t first = 0, paths = 0;
  PathResults results;
};

Pilot run_pilot(const Plan& plan, std::uint64_t paths, int number, unsigned threads,
                const engine::StopQuestion* stop) {
  Pilot pilot;
  pilot.first = kTiltFirst + static_cast<std::uint64_t>(number) * kTiltStride;
  pilot.paths = paths;
  pilot.results.first_block = pilot.first / kBlockPaths;
  pilot.results.losses.assign(plan.snapshots.size(), std::vector<double>(paths));
  pilot.results.weights = pilot.results.losses;
  const SumLayout layout = lay_out_sums(plan, false);
  engine::IntegerTotals nothing(layout.scales);
  simulate_beside(
      plan.factors, {paths, threads, pilot.first}, nothing,
      [&] { return BookStages(plan, layout, pilot.results, nullptr); }, stop);
  return pilot;
}

// Paths of a pilot, as places from its first, that lose most at a snapshot: with `tail` of all
// chance, or those that lose at all if these are fewer. Empty: too few.
std::vector<std::uint64_t> tail_of_pilot(const Plan& plan, const Pilot& pilot, std::size_t snapshot,
                                         double tail) {
  const std::vector<double>& losses = pilot.results.losses[snapshot];
  const engine::WeighedLosses weighed(losses, pilot.results.weights[snapshot],
                                      plan.factors.tilt.of.data(), kBlockPaths);
  const double bound = weighed.tail(1 - tail).value_at_risk;
  std::vector<std::uint64_t> paths;
  for (std::size_t p = 0; p < losses.size(); ++p)
    if (losses[p] >= bound && losses[p] > 0) paths.push_back(p);
  if (paths.size() < kTiltPaths) paths.clear();
  return paths;
}

// Means over the tail's paths of the normals, by factor and year, up to the last that counts.
std::vector<double> fit_shift(const Plan& plan, const Pilot& pilot, std::size_t snapshot,
                              const std::vector<std::uint64_t>& paths) {
  const std::size_t years = years_of(plan);
  const engine::FactorTilt& tilt = plan.factors.tilt;
  const auto until = static_cast<std::size_t>(tilt.until[snapshot]);
  std::vector<double> sums(4 * years), shift(4 * years);
  double weight = 0;
  for (const std::uint64_t p : paths) {
    const double w = pilot.results.weights[snapshot][p];
    const std::uint64_t path = pilot.first + p;
    weight += w;
    for (std::size_t f = 0; f < 4; ++f) {
      if (!plan.factors.random[f]) continue;
      for (std::size_t k = 0; k < until; ++k)
        sums[f * years + k / 12] +=
            w * (engine::normal_at(plan.factors.keys[f], path, static_cast<std::uint32_t>(k)) +
                 tilt.shift[tilt.at(k, f) + tilt.component(path)]);
    }
  }
  for (std::size_t f = 0; f < 4; ++f)
    for (std::size_t y = 0; y < years && 12 * y < until; ++y)
      shift[f * years + y] =
          sums[f * years + y] /
          (weight * static_cast<double>(std::min<std::size_t>(12, until - 12 * y)));
  return shift;
}

// Parties whose hazards may be tilted: who defaults by a clock of its own.
bool has_clock(const PartyPlan& party) { return party.count == 1 && party.copula_month < 0; }

// Likeliest multiples of the hazards: defaults over the hazard lived through, by year up to the
// last that counts. Of parties without a clock, 1.
std::vector<double> fit_multiple(const Plan& plan, const Pilot& pilot, const TiltSample& sample,
                                 std::size_t snapshot, const std::vector<std::uint64_t>& paths,
                                 const std::vector<std::size_t>& places) {
  const std::size_t parties = plan.parties.size(), years = years_of(plan);
  std::vector<double> multiple(years * parties, 1.0);
  if (parties > kMostNames) return multiple;
  const auto until = static_cast<std::size_t>(plan.factors.tilt.until[snapshot]);
  const std::vector<double>& weights = pilot.results.weights[snapshot];
  double weight = 0;
  for (const std::uint64_t p : paths) weight += weights[p];
  const double prior = kPriorEvents * weight / static_cast<double>(paths.size());
  for (std::size_t i = 0; i < parties; ++i) {
    if (!has_clock(plan.parties[i])) continue;
    for (std::size_t y = 0; y < years && 12 * y < until; ++y) {
      const double* const hazard = sample.hazard.data() + sample.at(y, i);
      double defaults = 0, lived = 0;
      for (std::size_t e = 0; e < paths.size(); ++e) {
        const double w = weights[paths[e]], h = hazard[places[e]];
        if (h < 0) defaults += w;
        lived += w * (h < 0 ? -h : h);
      }
      multiple[y * parties + i] =
          std::clamp((defaults + prior) / (lived + prior), kLeastMultiple, kMostMultiple);
    }
  }
  return multiple;
}

// Simulates paths of a pilot once more to see who defaulted on them. all: rising places.
TiltSample look_again(const Plan& plan, const Pilot& pilot, const std::vector<std::uint64_t>& all,
                      unsigned threads, const engine::StopQuestion* stop) {
  TiltSample sample;
  sample.parties = plan.parties.size();
  std::vector<std::uint64_t> listed;
  for (const std::uint64_t p : all) listed.push_back(pilot.first + p);
  while (listed.size() % kBlockPaths != 0) listed.push_back(listed.back());
  sample.paths = listed.size();
  sample.hazard.resize(years_of(plan) * sample.parties * sample.paths);
  PathResults results;
  results.listed = listed.data();
  results.tilt_sample = &sample;
  const SumLayout layout = lay_out_sums(plan, false);
  engine::IntegerTotals nothing(layout.scales);
  simulate_beside(
      plan.factors, {listed.size(), threads, 0, listed.data()}, nothing,
      [&] { return BookStages(plan, layout, results, nullptr); }, stop);
  return sample;
}

}  // namespace

void fit_tilt(Plan& plan, const RunSettings& settings, const engine::StopQuestion* stop) {
  const double rarest =
      1 - *std::max_element(settings.confidence.begin(), settings.confidence.end());
  std::vector<std::size_t> horizons;
  for (std::size_t s = 0; s < plan.snapshots.size(); ++s)
    for (const int months : settings.loss_horizon_months)
      if (plan.snapshots[s] ==
          (months == 0 ? plan.months : step_of_month(months, plan.steps_per_year))) {
        horizons.push_back(s);
        break;
      }
  if (horizons.size() > kMostTilts) horizons.resize(kMostTilts);
  const std::uint64_t paths =
      whole_paths(std::clamp(settings.paths / 8, kFewestPilotPaths, kPilotPaths));
  std::vector<std::vector<Tilt>> fits(horizons.size());  // of each horizon, the last ones
  const auto kept = [&fits] {
    std::vector<Tilt> all;
    for (const auto& some : fits) all.insert(all.end(), some.begin(), some.end());
    return all;
  };
  const std::size_t each =
      std::max<std::size_t>(1, std::min<std::size_t>(2, kMostTilts / horizons.size()));
  double tail = kFirstTail;
  put({}, plan);
  for (int number = 0; number < kMostPilots; ++number) {
    const Pilot pilot = run_pilot(plan, paths, number, settings.threads, stop);
    std::vector<std::vector<std::uint64_t>> tails;
    std::vector<std::uint64_t> all;
    for (const std::size_t s : horizons) {
      tails.push_back(tail_of_pilot(plan, pilot, s, std::max(tail, rarest)));
      all.insert(all.end(), tails.back().begin(), tails.back().end());
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    if (all.empty()) break;
    const TiltSample sample = look_again(plan, pilot, all, settings.threads, stop);
    for (std::size_t h = 0; h < horizons.size(); ++h) {
      if (tails[h].empty()) continue;
      std::vector<std::size_t> places;
      for (const std::uint64_t p : tails[h])
        places.push_back(
            static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), p) - all.begin()));
      fits[h].push_back({fit_shift(plan, pilot, horizons[h], tails[h]),
                         fit_multiple(plan, pilot, sample, horizons[h], tails[h], places)});
      if (fits[h].size() > each) fits[h].erase(fits[h].begin());
    }
    put(kept(), plan);
    if (tail <= rarest) break;
    tail *= kNextTail;
  }
}

}  // namespace lien::pricing
