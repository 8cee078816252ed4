#include "engine/factors/renewal_equation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "engine/elementary/elementary.hpp"

namespace lien::engine {
namespace {

constexpr double kMonth = 1.0 / 12;
constexpr int kRootNodes = 24;   // first panel, and every integral in root time
constexpr int kMonthNodes = 10;  // later panels: relative error (3 + sqrt 8)^-20 of the rough part
constexpr double kRoot = 6;      // smooth for shapes >= 1: v^(k-1) dv = 6 z^(6k-1) dz

double sixth_power(double z) { return z * z * z * z * z * z; }
double sixth_root(double v) { return v <= 0 ? 0.0 : pow(v, 1 / kRoot); }

std::size_t first_node(int panel) {
  return panel == 0 ? 0 : static_cast<std::size_t>(kRootNodes + kMonthNodes * (panel - 1));
}
std::size_t panel_nodes(int panel) { return panel == 0 ? kRootNodes : kMonthNodes; }

// Adds `weight` times the Lagrange values of one panel at time u to the row of its nodes.
void add_interpolation(const RenewalTransform& renewal, int panel, double u, double weight,
                       double* row) {
  double values[kRootNodes];
  if (panel == 0) {
    lagrange_values(renewal.root_rule, sixth_root(12 * u), values);
  } else {
    lagrange_values(renewal.month_rule, 12 * u - panel, values);
  }
  for (std::size_t j = 0; j < panel_nodes(panel); ++j) row[j] += weight * values[j];
}

// A factor on the integrand: g itself, where the nodes hold M alone.
struct LaunchEffect {
  const LaunchProcess* process;
  double q;
  [[nodiscard]] double at(double u) const { return launch_effect(*process, q, u); }
};

// Adds the weights of int_lo^hi f(t - u) phi(u) du / S(a), [lo, hi] inside one panel, phi known at
// its nodes. The variable is the sixth root of v = t - u: for hi at or near t. With `effect` phi is
// that times what the nodes hold.
void add_recent(const RenewalTransform& renewal, double t, double lo, double hi, int panel,
                double hazard_at_age, double* row, const LaunchEffect* effect = nullptr) {
  const double from = sixth_root(t - hi), width = sixth_root(t - lo) - from;
  for (std::size_t i = 0; i < kRootNodes; ++i) {
    const double z = from + width * renewal.root_rule.nodes[i];
    const double v = sixth_power(z);
    const double weight = width * renewal.root_rule.weights[i] * kRoot * v / z;
    const double u = std::clamp(t - v, lo, hi), g = effect ? effect->at(u) : 1.0;
    add_interpolation(renewal, panel, u, g * weight * gap_density(renewal.gap, v, hazard_at_age),
                      row);
  }
}

// The same over [lo, hi] of the first panel, in the sixth root of u: for hi well before t.
void add_early(const RenewalTransform& renewal, double t, double lo, double hi,
               double hazard_at_age, double* row, const LaunchEffect* effect = nullptr) {
  const double from = sixth_root(lo), width = sixth_root(hi) - from;
  for (std::size_t i = 0; i < kRootNodes; ++i) {
    const double y = from + width * renewal.root_rule.nodes[i];
    const double u = sixth_power(y), g = effect ? effect->at(u) : 1.0;
    const double weight = width * renewal.root_rule.weights[i] * kRoot * u / y;
    add_interpolation(renewal, 0, u, g * weight * gap_density(renewal.gap, t - u, hazard_at_age),
                      row);
  }
}

// Weights of the panel that ends at or before t and is nearest to it.
void add_last_panel(const RenewalTransform& renewal, double t, int panel, double hazard_at_age,
                    double* row) {
  if (panel == 0) {
    add_early(renewal, t, 0, kMonth / 2, hazard_at_age, row);
    add_recent(renewal, t, kMonth / 2, kMonth, 0, hazard_at_age, row);
  } else {
    add_recent(renewal, t, panel * kMonth, (panel + 1) * kMonth, panel, hazard_at_age, row);
  }
}

// Weights of the first panel for t at least a month after it.
void far_first_panel(const RenewalTransform& renewal, double t, double hazard_at_age, double* row) {
  for (std::size_t j = 0; j < kRootNodes; ++j) {
    row[j] = renewal.weight_years[j] *
             gap_density(renewal.gap, t - renewal.node_years[j], hazard_at_age);
  }
}

// Solves matrix x = b, x holding b on entry, by elimination with row exchanges; row-major, n rows.
void solve_linear(std::vector<double>& matrix, double* x, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      if (std::abs(matrix[i * n + k]) > std::abs(matrix[pivot * n + k])) pivot = i;
    }
    if (pivot != k) {
      for (std::size_t j = 0; j < n; ++j) std::swap(matrix[k * n + j], matrix[pivot * n + j]);
      std::swap(x[k], x[pivot]);
    }
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = matrix[i * n + k] / matrix[k * n + k];
      for (std::size_t j = k; j < n; ++j) matrix[i * n + j] -= factor * matrix[k * n + j];
      x[i] -= factor * x[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) x[k] -= matrix[k * n + j] * x[j];
    x[k] /= matrix[k * n + k];
  }
}

