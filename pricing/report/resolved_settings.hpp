#pragma once

#include <string>
#include <vector>

#include "pricing/contract/run_settings.hpp"

namespace lien::pricing {

inline constexpr const char* kResolvedSettings = "resolved.toml";

// The text of resolved.toml: the run file with the options of the command line laid over it and
// every default written out, numbers with 17 digits. It names its inputs as run.toml does, so it
// runs beside run.toml and gives the same bytes. Threads are left out: they change no result.
[[nodiscard]] std::string resolved_settings(const RunSettings& settings,
                                            const std::vector<ScenarioRow>& scenarios);

// What a setting is that it leaves out, as it would be written ("simulation.precision":
// "\"double\""): the default of the few that are said only where they are another; "none" of all
// others.
[[nodiscard]] std::string unsaid_setting(const std::string& key);

// `path` as the run file itself would name it: relative to the run file's folder.
[[nodiscard]] std::string beside_run_file(const std::string& path, const std::string& run_file);

}  // namespace lien::pricing
