#include "pricing/report/tolerance_rows.hpp"

#include <cmath>
#include <map>

#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

// Where a row stands, in words that tell two rows of one table apart.
std::string place_of(const Table& m, std::size_t row) {
  std::string place = m.column("scenario").texts[row] + ", " + m.column("measure_basis").texts[row];
  if (const std::string& id = m.column("id").texts[row]; !id.empty()) place += ", " + id;
  const double horizon = m.column("horizon_months").numbers[row];
  if (horizon == 0) place += ", lifetime";
  if (horizon > 0) place += ", " + fixed_text(horizon, 0) + " months";
  const double level = m.column("confidence").numbers[row];
  if (!std::isnan(level)) place += ", level " + significant_text(level, 6);
  return place;
}

std::map<std::string, double> numbers_of(const Table& m, const Tolerance& tolerance) {
  std::map<std::string, double> numbers;
  for (std::size_t row = 0; row < m.rows(); ++row)
    if (m.column("measure").texts[row] == tolerance.measure &&
        m.column("level").texts[row] == tolerance.level)
      numbers[place_of(m, row)] = m.column("value").numbers[row];
  return numbers;
}

// Difference over what is let pass: beyond the tolerance above 1. Two numbers that both are missing
// are equal.
double excess(const Tolerance& tolerance, double before, double after) {
  if (std::isnan(before) || std::isnan(after))
    return std::isnan(before) && std::isnan(after) ? 0.0 : HUGE_VAL;
  const double difference = std::abs(after - before);
  const double let =
      tolerance.absolute ? *tolerance.absolute : *tolerance.relative * std::abs(before);
  return difference <= let ? (let > 0 ? difference / let : 0.0)
         : let > 0         ? difference / let
                           : HUGE_VAL;
}

}  // namespace

std::vector<ToleranceResult> hold_tolerances(const Table& before, const Table& after,
                                             const std::vector<Tolerance>& all) {
  std::vector<ToleranceResult> results;
  for (const Tolerance& tolerance : all) {
    ToleranceResult result;
    result.tolerance = tolerance;
    const auto was = numbers_of(before, tolerance), is = numbers_of(after, tolerance);
    double most = -1;
    for (const auto& [place, value] : was) {
      const auto other = is.find(place);
      if (other == is.end()) {
        ++result.missing;
        continue;
      }
      ++result.compared;
      const double by = excess(tolerance, value, other->second);
      result.beyond += by > 1 ? 1 : 0;
      if (by <= most) continue;
      most = by;
      result.worst = place;
      result.before = value;
      result.after = other->second;
    }
    result.missing += is.size() - result.compared;
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace lien::pricing
