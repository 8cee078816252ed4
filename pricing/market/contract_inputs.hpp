#pragma once

#include <string>
#include <variant>
#include <vector>

#include "pricing/book/scalar.hpp"
#include "pricing/contract/contract.hpp"

namespace lien::pricing {

// One number, curve or date of a contract that an input path can name: loan.ID.FIELD,
// lease.ID.FIELD, vehicle.ID.FIELD, vehicle.ID.KIND.PART.FIELD.
struct ContractInput {
  std::string path;
  std::variant<double*, Curve*, Date*, int*> target;  // a curve: all its values
  Range range{};
};

struct ContractMatch {
  std::vector<ContractInput> inputs;
  std::vector<std::string> known;  // where nothing matches: paths near the one asked for
};

// True if the path starts with loan, lease or vehicle.
[[nodiscard]] bool names_contract(const std::string& path);

// The inputs of the book that `path` names, `*` standing for every id that has the field. Terms
// that made today's balance (principal, coupon, closing, schedule) are none, nor is what a contract
// does not have: its past would be another. Pointers into `book`.
// A lot that is in service on `today` is delivered: its date is none either.
[[nodiscard]] ContractMatch contract_inputs(Book& book, const std::string& path, Date today);

// Lets what `path` names fall away after `last` (empty: at once): vehicle.ID.guarantee.PART,
// vehicle.ID.hedge.PART, vehicle.ID.offtake.PART, what is undrawn then of vehicle.ID.tranche.PART,
// or lease.ID.residual_guarantor, a third party's guarantee of the residual. `known` receives all
// that can fall away.
struct Cancelled {
  int named = 0, changed = 0;  // one that has ended by `last` has nothing to lose
};
[[nodiscard]] Cancelled cancel_promises(Book& book, const std::string& path,
                                        std::optional<Date> last, Date today,
                                        std::vector<std::string>& known);

// Lets all that is undrawn of the tranches that `path` names, vehicle.ID.tranche.PART, be drawn on
// this day, where the schedule has it later or never. `known` receives all commitments.
[[nodiscard]] Cancelled draw_commitments(Book& book, const std::string& path, Date day, Date today,
                                         std::vector<std::string>& known);

}  // namespace lien::pricing
