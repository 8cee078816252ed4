#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pricing/report/finished_run.hpp"
#include "pricing/report/story.hpp"

namespace lien::pricing {

// What an id of a run names. The same id may name a hardware and a contract: "hardware:H100",
// "party:meta" and "contract:L-1" choose.
struct ExplainedThing {
  enum class Kind { hardware, party, vehicle, loan, lease, instrument };
  Kind kind = Kind::hardware;
  std::size_t index = 0;  // in the market or in its part of the book
};

// Empty if nothing has that id.
[[nodiscard]] std::optional<ExplainedThing> find_thing(const Inputs& inputs, const std::string& id);
// The known id nearest to it, or empty.
[[nodiscard]] std::string nearest_thing(const Inputs& inputs, const std::string& id);

// Rents and values by month and year, and in closed form where the expected rent goes.
[[nodiscard]] Story explain_hardware(const FinishedRun& run, std::size_t hardware);
// One path of it, month by month, recomputed from its number.
[[nodiscard]] Story explain_path(const FinishedRun& run, std::size_t hardware,
                                 std::uint64_t number);
// Hazards, fitted survival, and what depends on the party.
[[nodiscard]] Story explain_party(const FinishedRun& run, std::size_t party);
// What a vehicle holds, its waterfall in words, its measures and tests.
[[nodiscard]] Story explain_vehicle(const FinishedRun& run, std::size_t vehicle);
// Terms, measures, cash flows and tests of a loan, lease or instrument.
[[nodiscard]] Story explain_contract(const FinishedRun& run, const ExplainedThing& thing);

// What a vehicle does with each month's cash, a sentence a step, in its order.
[[nodiscard]] std::vector<std::string> waterfall_words(const Vehicle& vehicle);

}  // namespace lien::pricing
