#include "pricing/market/market.hpp"

// The special members of large structures, compiled once: inline they were a third of every test's
// compile time.
namespace lien::pricing {

LaunchLine::LaunchLine() = default;
LaunchLine::LaunchLine(const LaunchLine&) = default;
LaunchLine::LaunchLine(LaunchLine&&) noexcept = default;
LaunchLine& LaunchLine::operator=(const LaunchLine&) = default;
LaunchLine& LaunchLine::operator=(LaunchLine&&) noexcept = default;
LaunchLine::~LaunchLine() = default;

Hardware::Hardware() = default;
Hardware::Hardware(const Hardware&) = default;
Hardware::Hardware(Hardware&&) noexcept = default;
Hardware& Hardware::operator=(const Hardware&) = default;
Hardware& Hardware::operator=(Hardware&&) noexcept = default;
Hardware::~Hardware() = default;

Party::Party() = default;
Party::Party(const Party&) = default;
Party::Party(Party&&) noexcept = default;
Party& Party::operator=(const Party&) = default;
Party& Party::operator=(Party&&) noexcept = default;
Party::~Party() = default;

Market::Market() = default;
Market::Market(const Market&) = default;
Market::Market(Market&&) noexcept = default;
Market& Market::operator=(const Market&) = default;
Market& Market::operator=(Market&&) noexcept = default;
Market::~Market() = default;

}  // namespace lien::pricing
