#include "pricing/plan/forward_shift.hpp"

#include <algorithm>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/expected_rent.hpp"

namespace lien::pricing {

std::vector<double> forward_shifts(const Market& baseline, const Hardware& hardware,
                                   Date valuation_date, int months) {
  if (hardware.forward_curve.empty()) return {};
  const auto fitted =
      std::find_if(baseline.hardware.begin(), baseline.hardware.end(),
                   [&hardware](const Hardware& other) { return other.id == hardware.id; });
  const auto model =
      expected_log_rents(baseline, fitted == baseline.hardware.end() ? hardware : *fitted,
                         MeasureBasis::risk_neutral, valuation_date, months);
  std::vector<double> out{0.0};
  for (int k = 1; k <= months; ++k)
    out.push_back(engine::log(interpolate(hardware.forward_curve, k / 12.0)) -
                  model[static_cast<std::size_t>(k)]);
  return out;
}

}  // namespace lien::pricing
