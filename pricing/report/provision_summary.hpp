#pragma once

#include <string>
#include <vector>

#include "pricing/report/portfolio_summary.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {

// The contracts of one IFRS 9 stage in one scenario.
struct StageLine {
  std::string scenario;
  int stage = 1;
  std::size_t contracts = 0;
  double balance = 0;
  // Expected credit loss of 12 months in stage 1, of the life from stage 2 on. Its error is the sum
  // of the contracts', an upper bound.
  Estimate provision;
};

// By scenario and stage, from contracts.csv; empty without [provisions].
[[nodiscard]] std::vector<StageLine> stage_lines(const Table& contracts);

// "Provisions by IFRS 9 stage: 1: 398 contracts, ...", of the baseline; empty without stages.
[[nodiscard]] std::string provision_sentence(const Table& contracts, const MoneyUnit& money);

// Tables of report.html, every scenario: provisions by stage; risk weight and capital.
[[nodiscard]] std::string provisions_section(const RunTables& tables, const MoneyUnit& money);
[[nodiscard]] std::string capital_section(const RunTables& tables, const MoneyUnit& money);

}  // namespace lien::pricing
