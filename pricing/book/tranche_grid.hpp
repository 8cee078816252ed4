#pragma once

#include <string>
#include <string_view>

#include "pricing/book/book_context.hpp"
#include "pricing/book/toml_document.hpp"
#include "pricing/contract/contract.hpp"

// A tranche's floating rate: its cap, and margins by the lowest rating of the vehicle's customers.
namespace lien::pricing {

// Fills the tranche's grid: ratings fall and margins rise from row to row. loan: its debt, null
// where that could not be read.
void read_margin_grid(const TomlValue& list, const Loan* loan, Tranche& tranche,
                      const Scope& scope);
void check_cap(const Loan& loan, const ContractChecks& check);
// The customers of a vehicle with a grid have ratings.
void check_rating(const Vehicle& vehicle, std::string_view field, const std::string& customer,
                  const ContractChecks& check, const BookContext& context);

}  // namespace lien::pricing