RenewalTransform place_nodes(const LaunchProcess& process, int months) {
  RenewalTransform renewal{.gap = gap_law(process),
                           .months = months,
                           .root_rule = gauss_legendre(kRootNodes),
                           .month_rule = gauss_legendre(kMonthNodes),
                           .node_years = {},
                           .weight_years = {},
                           .transform = {},
                           .effect = {}};
  for (std::size_t j = 0; j < kRootNodes; ++j) {
    const double y = renewal.root_rule.nodes[j];
    renewal.node_years.push_back(kMonth * sixth_power(y));
    renewal.weight_years.push_back(kMonth * renewal.root_rule.weights[j] * kRoot * sixth_power(y) /
                                   y);
  }
  for (int panel = 1; panel < months; ++panel) {
    for (std::size_t j = 0; j < kMonthNodes; ++j) {
      renewal.node_years.push_back(kMonth * (panel + renewal.month_rule.nodes[j]));
      renewal.weight_years.push_back(kMonth * renewal.month_rule.weights[j]);
    }
  }
  return renewal;
}

// Weights between one node i of a panel P and the nodes of earlier panels, all that depends on the
// distance of the panels only, which is why the table is made once.
struct DistanceTable {
  std::vector<double> own;       // [node][node] panel P itself
  std::vector<double> adjacent;  // [node][node] panel P - 1 >= 1
  std::vector<double> far;       // [months][node][node] panel P - d, d >= 2
};

DistanceTable tabulate(const RenewalTransform& renewal) {
  constexpr std::size_t n = kMonthNodes;
  const auto months = static_cast<std::size_t>(renewal.months);
  DistanceTable table{std::vector<double>(n * n), std::vector<double>(n * n),
                      std::vector<double>(months * n * n)};
  for (std::size_t i = 0; i < n; ++i) {
    const double x = renewal.month_rule.nodes[i];
    add_recent(renewal, kMonth * (2 + x), 2 * kMonth, kMonth * (2 + x), 2, 0, &table.own[i * n]);
    add_last_panel(renewal, kMonth * (2 + x), 1, 0, &table.adjacent[i * n]);
    for (std::size_t d = 2; d < months; ++d) {
      for (std::size_t j = 0; j < n; ++j) {
        const double v = kMonth * (static_cast<double>(d) + x - renewal.month_rule.nodes[j]);
        table.far[(d * n + i) * n + j] =
            kMonth * renewal.month_rule.weights[j] * gap_density(renewal.gap, v, 0);
      }
    }
  }
  return table;
}

double dot(const double* a, const double* b, std::size_t n) {
  double sum = 0;
  for (std::size_t j = 0; j < n; ++j) sum += a[j] * b[j];
  return sum;
}

