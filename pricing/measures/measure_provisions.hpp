#pragma once

#include <optional>
#include <vector>

#include "pricing/measures/measure_rows.hpp"

namespace lien::pricing {

// Contracts of a run in the order of their ids.
[[nodiscard]] std::vector<std::size_t> by_contract_id(const ScenarioRun& scenario);

// Probability that contract i defaults within `months` (0: its life), on the run's basis.
[[nodiscard]] engine::Estimate default_probability(const BasisRun& run, std::size_t i, int months);

// IFRS 9 stage of contract i on the real-world basis: 3 when its party has defaulted; 2 when it is
// past due by more than the backstop, or when its default probability over the remaining life
// exceeds `significant_increase_ratio` times 1 - (1 - pd_one_year_at_closing)^years of the same
// life. A contract without pd_one_year_at_closing is staged by its arrears alone. Source: IFRS
// 9 5.5.3, 5.5.9, 5.5.11.
[[nodiscard]] int stage_of(const Provisions& rule, const Book& book, const BasisRun& run,
                           std::size_t i);

// Accounting class of each lease and the shares that decided; baseline only.
void measure_lease_class(const ScenarioRun& run, RunTables& tables);
// Measure cecl_allowance of contracts and the portfolio; nothing without [results] cecl.
void measure_cecl(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);
void measure_capital(const Inputs& inputs, const ScenarioRun& run, RunTables& tables);

}  // namespace lien::pricing
