#include "engine/factors/gap_table.hpp"

#include <cmath>
#include <cstddef>

#include "engine/elementary/elementary.hpp"
#include "engine/elementary/gamma_law.hpp"
#include "engine/factors/chebyshev.hpp"

namespace lien::engine {
namespace {

constexpr double kWidth = 0.5;
constexpr int kDegree = 9;
constexpr double kLogUniform = 38;  // over 54 ln 2: the reach of -ln U and of its smallness

}  // namespace

GapTable gap_table(const LaunchProcess& process) {
  GapTable table;
  table.degree = kDegree;
  table.per_width = 1 / kWidth;
  if (process.age_years > 0)
    table.age_hazard =
        -gamma_tail(process.shape, process.age_years / process.scale_years).log_survival;
  const double multiple = process.hazard_multiple;
  table.start = -kLogUniform - log(multiple);
  const double end = log(table.age_hazard + kLogUniform / multiple);
  table.pieces = static_cast<int>(std::floor((end - table.start) / kWidth)) + 2;  // one to spare
  const auto pieces = static_cast<std::size_t>(table.pieces);
  table.coefficients.resize((kDegree + 1) * pieces);
  const std::vector<double> points = chebyshev_points(kDegree + 3);
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    std::vector<double> values;
    for (const double x : points) {
      const double z = table.start + kWidth * (static_cast<double>(piece) + (1 + x) / 2);
      values.push_back(log(gamma_quantile(process.shape, exp(z))));
    }
    const std::vector<double> powers = in_powers(chebyshev_coefficients(values, kDegree), kDegree);
    for (std::size_t i = 0; i <= kDegree; ++i) table.coefficients[i * pieces + piece] = powers[i];
  }
  return table;
}

}  // namespace lien::engine
