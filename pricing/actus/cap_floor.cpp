#include <cmath>

#include "pricing/actus/machine.hpp"

// CAPFL: what a cap, a floor or both change about the interest of the contract below. Source: ACTUS
// technical specification, section 7.14.
namespace lien::pricing::actus {

std::vector<Event> schedule_cap_floor(const Contract& contract) {
  const Terms& terms = contract.terms;
  Contract below = contract;
  below.terms = *terms.structure.front().contract;
  below.terms.sign = 1;
  const std::vector<Event> free = schedule(below);
  below.terms.life_cap = terms.life_cap;
  below.terms.life_floor = terms.life_floor;
  const std::vector<Event> bounded = schedule(below);
  std::vector<Event> events;
  for (std::size_t i = 0; i < free.size(); ++i) {
    if (free[i].type != EventType::interest_payment || free[i].time <= terms.status_date) continue;
    // Bounds change rates, never dates: the two lists run side by side.
    const double difference = std::abs(free[i].payoff - bounded[i].payoff);
    events.push_back({free[i].time, EventType::interest_payment, terms.sign * difference, 0, 0, 0,
                      std::nullopt, std::nullopt});
  }
  return events;
}

}  // namespace lien::pricing::actus
