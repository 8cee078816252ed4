#pragma once

#include "pricing/book/book_context.hpp"
#include "pricing/contract/contract.hpp"

// A row of a loan tape is a vehicle with one lot, one offtake, one account and one tranche. The
// tape's own kernel runs the rows that need no more; the others become that vehicle. It has the
// row's id, as its tranche has, and its tests have the names of a row's.
namespace lien::pricing {

// True if the row has terms that only a vehicle runs.
[[nodiscard]] bool needs_vehicle(const Loan& loan);
// The vehicle of a row; its tranche is the loan, wherever the book will hold it.
[[nodiscard]] Vehicle vehicle_of_row(const Loan& loan);
// Puts the row into the book as that vehicle.
void join_as_vehicle(Loan&& loan, Book& book);
// What such terms ask of the row; a row without them is left alone.
void check_row_vehicle(const Loan& loan, const ContractChecks& check, BookContext& context);

}  // namespace lien::pricing
