#pragma once

#include "pricing/market/market.hpp"
#include "pricing/plan/plan.hpp"

// What the power price does to an operating cost. A cost c without it becomes
//   c [(1 - s) + s level e^p], s = power_share, p the noise of [power].
namespace lien::pricing {

struct CompileInput;

// E[factor at t + h | p_t] = fixed + mean exp(decay p_t); h in years, >= 0. Without [power], or
// with a share of 0, fixed is 1 and mean 0.
struct PowerCost {
  double fixed = 1, mean = 0, decay = 0;
};
[[nodiscard]] PowerCost power_cost(const Market& market, const Hardware& hardware, double h);
[[nodiscard]] double power_factor(const PowerCost& cost, double power);
// ln of a factor; 0 for 1, as it is without power.
[[nodiscard]] double log_power_factor(double factor);

// The power price's own series; compile_hardware adds the row of each cost that follows it.
void compile_power(const CompileInput& input, Plan& plan);

}  // namespace lien::pricing
