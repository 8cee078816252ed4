#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pricing/report/file_digest.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

// A finished run as `lien compare` needs it: results and what they were made from. The input files
// themselves need not be there any more: their hashes are.
struct ComparedRun {
  std::string directory;
  std::string name, valuation_date, version, commit, currency;
  std::uint64_t paths = 0, seed = 0;
  std::map<std::string, std::string> inputs;    // file as the run names it: its SHA-256
  std::map<std::string, std::string> settings;  // "simulation.seed": as resolved.toml writes it
  Table measures, contracts, contributions;

  // Files behind a setting that names some: market, book, scenarios, limits.
  [[nodiscard]] std::vector<std::string> files_of(const std::string& setting) const;
};

// Reads DIRECTORY. Throws InputError where it is no run directory of lien, or one of the files it
// needs is not what its manifest says.
[[nodiscard]] ComparedRun read_compared_run(const std::string& directory);

}  // namespace lien::pricing
