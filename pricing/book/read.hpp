#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pricing/book/diagnostic.hpp"
#include "pricing/contract/contract.hpp"
#include "pricing/contract/limits.hpp"
#include "pricing/contract/run_settings.hpp"
#include "pricing/market/market.hpp"

namespace lien::pricing {

// What the command line lays over run.toml; an option that was not given is empty.
struct CommandLine {
  std::optional<std::uint64_t> paths;
  std::optional<std::uint64_t> seed;
  std::optional<unsigned> threads;
  std::optional<double> target_error;  // share of the balance
  std::vector<std::string> scenarios;  // ids to run besides the baseline; empty: all
  // Folder in which a run directory keeps the files that its settings name (kept_inputs.hpp);
  // empty: they are where the run file says.
  std::string kept_inputs{};
};

// Everything a run is made of, checked: names resolve, dates are in order, every scenario can be
// applied.
struct Inputs {
  Inputs();  // these six: read.cpp
  Inputs(const Inputs&);
  Inputs(Inputs&&) noexcept;
  Inputs& operator=(const Inputs&);
  Inputs& operator=(Inputs&&) noexcept;
  ~Inputs();

  RunSettings settings;
  Market market;
  Book book;
  std::vector<ScenarioRow> scenarios;  // in the order of the file, rows of one id together or not
  Limits limits;
  std::vector<Diagnostic> rejected;  // faults of tape rows that on_reject = "skip" left out
  std::uint64_t rows_read = 0;       // contracts in the files, rejected rows included
  std::vector<std::string> files;    // every file read, run.toml first
};

// Reads run.toml and every file it names. Throws InputError, after all files were read, with every
// fault in them, in the order of file, line and column.
[[nodiscard]] Inputs read_inputs(const std::string& run_file, const CommandLine& options);

// The market of `inputs` read again for another valuation date: its dates are compared with that
// one. Throws InputError.
[[nodiscard]] Market read_market_at(const Inputs& inputs, Date valuation_date);

// The same inputs before another market: the book is read again, so that it asks of this market
// all that a run would ask. Baseline only. Throws InputError where the market does not have it.
[[nodiscard]] Inputs with_market(const Inputs& inputs, Market market);

}  // namespace lien::pricing
