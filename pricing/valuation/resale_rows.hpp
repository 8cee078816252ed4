#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pricing/plan/plan.hpp"

// Resale values on a block: the strip's one-variable functions once per hardware and month, then
// one weighted sum per lot. Rows are [paths] doubles, aligned; paths a multiple of 8.
namespace lien::pricing {

// l_1 and l_2 of every node for one line, loading and month: [nodes][paths] each. Returns how many
// paths are older than the polynomials in age reach and count as that old.
//   nodes: of the step, into the transform's node months
//   age, pending: the line's rows; pending is read only where launches are scheduled
//   paths: at most kBlockPaths, a multiple of 16
std::size_t launch_transform_rows(const LaunchTransformPlan& transform,
                                  std::span<const std::uint32_t> nodes, int step, const double* age,
                                  const double* pending, double* first, double* second,
                                  std::size_t paths) noexcept;

// offset[node][paths] += loading[node] x row.
void add_strip_offset(const double* loading, std::span<const std::uint32_t> nodes,
                      const double* row, double* offset, std::size_t paths) noexcept;

// The nodes of a strip that has one.
inline constexpr std::array<std::uint32_t, 1> kOneNode = {0};

// What a month's strip of one hardware reads.
struct StripInput {
  std::span<const std::uint32_t> nodes;  // of the month, into the strip's columns
  const double* scarcity;                // [paths]
  const double* log_rent;                // [paths]
  double log_utilization_over_cost;      // ln(u / c_t)
  std::size_t transforms = 0;
  const double* const* pipeline = nullptr;      // [transforms] rows Y of their lines
  const double* const* pipeline_age = nullptr;  // [transforms] rows; read by linear and bass only
  const double* const* first = nullptr;         // [transforms] l_1 rows [nodes][paths]
  const double* const* second = nullptr;        // [transforms] l_2 rows [nodes][paths]
  const double* offset = nullptr;               // [nodes][paths] taken off k_j; null for zeros
  const double* regime = nullptr;               // [paths] 0 or 1; null: no regimes
  const double* forward = nullptr;              // [nodes]; null: no forward curve
};
// [nodes][paths] each, what a shape's strips share in one month: what the state adds to k_j,
// e^{half of that}, scale_j / s_j, s_j.
struct ShapeRows {
  double *shift, *half, *inverse, *stdev;
};
// The strip is any of the shape; log_rent, the cost and the forward curve are not read.
void strip_shape_rows(const StripPlan& strip, const TimeValues& time_values,
                      const StripInput& input, const ShapeRows& rows, std::size_t paths) noexcept;

// What the calls of one hardware read in one month.
struct CallInput {
  std::span<const std::uint32_t> nodes;
  std::size_t first_node;            // of the month, into the strip's call_constant
  const double* log_rent;            // [paths]
  double log_utilization_over_cost;  // ln(u / c_t)
  ShapeRows rows;                    // of its shape
};
// calls[node][paths] = b_j(k_j), with the error of fitted_call (time_value.hpp). paths: at most
// kBlockPaths, a multiple of 32.
void strip_call_rows(const StripPlan& strip, const TimeValues& time_values, const CallInput& input,
                     double* calls, std::size_t paths) noexcept;

// The same by Black's formula, error 4e-11 max(1, e^k), for a strip without a shape.
void strip_rows(const StripPlan& strip, const StripInput& input, double* calls,
                std::size_t paths) noexcept;

// rents[node][paths] = e^{k_j}: what the options of the strip are on, over their strike.
void forward_rent_rows(const StripPlan& strip, const StripInput& input, double* rents,
                       std::size_t paths) noexcept;

// value = cost x sum_j weights[j] calls[j] + scrap.
void combine_strip_row(const double* weights, std::size_t nodes, const double* calls, double cost,
                       double scrap, double* value, std::size_t paths) noexcept;

// value = factor x exp(log_rent): rental multiple, or a given curve times the market's move.
void multiple_row(double factor, const double* log_rent, double* value, std::size_t paths) noexcept;

// What a living customer's contract adds to a sale, money.
struct StepInTerms {
  const double* weights;  // [nodes] of the strip over the hours that the contract covers
  std::size_t nodes;
  const double* calls;                 // [nodes][paths]
  double cost;                         // hourly, of the month
  double worth;                        // of the contract's own revenue less cost, per unit
  double units;                        // under contract
  double month;                        // of the sale
  const double* customer;              // [paths] month of its default
  const double* hours_cost = nullptr;  // [paths] taken off worth besides; null: nothing
};
// added = customer > month ? units x max(0, worth - hours_cost
//                                           - cost x max(0, sum_j weights[j] calls[j])) : 0.
void step_in_row(const StepInTerms& terms, double* added, std::size_t paths) noexcept;

// The same of a contract that shares rows of own use, all months at once, less what a sale costs.
// Its hours by month: what they bring and cost, the units that are left, and what share of each row
// of own use they are worth.
struct StepInHours {
  double rate, units;       // hourly; units under contract while none is lost
  const double* revenue;    // [last + 1] worth of 1 an hour
  const double* cost;       // [last + 1] of an hour; null: nothing
  const double* remaining;  // [last + 1] share of the units; null: all of them
  double near, far;         // shares of the rows
  std::size_t first, last;  // months
};
struct StepInMonth {
  double worth = 0;          // units x worth of revenue less cost
  double near = 0, far = 0;  // units x the share of each row of own use
};
// Own use is worth nothing at least: a contract that does not pay its cost adds nothing.
[[nodiscard]] inline StepInMonth step_in_month(const StepInHours& hours, std::size_t k) noexcept {
  double worth = hours.rate * hours.revenue[k];
  if (hours.cost != nullptr) worth -= hours.cost[k];
  if (!(worth > 0)) return {};
  const double units = hours.remaining == nullptr ? hours.units : hours.units * hours.remaining[k];
  return {units * worth, units * hours.near, units * hours.far};
}
struct SharedStepIn {
  StepInHours hours;
  const double *near, *far;  // [last + 1][paths] worth of own use, a unit
  const double* customer;    // [paths] month of its default
  double deduction;
};
// added[k] = (customer > k ? max(0, worth - near x row - far x row) : 0) - deduction, k = first ..
// last.
void shared_step_in_rows(const SharedStepIn& terms, double* added, std::size_t paths) noexcept;

// proceeds = max(0, haircut_units x (value x price) - deduction); price: what own sales leave of
// it.
void proceeds_row(double haircut_units, const double* value, const double* price,
                  const double* deduction, double* proceeds, std::size_t paths) noexcept;

// total += units x value.
void add_scaled_row(double units, const double* value, double* total, std::size_t paths) noexcept;

}  // namespace lien::pricing
