#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/book/read.hpp"

namespace lien::pricing {

// run.toml, and where it names the other files, for the fault that one of them is missing.
struct RunFile {
  RunSettings settings;
  std::optional<Date> valuation_date;  // empty if missing or unreadable
  Location market_named;
  std::vector<Location> book_named;  // one an entry of settings.book
  Location scenarios_named, limits_named, premium_interval_named;
  Location steps_named;       // [simulation] steps_per_year
  Location loss_share_named;  // [reverse_stress]
};

// Empty if the file cannot be opened or is no TOML. Faults inside it are of the configuration.
[[nodiscard]] std::optional<RunFile> read_run(const std::string& file, const CommandLine& options,
                                              std::vector<Diagnostic>& faults);

}  // namespace lien::pricing
