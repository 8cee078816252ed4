#include "pricing/measures/book_parts.hpp"

#include <cstddef>
#include <map>

namespace lien::pricing {
namespace {

template <class Contract>
std::string part(const char* kind, const Contract& contract) {
  return std::string(kind) + ' ' + contract.id;
}

}  // namespace

std::set<std::string> parts_of(const Book& book) {
  std::set<std::string> parts;
  for (const Loan& loan : book.loans)
    if (!loan.vehicle) parts.insert(part("loan", loan));
  for (const Lease& lease : book.leases) parts.insert(part("lease", lease));
  for (const Instrument& instrument : book.instruments)
    parts.insert(part("instrument", instrument));
  for (const Vehicle& vehicle : book.vehicles) parts.insert(part("vehicle", vehicle));
  return parts;
}

Book book_of_parts(const Book& book, const std::set<std::string>& parts) {
  Book out;
  const auto kept = [&parts](const std::string& name) { return parts.count(name) != 0; };
  // Vehicles name their tranches' loans by place, and those their vehicle.
  std::map<std::size_t, std::size_t> vehicles, loans;
  for (std::size_t v = 0; v < book.vehicles.size(); ++v)
    if (kept(part("vehicle", book.vehicles[v]))) {
      vehicles[v] = out.vehicles.size();
      out.vehicles.push_back(book.vehicles[v]);
    }
  for (std::size_t i = 0; i < book.loans.size(); ++i) {
    const Loan& loan = book.loans[i];
    if (loan.vehicle ? vehicles.count(*loan.vehicle) == 0 : !kept(part("loan", loan))) continue;
    loans[i] = out.loans.size();
    out.loans.push_back(loan);
    if (loan.vehicle) out.loans.back().vehicle = vehicles.at(*loan.vehicle);
  }
  for (Vehicle& vehicle : out.vehicles)
    for (Tranche& tranche : vehicle.tranches)
      if (tranche.loan) tranche.loan = loans.at(*tranche.loan);
  for (const Lease& lease : book.leases)
    if (kept(part("lease", lease))) out.leases.push_back(lease);
  for (const Instrument& instrument : book.instruments)
    if (kept(part("instrument", instrument))) out.instruments.push_back(instrument);
  return out;
}

}  // namespace lien::pricing
