#pragma once

#include <cstddef>
#include <vector>

// When to stop a stream of flows for a reward, by least squares Monte Carlo: a rule is fitted on
// pilot paths, then applied to others, whose mean is a lower bound without a fit's foresight.
// Source: Longstaff, Schwartz, "Valuing American options by simulation", Review of Financial
// Studies 14, 2001.
namespace lien::engine {

// Powers of the first variable up to this one; each further variable z enters as z, z^2 and z times
// the first.
inline constexpr std::size_t kStoppingDegree = 5;
[[nodiscard]] constexpr std::size_t stopping_terms(std::size_t variables) noexcept {
  return variables == 0 ? 1 : kStoppingDegree + 1 + 3 * (variables - 1);
}

// The rule at one date: stop where the fitted gain of going on is not above zero. Where the value
// of holding to the last date is known, the fit is of what the right to stop is worth over it.
struct StoppingDate {
  std::vector<double> centre, inverse_scale;  // [variables]
  std::vector<double> coefficients;           // [terms]; empty: the date decides nothing
};

struct StoppingRule {
  // Stopping is looked at where side x (first variable - bound) > 0 only: a reward of
  // nothing is never taken.
  double side = 1, bound = 0;
  std::vector<StoppingDate> dates;
};

// What the pilot saw. Money is discounted to today; `discount` turns it into money of the date, in
// which the gain is fitted.
struct StoppingSample {
  std::size_t paths = 0, dates = 0, variables = 0;  // variables >= 1
  double side = 1, bound = 0;
  std::vector<double> states;    // [dates][variables][paths]
  std::vector<double> reward;    // [dates][paths] for stopping at the date; taken at the last one
  std::vector<double> flow;      // [dates][paths] received at the date if not stopped before
  std::vector<double> discount;  // [dates][paths] > 0
  // [dates][paths] value of what comes after the date if it is held to the last one; at that one
  // the reward. Empty: unknown; else flows are left unread.
  std::vector<double> held;
  // [dates] 0 where nobody may stop: the date decides nothing. Empty: stopping is open at all.
  std::vector<char> open;

  void size(std::size_t the_paths, std::size_t the_dates, std::size_t the_variables);
  [[nodiscard]] std::size_t state_at(std::size_t date, std::size_t variable) const noexcept {
    return (date * variables + variable) * paths;
  }
};

// Backwards over the dates. A date at which fewer than ten rows a term are looked at decides
// nothing; one at which all paths are alike compares means. On return `value` [paths] holds what
// each pilot path receives after today, flows and reward, under the rule; over `held` if known.
[[nodiscard]] StoppingRule fit_stopping(const StoppingSample& sample, std::vector<double>& value);

// The fit on [paths] states, money of the date; rows[variable][paths]: the gain of going on over
// stopping, or, where `held` was known, of going on over holding to the end. The variables are held
// within four scales of their centre. Only for a date that decides.
void gain_row(const StoppingDate& date, const double* const* rows, double* gain,
              std::size_t paths) noexcept;

}  // namespace lien::engine
