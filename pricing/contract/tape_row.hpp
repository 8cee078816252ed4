#pragma once

#include "pricing/contract/contract.hpp"

namespace lien::pricing {

// True if the vehicle is a row of a loan tape that is run as one: its only tranche has its id.
[[nodiscard]] inline bool is_row(const Vehicle& vehicle, const Book& book) {
  return vehicle.tranches.size() == 1 && vehicle.tranches.front().loan &&
         book.loans[*vehicle.tranches.front().loan].id == vehicle.id;
}

}  // namespace lien::pricing
