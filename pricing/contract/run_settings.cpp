#include "pricing/contract/run_settings.hpp"

// The special members of large structures, compiled once: inline they were a third of every test's
// compile time.
namespace lien::pricing {

RunSettings::RunSettings() = default;
RunSettings::RunSettings(const RunSettings&) = default;
RunSettings::RunSettings(RunSettings&&) noexcept = default;
RunSettings& RunSettings::operator=(const RunSettings&) = default;
RunSettings& RunSettings::operator=(RunSettings&&) noexcept = default;
RunSettings::~RunSettings() = default;

}  // namespace lien::pricing
