#include "engine/statistics/stopping.hpp"

#include <algorithm>
#include <cmath>

#include "engine/statistics/least_squares.hpp"

namespace lien::engine {
namespace {

constexpr double kReach = 4;  // scales from the centre
constexpr std::size_t kRowsATerm = 10;

double scaled(double x, double centre, double inverse_scale) noexcept {
  return std::min(std::max((x - centre) * inverse_scale, -kReach), kReach);
}

// Mean and standard deviation of every variable over the rows looked at.
void set_scales(const StoppingSample& sample, std::size_t k, const std::vector<std::size_t>& rows,
                StoppingDate& date) {
  for (std::size_t v = 0; v < sample.variables; ++v) {
    const double* const x = sample.states.data() + sample.state_at(k, v);
    double mean = 0, square = 0;
    for (const std::size_t p : rows) mean += x[p];
    mean /= static_cast<double>(rows.size());
    for (const std::size_t p : rows) square += (x[p] - mean) * (x[p] - mean);
    const double stdev = std::sqrt(square / static_cast<double>(rows.size()));
    date.centre.push_back(mean);
    date.inverse_scale.push_back(stdev > 1e-12 * (1 + std::abs(mean)) ? 1 / stdev : 0.0);
  }
}

// The basis at path p of the sample.
void basis_at(const StoppingSample& sample, std::size_t k, std::size_t p, const StoppingDate& date,
              double* basis) {
  const double first =
      scaled(sample.states[sample.state_at(k, 0) + p], date.centre[0], date.inverse_scale[0]);
  std::size_t term = 0;
  double power = 1;
  for (std::size_t i = 0; i <= kStoppingDegree; ++i, power *= first) basis[term++] = power;
  for (std::size_t v = 1; v < sample.variables; ++v) {
    const double z =
        scaled(sample.states[sample.state_at(k, v) + p], date.centre[v], date.inverse_scale[v]);
    basis[term++] = z;
    basis[term++] = z * z;
    basis[term++] = z * first;
  }
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

void StoppingSample::size(std::size_t the_paths, std::size_t the_dates, std::size_t the_variables) {
  paths = the_paths;
  dates = the_dates;
  variables = the_variables;
  states.assign(dates * variables * paths, 0.0);
  reward.assign(dates * paths, 0.0);
  flow.assign(dates * paths, 0.0);
  discount.assign(dates * paths, 1.0);
}

StoppingRule fit_stopping(const StoppingSample& sample, std::vector<double>& value) {
  StoppingRule rule{sample.side, sample.bound, std::vector<StoppingDate>(sample.dates)};
  const std::size_t paths = sample.paths, terms = stopping_terms(sample.variables);
  const auto last = static_cast<std::ptrdiff_t>((sample.dates - 1) * paths);
  const bool known = !sample.held.empty();
  value.assign(sample.reward.begin() + last, sample.reward.end());
  if (known) std::fill(value.begin(), value.end(), 0.0);
  std::vector<std::size_t> rows;
  std::vector<double> basis(terms);
  for (std::size_t k = sample.dates - 1; k-- > 0;) {
    StoppingDate& date = rule.dates[k];
    const double* const main = sample.states.data() + sample.state_at(k, 0);
    const double* const reward = sample.reward.data() + k * paths;
    const double* const discount = sample.discount.data() + k * paths;
    rows.clear();
    for (std::size_t p = 0; p < paths; ++p) {
      if (!known) value[p] += sample.flow[(k + 1) * paths + p];
      if (sample.side * (main[p] - sample.bound) > 0) rows.push_back(p);
    }
    if (!sample.open.empty() && sample.open[k] == 0) continue;
    if (rows.size() < kRowsATerm * terms) continue;
    set_scales(sample, k, rows, date);
    LeastSquares fit(terms);
    for (const std::size_t p : rows) {
      basis_at(sample, k, p, date, basis.data());
      fit.add(basis.data(), (known ? value[p] : value[p] - reward[p]) / discount[p]);
    }
    date.coefficients = fit.solve();
    for (const std::size_t p : rows) {
      basis_at(sample, k, p, date, basis.data());
      const double gain = product(date.coefficients, basis);
      // What stopping gives, over holding where that is known.
      const double stopped = known ? reward[p] - sample.held[k * paths + p] : reward[p];
      if (!(gain * discount[p] > (known ? stopped : 0.0))) value[p] = stopped;
    }
  }
  return rule;
}

void gain_row(const StoppingDate& date, const double* const* rows, double* gain,
              std::size_t paths) noexcept {
  const double* const c = date.coefficients.data();
  for (std::size_t p = 0; p < paths; ++p) {
    const double x = scaled(rows[0][p], date.centre[0], date.inverse_scale[0]);
    double sum = c[kStoppingDegree];
    for (std::size_t i = kStoppingDegree; i-- > 0;) sum = sum * x + c[i];
    gain[p] = sum;
  }
  for (std::size_t v = 1; v < date.centre.size(); ++v) {
    const double* const of = c + kStoppingDegree + 1 + 3 * (v - 1);
    for (std::size_t p = 0; p < paths; ++p) {
      const double x = scaled(rows[0][p], date.centre[0], date.inverse_scale[0]);
      const double z = scaled(rows[v][p], date.centre[v], date.inverse_scale[v]);
      gain[p] += z * (of[0] + of[1] * z + of[2] * x);
    }
  }
}

}  // namespace lien::engine