// What the panels before `panel` contribute to M at node i of it.
double earlier_panels(const RenewalTransform& renewal, const DistanceTable& table, int panel,
                      std::size_t i) {
  constexpr std::size_t n = kMonthNodes;
  const double t = renewal.node_years[first_node(panel) + i];
  const double* effect = renewal.effect.data();
  double first[kRootNodes] = {};
  if (panel == 1) {
    add_last_panel(renewal, t, 0, 0, first);
  } else {
    far_first_panel(renewal, t, 0, first);
  }
  double sum = dot(first, effect, kRootNodes);
  for (int p = 1; p < panel - 1; ++p) {
    sum += dot(&table.far[(static_cast<std::size_t>(panel - p) * n + i) * n],
               effect + first_node(p), n);
  }
  if (panel > 1) sum += dot(&table.adjacent[i * n], effect + first_node(panel - 1), n);
  return sum;
}

// Where a linear ramp ends inside a month, g bends inside a panel and no polynomial follows g M
// there, though one follows M, the smoother of the two.
struct Kink {
  int panel = -1;  // -1: none
  double years = 0;
};
Kink kink_of(const LaunchProcess& process, int months) {
  if (process.ramp != RampShape::linear || process.ramp_years <= 0) return {};
  const double panel = std::floor(12 * process.ramp_years);
  const double inside = 12 * process.ramp_years - panel;
  if (panel >= months || inside < 1e-9 || inside > 1 - 1e-9) return {};
  return {static_cast<int>(panel), process.ramp_years};
}

// Weights on M at the nodes of the kink's own panel of int f(t - u) g(u) M(u) du, t inside it.
void add_kinked(const RenewalTransform& renewal, const LaunchEffect& g, const Kink& kink, double t,
                double* row) {
  const double start = kink.panel * kMonth;
  const double early = kink.panel == 0 ? t / 2 : start;  // up to here in the root of u
  const auto split = [&](double lo, double hi, const auto& add) {
    if (kink.years <= lo || kink.years >= hi) return add(lo, hi);
    add(lo, kink.years);
    add(kink.years, hi);
  };
  if (kink.panel == 0)
    split(0, early, [&](double lo, double hi) { add_early(renewal, t, lo, hi, 0, row, &g); });
  split(early, t,
        [&](double lo, double hi) { add_recent(renewal, t, lo, hi, kink.panel, 0, row, &g); });
}

// Replaces g M at the nodes of the kink's panel by its least-squares polynomial: to a smooth
// density, which is all that other panels see, both have the same integral.
void project(RenewalTransform& renewal, const LaunchEffect& g, const Kink& kink) {
  const std::size_t n = panel_nodes(kink.panel), start = first_node(kink.panel);
  const GaussLegendre& rule = kink.panel == 0 ? renewal.root_rule : renewal.month_rule;
  const double inside = 12 * kink.years - kink.panel;
  const double bend = kink.panel == 0 ? sixth_root(inside) : inside;
  std::vector<double> projected(n, 0.0), values(n);
  for (const auto& [from, to] : {std::pair{0.0, bend}, std::pair{bend, 1.0}}) {
    for (std::size_t m = 0; m < kRootNodes; ++m) {
      const double x = from + (to - from) * renewal.root_rule.nodes[m];
      const double weight = (to - from) * renewal.root_rule.weights[m];
      lagrange_values(rule, x, values.data());
      double at = 0;
      for (std::size_t j = 0; j < n; ++j) at += values[j] * renewal.transform[start + j];
      const double u = kMonth * (kink.panel == 0 ? sixth_power(x) : kink.panel + x);
      for (std::size_t i = 0; i < n; ++i) projected[i] += weight * g.at(u) * at * values[i];
    }
  }
  for (std::size_t i = 0; i < n; ++i) renewal.effect[start + i] = projected[i] / rule.weights[i];
}

}  // namespace

