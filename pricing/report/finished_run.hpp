#pragma once

#include <string>
#include <string_view>

#include "pricing/book/read.hpp"
#include "pricing/report/portfolio_summary.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

// A run directory read back: what went in, as it was, and what came out.
struct FinishedRun {
  std::string directory;
  Inputs inputs;  // of the baseline; paths and seed are those of the run
  std::vector<std::string>
      replaced_inputs;  // RunRecord::replaced: read as the directory keeps them
  Table measures, contracts, paths, cashflows, covenants;

  // The basis that its stories are told on: real world where it was simulated.
  [[nodiscard]] MeasureBasis basis() const;
  [[nodiscard]] const char* basis_name() const;
};

// Reads DIRECTORY/manifest.json, holds the inputs and the tables needed against their SHA-256 and
// reads them. Inputs that changed or are gone since the run are read as the directory keeps them.
// Throws OutputError if the manifest cannot be read, InputError if there is none, or if what was
// kept or a table changed or is gone: a story of other inputs would be none of this run.
[[nodiscard]] FinishedRun read_finished_run(const std::string& directory);

// DIRECTORY/NAME.csv as write_csv() left it, NAME and columns those of `table`. Throws InputError.
[[nodiscard]] Table read_result_table(const std::string& directory, Table table);

// A number of measures.csv, of the baseline; NaN where there is none. horizon < 0: not applicable.
[[nodiscard]] Estimate measure_of(const Table& measures, std::string_view basis,
                                  std::string_view level, std::string_view id,
                                  std::string_view measure, int horizon);

}  // namespace lien::pricing
