#include "pricing/contract/instrument.hpp"

// The special members of large structures, compiled once: inline they were a third of every test's
// compile time.
namespace lien::pricing {

Instrument::Instrument() = default;
Instrument::Instrument(const Instrument&) = default;
Instrument::Instrument(Instrument&&) noexcept = default;
Instrument& Instrument::operator=(const Instrument&) = default;
Instrument& Instrument::operator=(Instrument&&) noexcept = default;
Instrument::~Instrument() = default;

}  // namespace lien::pricing