RenewalTransform solve_renewal(const LaunchProcess& process, double q, int months) {
  RenewalTransform renewal = place_nodes(process, months);
  const std::size_t nodes = renewal.node_years.size();
  renewal.transform.assign(nodes, 1.0);
  renewal.effect.resize(nodes);
  for (std::size_t j = 0; j < nodes; ++j) {
    renewal.effect[j] = launch_effect(process, q, renewal.node_years[j]);
  }
  if (process.law == RenewalLaw::none) return renewal;

  const DistanceTable table = tabulate(renewal);
  const LaunchEffect g{&process, q};
  const Kink kink = kink_of(process, months);
  for (int panel = 0; panel < months; ++panel) {
    const std::size_t n = panel_nodes(panel), start = first_node(panel);
    std::vector<double> matrix(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      const double t = renewal.node_years[start + i];
      double* row = &matrix[i * n];
      renewal.transform[start + i] = exp(-integrated_hazard(renewal.gap, t));
      if (panel == kink.panel) {
        add_kinked(renewal, g, kink, t, row);
      } else if (panel == 0) {
        add_early(renewal, t, 0, t / 2, 0, row);
        add_recent(renewal, t, t / 2, t, 0, 0, row);
      } else {
        std::copy_n(&table.own[i * n], n, row);
      }
      if (panel > 0) renewal.transform[start + i] += earlier_panels(renewal, table, panel, i);
      for (std::size_t j = 0; j < n; ++j)
        row[j] *= panel == kink.panel ? -1.0 : -renewal.effect[start + j];
      row[i] += 1;
    }
    solve_linear(matrix, &renewal.transform[start], n);
    for (std::size_t j = start; j < start + n; ++j) renewal.effect[j] *= renewal.transform[j];
    if (panel == kink.panel) project(renewal, g, kink);
  }
  return renewal;
}

double ordinary_transform(const RenewalTransform& renewal, double h_years) {
  const int panel = std::clamp(static_cast<int>(12 * h_years), 0, renewal.months - 1);
  double row[kRootNodes] = {};
  add_interpolation(renewal, panel, h_years, 1.0, row);
  return dot(row, &renewal.transform[first_node(panel)], panel_nodes(panel));
}

std::vector<double> aged_log_transform(const RenewalTransform& renewal, double age_years,
                                       const std::vector<int>& horizon_months) {
  constexpr std::size_t n = kMonthNodes;
  if (renewal.gap.law == RenewalLaw::none) return std::vector<double>(horizon_months.size(), 0.0);
  const double hazard_at_age = integrated_hazard(renewal.gap, age_years);
  double last[kMonthNodes] = {};  // weights of the panel that ends at the horizon, if not the first
  add_last_panel(renewal, age_years + 2 * kMonth, 1, hazard_at_age, last);
  std::vector<double> far;  // [d][node] of the panel that ends d months before the horizon
  for (int d = 0; d < renewal.months; ++d) {
    for (std::size_t j = 0; j < n; ++j) {
      const double v = age_years + kMonth * (d + 1 - renewal.month_rule.nodes[j]);
      far.push_back(kMonth * renewal.month_rule.weights[j] *
                    gap_density(renewal.gap, v, hazard_at_age));
    }
  }
  const double* effect = renewal.effect.data();
  std::vector<double> result;
  for (const int m : horizon_months) {
    const double t = age_years + m * kMonth;
    double first[kRootNodes] = {};
    if (m == 1) {
      add_last_panel(renewal, t, 0, hazard_at_age, first);
    } else {
      far_first_panel(renewal, t, hazard_at_age, first);
    }
    double sum =
        exp(hazard_at_age - integrated_hazard(renewal.gap, t)) + dot(first, effect, kRootNodes);
    for (int p = 1; p < m - 1; ++p) {
      sum += dot(&far[static_cast<std::size_t>(m - 1 - p) * n], effect + first_node(p), n);
    }
    if (m > 1) sum += dot(last, effect + first_node(m - 1), n);
    result.push_back(log(sum));
  }
  return result;
}

}  // namespace lien::engine
