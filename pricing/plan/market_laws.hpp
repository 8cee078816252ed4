#pragma once

#include <optional>

#include "engine/factors/joint_step.hpp"
#include "engine/factors/launch_law.hpp"
#include "engine/factors/regime.hpp"
#include "pricing/contract/run_settings.hpp"

// The market's blocks as the engine's laws, on one measure basis.
namespace lien::pricing {

[[nodiscard]] engine::FactorLaw factor_law_of(const Market& market);

// Regimes of scarcity in monthly steps, the same on both bases; empty where there are none.
[[nodiscard]] std::optional<engine::RegimeLaw> regime_law_of(const Market& market);

// Premia applied: Weibull scale times (1 + theta)^(-1/k), exponential mean and slips over
// (1 + theta), gamma hazard times (1 + theta), drop mean + premium x stdev. Source: docs/model.md,
// "Two measures".
[[nodiscard]] engine::LaunchProcess launch_process(const LaunchLine& line, MeasureBasis basis,
                                                   Date valuation_date);

// What the past launches of a line still have to bring.
struct Pipeline {
  double today = 0;       // Y_0 = sum of drop x (1 - F(age))
  double newest_age = 0;  // years; 0 without past launches
};
[[nodiscard]] Pipeline pipeline_today(const LaunchLine& line, Date valuation_date);

// What of today's pipeline is left t years from now, and what of it has arrived by then, each past
// launch at its own age.
[[nodiscard]] double pipeline_left(const LaunchLine& line, Date valuation_date, double t);
[[nodiscard]] double pipeline_arrived(const LaunchLine& line, Date valuation_date, double t);

}  // namespace lien::pricing
